"""Reads the seeds of the library and puts them into a database; doing it again changes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from sqlalchemy.orm import Session

from app.kernel.clock import now
from app.library import service
from app.library.domain.catalogue import Dosage, Exercise, Reference
from app.library.domain.changes import LoadReport
from app.library.domain.wholeness import BrokenLibrary, check_exercises, check_references, grade_of
from app.library.domain.words import (
    Basis,
    Chain,
    Group,
    LoadBasis,
    PfjLoad,
    ReviewStatus,
    Stage,
    Target,
    WeightBearing,
)
from app.programmes.domain.wholeness import check_protocol
from app.programmes.service import protocols as programmes
from seeds.protocols import read_protocols

LIBRARY = Path(__file__).resolve().parent / "library"

Word = TypeVar("Word", bound=StrEnum)


def load(db: Session, folder: Path = LIBRARY) -> LoadReport:
    """Put the seeds into the database; raise BrokenLibrary, naming entry and field, before anything is stored.

    An entry that left the seeds is retired, not deleted.
    """
    references = [_reference(seed) for seed in _seeds(folder / "references.toml")]
    exercises = [_exercise(seed) for seed in _seeds(folder / "exercises.toml")]
    check_references(references)
    check_exercises(exercises, {reference.key for reference in references})
    at = now()
    return service.put_references(db, references, at) + service.put_exercises(db, exercises, at)


def load_all(db: Session) -> LoadReport:
    """Put every seed into the database: the library, and the protocols made of it; raise what `load` does.

    Raises BrokenProtocol for a protocol that is not whole.
    """
    exercises = {seed.key for seed in _seeds(LIBRARY / "exercises.toml")}
    references = {seed.key for seed in _seeds(LIBRARY / "references.toml")}
    protocols = read_protocols()
    for protocol in protocols:
        check_protocol(protocol, exercises, references)
    return load(db) + programmes.put_protocols(db, protocols, now())


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


def _seeds(file: Path) -> list[Seed]:
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BrokenLibrary(file.name, "file", str(error)) from None
    return [Seed(key, members) for key, members in read.items()]


def _exercise(seed: Seed) -> Exercise:
    exercise = Exercise(
        slug=seed.key,
        name=seed.text("name"),
        group=seed.word("group", Group),
        targets=seed.words("targets", Target),
        stages=seed.words("stages", Stage),
        chain=seed.word("chain", Chain),
        weight_bearing=seed.word("weight_bearing", WeightBearing),
        peak_knee_flexion_deg=seed.number("peak_knee_flexion_deg"),
        pfj_load=seed.word("pfj_load", PfjLoad),
        load_basis=seed.word("load_basis", LoadBasis),
        dosage=_dosage(seed.table("dosage")),
        dosage_basis=seed.word("dosage_basis", Basis),
        progressions=seed.texts("progressions"),
        regressions=seed.texts("regressions"),
        equipment=seed.texts("equipment"),
        note=seed.text_or_none("note"),
        evidence=seed.texts("evidence"),
        review_status=seed.word("review_status", ReviewStatus),
    )
    seed.finish()
    return exercise


def _dosage(seed: Seed) -> Dosage:
    dosage = Dosage(
        sets=seed.number("sets"),
        repetitions=seed.number("repetitions"),
        hold_seconds=seed.number("hold_seconds"),
        rest_seconds=seed.number("rest_seconds"),
        days_per_week=seed.number("days_per_week"),
        tempo=seed.text("tempo"),
        unit_note=seed.text_or_none("unit_note"),
    )
    seed.finish()
    return dosage


def _reference(seed: Seed) -> Reference:
    evidence_grade = seed.text("evidence_grade")
    reference = Reference(
        key=seed.key,
        authors=seed.text("authors"),
        year=seed.number_or_none("year"),
        title=seed.text("title"),
        journal=seed.text("journal"),
        doi=seed.text_or_none("doi"),
        url=seed.text_or_none("url"),
        evidence_grade=evidence_grade,
        grade=grade_of(evidence_grade),
        basis=seed.word("basis", Basis),
        claim=seed.text("claim"),
        review_status=seed.word("review_status", ReviewStatus),
    )
    seed.finish()
    return reference
