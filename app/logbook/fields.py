"""Fields that an entry need not have: left out or null, they were not said."""

from __future__ import annotations

from enum import StrEnum

from app.web.fields import Choice, Flag, Number, Whole


def optional_choice(words: type[StrEnum]) -> Choice:
    """Return a field for one of these words."""
    return Choice(words, load_default=None, allow_none=True)


def optional_whole(least: int, most: int, words: str | None = None) -> Whole:
    """Return a field for a whole number; `words` describe it."""
    return Whole(least=least, most=most, load_default=None, allow_none=True, metadata=_described(words))


def optional_number(least: float, most: float, words: str | None = None) -> Number:
    """Return a field for a number; `words` describe it."""
    return Number(least=least, most=most, load_default=None, allow_none=True, metadata=_described(words))


def optional_answer(words: str | None = None) -> Flag:
    """Return a field for yes, no, or not said; `words` describe it."""
    return Flag(load_default=None, allow_none=True, metadata=_described(words))


def optional_flag() -> Flag:
    """Return a field for yes or no; what was not said is no."""
    return Flag(load_default=False, allow_none=True, metadata={"description": "null, as leaving it out: not said, no"})


def effort() -> Number:
    """Return a field for how hard it was."""
    return optional_number(0, 10, "effort, Borg CR10, 0 to 10")


def _described(words: str | None) -> dict[str, str]:
    return {"description": words} if words is not None else {}
