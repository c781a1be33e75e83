"""The caseload as a list: one line a patient, filtered, counted, and in the order a therapist asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.consent.domain import Scope
from app.review.domain.attention import Reason, ReasonCode, Urgency

_NEVER = date.min
_NOT_YET = date.max


class Order(StrEnum):
    """How the caseload is sorted: who needs attention first, by name, or who was silent for longest."""

    URGENCY = "urgency"
    NAME = "name"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Line:
    """One patient of a caseload: who, what is open, until when, and the reasons to look, most urgent first."""

    patient_id: UUID
    display_name: str
    today: date
    scopes: frozenset[Scope]
    link_ends_on: date
    last_entry_on: date | None
    stage: str | None
    reasons: tuple[Reason, ...]

    @property
    def urgency(self) -> Urgency | None:
        """Return how soon somebody should look; None where nothing asks for it."""
        return self.reasons[0].urgency if self.reasons else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines are wanted, in which order; None or nothing leaves all."""

    reasons: tuple[ReasonCode, ...] = ()
    at_least: Urgency | None = None
    name: str | None = None
    order: Order = Order.URGENCY

    def fits(self, line: Line) -> bool:
        """Is this line wanted?"""
        has_reason = not self.reasons or any(one.code in self.reasons for one in line.reasons)
        is_urgent = self.at_least is None or (line.urgency is not None and line.urgency.rank <= self.at_least.rank)
        is_named = self.name is None or self.name.casefold() in line.display_name.casefold()
        return has_reason and is_urgent and is_named


@dataclass(frozen=True, slots=True)
class Totals:
    """How many patients there are in all, and of each urgency and reason, whatever was asked for."""

    patients: int
    by_urgency: Mapping[str, int]
    by_reason: Mapping[str, int]


def totals_of(lines: Iterable[Line]) -> Totals:
    """Count the lines; a patient with one reason twice counts once."""
    listed = list(lines)
    urgencies = Counter(str(line.urgency) for line in listed if line.urgency is not None)
    reasons = Counter(str(code) for line in listed for code in {one.code for one in line.reasons})
    return Totals(len(listed), _of_all(Urgency, urgencies), _of_all(ReasonCode, reasons))


def page_of(
    lines: Iterable[Line], wanted: Wanted, after: Sequence[Any] | None, limit: int
) -> tuple[list[Line], list[Any] | None]:
    """Return one page of the wanted lines, and the position the next one begins behind; None at the end."""
    ordered = _sorted(lines, wanted)
    begun = [(key, line) for key, line in ordered if after is None or key > list(after)]
    shown = begun[:limit]
    return [line for _, line in shown], shown[-1][0] if len(begun) > limit else None


def _sorted(lines: Iterable[Line], wanted: Wanted) -> list[tuple[list[Any], Line]]:
    place = _PLACES[wanted.order]
    placed = [(place(line), line) for line in lines if wanted.fits(line)]
    return sorted(placed, key=lambda one: one[0])


def _by_urgency(line: Line) -> list[Any]:
    first = line.reasons[0] if line.reasons else None
    rank = first.urgency.rank if first else len(Urgency)
    return [rank, (first.since_on if first else _NOT_YET).isoformat(), *_by_name(line)]


def _by_name(line: Line) -> list[Any]:
    return [line.display_name.casefold(), str(line.patient_id)]


def _by_silence(line: Line) -> list[Any]:
    return [(line.last_entry_on or _NEVER).isoformat(), *_by_name(line)]


_PLACES: Mapping[Order, Callable[[Line], list[Any]]] = {
    Order.URGENCY: _by_urgency,
    Order.NAME: _by_name,
    Order.SILENCE: _by_silence,
}


def _of_all(words: type[StrEnum], counted: Mapping[str, int]) -> dict[str, int]:
    return {str(word): counted.get(str(word), 0) for word in words}
