"""What the rules read of the logbook: many entries, few columns, plain values.

A rule asks about some hundred entries at each write; loading them as whole entries costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

Key = Any
"""An id as the database gives it: bytes on SQLite, a UUID on PostgreSQL; `as_id` makes a UUID of either."""


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
    red_flags: list[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """A patient's facts, each kind oldest first."""

    runs: list[RunFact]
    scores: list[ScoreFact]
    check_ins: list[CheckInFact]

    def __iter__(self) -> Iterator[RunFact | ScoreFact | CheckInFact]:
        return chain(self.runs, self.scores, self.check_ins)


def as_id(key: Key) -> UUID:
    """Return a key as the UUID it stands for."""
    return key if isinstance(key, UUID) else UUID(bytes=bytes(key))
