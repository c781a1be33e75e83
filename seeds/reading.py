"""Reads a seed file member by member, so that what is missing, strange or left over is named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from app.library.domain.wholeness import BrokenLibrary

Word = TypeVar("Word", bound=StrEnum)


class Seed:
    """One table of a seed file, read member by member; what is missing, strange or left over is named."""

    def __init__(self, key: str, members: Any, prefix: str = "") -> None:
        if not isinstance(members, Mapping):
            raise BrokenLibrary(key, prefix or "entry", "is no table")
        self.key = key
        self.prefix = prefix
        self.left = dict(members)

    def text(self, field: str) -> str:
        """Return a text; raise BrokenLibrary when it is missing or empty."""
        found = self.text_or_none(field)
        return found if found is not None else self._refuse(field, "is missing")

    def text_or_none(self, field: str) -> str | None:
        """Return a text, None where there is none."""
        found = self.left.pop(field, None)
        if found is None or (isinstance(found, str) and found.strip()):
            return found
        return self._refuse(field, f"{found!r} is no text")

    def number(self, field: str) -> int:
        """Return a whole number."""
        found = self.number_or_none(field)
        return found if found is not None else self._refuse(field, "is missing")

    def number_or_none(self, field: str) -> int | None:
        """Return a whole number, None where there is none."""
        found = self.left.pop(field, None)
        if found is None or (isinstance(found, int) and not isinstance(found, bool)):
            return found
        return self._refuse(field, f"{found!r} is no whole number")

    def word(self, field: str, words: type[Word]) -> Word:
        """Return one of the allowed words."""
        return self._allowed(field, self.text(field), words)

    def words(self, field: str, words: type[Word]) -> tuple[Word, ...]:
        """Return a list of allowed words."""
        return tuple(self._allowed(field, text, words) for text in self.texts(field))

    def texts(self, field: str) -> tuple[str, ...]:
        """Return a list of texts, which may be empty but not missing."""
        found = self.left.pop(field, None)
        if isinstance(found, list) and all(isinstance(text, str) and text.strip() for text in found):
            return tuple(found)
        return self._refuse(field, "is missing" if found is None else f"{found!r} is no list of texts")

    def table(self, field: str) -> Seed:
        """Return a table within this one."""
        return Seed(self.key, self.left.pop(field, None), f"{self.prefix}{field}.")

    def tables(self, field: str) -> list[Seed]:
        """Return a list of tables within this one."""
        found = self.left.pop(field, None)
        if not isinstance(found, list):
            return self._refuse(field, "is missing" if found is None else "is no list of tables")
        return [Seed(self.key, members, f"{self.prefix}{field}.{place}.") for place, members in enumerate(found)]

    def finish(self) -> None:
        """Raise BrokenLibrary for a member that nobody asked for."""
        for field in self.left:
            self._refuse(field, "is not known")

    def _allowed(self, field: str, text: str, words: type[Word]) -> Word:
        if text not in set(words):
            self._refuse(field, f"{text!r} is none of {', '.join(words)}")
        return words(text)

    def _refuse(self, field: str, fault: str) -> NoReturn:
        raise BrokenLibrary(self.key, self.prefix + field, fault)


def seeds_of(file: Path) -> list[Seed]:
    """Return the tables of a seed file, each under its key."""
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BrokenLibrary(file.name, "file", str(error)) from None
    return [Seed(key, members) for key, members in read.items()]
