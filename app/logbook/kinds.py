"""The kinds of entry: for each its table, its value, what is checked of it; and an entry as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

from app.db.synced import Collection
from app.kernel.clock import day_in_zone, offset_minutes, with_offset
from app.kernel.taking import Taker, attributes
from app.logbook.domain import (
    CheckIn,
    Entry,
    Intake,
    LoggedSession,
    LoggedSet,
    PainMoment,
    PainScore,
    RedFlagAnswer,
    Run,
    Side,
    Skip,
    Treatment,
    check_check_in,
    check_intake,
    check_pain_score,
    check_red_flag_answer,
    check_run,
    check_session,
    check_skip,
    check_treatment,
)
from app.logbook.models import CHECK_INS, INTAKES, PAIN_SCORES, RED_FLAGS, RUNS, SESSIONS, SKIPS, TREATMENTS

E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the fields of an entry are: their names, and those of them that hold a word or a tuple (of words).

    `own` takes all but the id out of an entry; `tuples` names all the fields that hold one, the sets among them.
    """

    names: tuple[str, ...]
    own: Taker
    tuples: tuple[str, ...]
    words: tuple[tuple[str, type[StrEnum]], ...]
    lists: tuple[tuple[str, type[StrEnum] | None], ...]


_SHAPES: dict[type, _Shape] = {}


def _shape(entry: type) -> _Shape:
    """Return what an entry's fields are, found out once."""
    return _SHAPES.get(entry) or _SHAPES.setdefault(entry, _find_shape(entry))


def _find_shape(entry: type) -> _Shape:
    hints = get_type_hints(entry)
    names = tuple(field.name for field in fields(entry))
    meant = [(name, kind) for name in names for kind in (hints[name], *get_args(hints[name]))]
    words = tuple((name, kind) for name, kind in meant if _is_word(kind) and not _members(hints[name]))
    lists = tuple((name, _word_in(kind)) for name, kind in meant if _members(kind) and name != "sets")
    own = attributes(name for name in names if name != "id")
    tuples = tuple(name for name, kind in meant if _members(kind))
    return _Shape(names, own, tuples, words, lists)


def _is_word(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _members(kind: Any) -> tuple[Any, ...]:
    """Return what a tuple of any length is made of; nothing for another type."""
    args = get_args(kind)
    return args[:1] if len(args) == 2 and args[1] is Ellipsis else ()


def _word_in(kind: Any) -> type[StrEnum] | None:
    (member,) = _members(kind)
    return member if _is_word(member) else None


@dataclass(frozen=True, slots=True)
class Kind(Generic[E]):
    """One kind of entry.

    `derive` gives the columns that follow from an entry, named in `derived`: the server sets them whenever the
    entry is written, and nobody sends them. `free_text` names the person's own words (notes.read). `other_author`
    names the column that says who else wrote an entry: such a one takes none of the patient's room of a day.
    """

    name: str
    collection: Collection
    entry: type[E]
    check: Callable[[E], None]
    derive: Callable[[E], Mapping[str, Any]] | None = None
    derived: tuple[str, ...] = ()
    free_text: tuple[str, ...] = ("note",)
    other_author: str | None = None

    @property
    def tuples(self) -> tuple[str, ...]:
        """Return the members that hold some values in their order: lists on the wire."""
        return _shape(self.entry).tuples

    def columns_of(self, entry: E) -> dict[str, Any]:
        """Return the entry as columns of its table."""
        shape = _shape(self.entry)
        values = shape.own(entry)
        for name, _ in shape.lists:
            values[name] = None if values[name] is None else list(values[name])
        if isinstance(entry, LoggedSession):
            done = _shape(LoggedSet).own
            values["sets"] = [done(one) for one in entry.sets]
        if self.derive is not None:
            values.update(self.derive(entry))
        values["utc_offset_min"] = offset_minutes(entry.performed_at)
        values["performed_on"] = day_in_zone(entry.performed_at, entry.zone)
        return values

    def entry_of(self, row: Mapping[str, Any]) -> E:
        """Return the entry that a row of its table holds; the instant carries its sender's offset."""
        shape = _shape(self.entry)
        values = {name: row[name] for name in shape.names}
        values["performed_at"] = with_offset(row["performed_at"], row["utc_offset_min"])
        if "sets" in values:
            values["sets"] = sets_of(values["sets"])
        for name, word in shape.lists:
            if values[name] is not None:
                values[name] = tuple(values[name]) if word is None else tuple(word(found) for found in values[name])
        for name, words in shape.words:
            if values[name] is not None:
                values[name] = words(values[name])
        return self.entry(**values)


@dataclass(frozen=True, slots=True)
class Stored(Generic[E]):
    """An entry as it is stored: its place in the stream, its version, when it was received, what follows from it."""

    entry: E
    patient_id: UUID
    seq: int
    ver: UUID
    received_at: datetime
    device_id: UUID | None
    deleted_at: datetime | None
    flags: tuple[str, ...]
    derived: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PainAnswers:
    """Where a feature above keeps answers to pain questions, and which moment each question asks about."""

    collection: Collection
    moments: tuple[tuple[str, PainMoment], ...]


_SIDES: dict[str | None, Side | None] = {None: None, **{side.value: side for side in Side}}


def sets_of(kept: Sequence[Mapping[str, Any]]) -> tuple[LoggedSet, ...]:
    """Return the sets of a session as they are kept."""
    return tuple([LoggedSet(**{**done, "side": _SIDES[done["side"]]}) for done in kept])


def shared_sets_of(kept: Sequence[Mapping[str, Any]]) -> tuple[LoggedSet, ...]:
    """Return the same for reckoning alone: equal sets are one value, in which 1 may stand for 1.0."""
    return tuple([_shared_set(tuple(done.items())) for done in kept])


@lru_cache(maxsize=4096)
def _shared_set(done: tuple[tuple[str, Any], ...]) -> LoggedSet:
    return sets_of([dict(done)])[0]


SESSION = Kind("session", SESSIONS, LoggedSession, check_session)
RUN = Kind("run", RUNS, Run, check_run)
PAIN_SCORE = Kind("pain_score", PAIN_SCORES, PainScore, check_pain_score)
CHECK_IN = Kind("check_in", CHECK_INS, CheckIn, check_check_in)
TREATMENT = Kind("treatment", TREATMENTS, Treatment, check_treatment)
SKIP = Kind("skip", SKIPS, Skip, check_skip)
INTAKE = Kind("intake", INTAKES, Intake, check_intake)
RED_FLAG = Kind("red_flag", RED_FLAGS, RedFlagAnswer, check_red_flag_answer)

KINDS: tuple[Kind[Any], ...] = (SESSION, RUN, PAIN_SCORE, CHECK_IN, TREATMENT, SKIP, RED_FLAG, INTAKE)
