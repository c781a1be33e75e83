"""What the rules read of the logbook: many entries, few columns, plain values.

A rule asks about some hundred entries at each write; loading them as whole entries costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from app.logbook.domain import LoggedSet

Key = str
"""An id in the text its database writes it in; `as_id` makes a UUID of it."""
Timed = tuple[str, Any]
"""A fact, with its instant before it in the text its database writes it in: facts are in the order of both."""
Rows = Iterable[Sequence[Any]]


class RunFact(NamedTuple):
    """A run; distance in m, duration in s, cadence in steps a minute."""

    key: Key
    on: date
    ahead: bool
    deleted: bool
    distance_m: int | None
    duration_s: int | None
    cadence_spm: int | None
    limp: bool
    stopped_early_for_pain: bool
    painkiller_before: bool


class ScoreFact(NamedTuple):
    """A pain score."""

    key: Key
    on: date
    ahead: bool
    deleted: bool
    score: float
    moment: str
    side: str | None
    run_key: Key | None
    about_session: bool


class CheckInFact(NamedTuple):
    """A check-in."""

    key: Key
    on: date
    ahead: bool
    deleted: bool
    morning_pain: float | None
    worst_pain: float | None
    side: str | None
    settle_hours: float | None
    low_load_provokes: bool | None
    red_flags: list[str]
    early_warning_signs: list[str]


class RedFlagFact(NamedTuple):
    """A question about an urgent sign that was answered with yes."""

    key: Key
    on: date
    ahead: bool
    deleted: bool
    code: str


class IntakeFact(NamedTuple):
    """What a runner told at the start: year of birth, longest run in m."""

    key: Key
    on: date
    ahead: bool
    deleted: bool
    birth_year: int | None
    declared_longest_m: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """A patient's facts, each kind oldest first; going through them leaves out the signs and the intakes.

    `run_before` is the day of the newest run before the days that were read. Intakes are those of all days.
    """

    runs: list[RunFact]
    scores: list[ScoreFact]
    check_ins: list[CheckInFact]
    red_flags: list[RedFlagFact] = field(default_factory=list)
    run_before: date | None = None
    intakes: list[IntakeFact] = field(default_factory=list)

    def __iter__(self) -> Iterator[RunFact | ScoreFact | CheckInFact]:
        return chain(self.runs, self.scores, self.check_ins)


class DoneFact(NamedTuple):
    """A run or an exercise session by its load: distance in m, duration in s, effort CR10; None is not known.

    Its entry may have been written by the device's clock at `recorded_at`, and reached the server at `received_at`.
    """

    id: UUID
    on: date
    is_run: bool
    distance_m: int | None
    duration_s: int | None
    rpe: float | None
    performed_at: datetime
    recorded_at: datetime | None
    received_at: datetime


class DoneSession(NamedTuple):
    """An exercise session by what was done in it, and the day it was on where it was logged."""

    id: UUID
    on: date
    performed_at: datetime
    sets: tuple[LoggedSet, ...]


@dataclass(frozen=True, slots=True)
class LoggedDays:
    """What was done, oldest first, the days with an entry of any kind, and the first day ever logged.

    `confirmed` are the last days of the weeks of which the runner said that what was not logged was rest.
    """

    done: list[DoneFact]
    days: frozenset[date]
    first: date | None
    confirmed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class RedFlagClock:
    """When each question was last answered, and what asks them again; instants, None is never."""

    answered: dict[str, datetime]
    severe_pain_at: datetime | None
    limp_at: datetime | None


def keys_of(found: UUID) -> tuple[Key, Key]:
    """Return the texts that an id is written in: SQLite's and PostgreSQL's."""
    return found.hex.upper(), str(found)


def as_id(key: Key) -> UUID:
    """Return a key as the UUID it stands for."""
    return UUID(key)


def run_facts(rows: Rows) -> list[Timed]:
    """Return runs of their values: each its instant, then the fields in order, flags as 0 and 1 or as they are."""
    read = date.fromisoformat
    return [
        (
            at,
            RunFact(
                key,
                read(on),
                bool(ahead),
                bool(deleted),
                metres,
                seconds,
                cadence,
                bool(limp),
                bool(stopped),
                bool(killer),
            ),
        )
        for at, key, on, ahead, deleted, metres, seconds, cadence, limp, stopped, killer in rows
    ]


def score_facts(rows: Rows) -> list[Timed]:
    """Return pain scores of their values, as run_facts does."""
    read = date.fromisoformat
    return [
        (at, ScoreFact(key, read(on), bool(ahead), bool(deleted), float(score), moment, side, run, bool(session)))
        for at, key, on, ahead, deleted, score, moment, side, run, session in rows
    ]


def check_in_facts(rows: Rows) -> list[Timed]:
    """Return check-ins of their values, as run_facts does."""
    return [(row[0], _check_in(row[1:])) for row in rows]


def intake_facts(rows: Rows) -> list[Timed]:
    """Return intakes of their values, as run_facts does."""
    read = date.fromisoformat
    return [
        (at, IntakeFact(key, read(on), bool(ahead), bool(deleted), birth_year, longest_m))
        for at, key, on, ahead, deleted, birth_year, longest_m in rows
    ]


def red_flag_facts(rows: Rows) -> list[Timed]:
    """Return answers of their values, as run_facts does."""
    read = date.fromisoformat
    return [
        (at, RedFlagFact(key, read(on), bool(ahead), bool(deleted), code)) for at, key, on, ahead, deleted, code in rows
    ]


def _check_in(row: Sequence[Any]) -> CheckInFact:
    key, on, ahead, deleted, morning, worst, side, settle, provokes, red_flags, signs = row
    day, told = date.fromisoformat(on), [None if one is None else float(one) for one in (morning, worst, settle)]
    stirs = None if provokes is None else bool(provokes)
    return CheckInFact(key, day, bool(ahead), bool(deleted), told[0], told[1], side, told[2], stirs, red_flags, signs)
