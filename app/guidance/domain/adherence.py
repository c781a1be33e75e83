"""How much of what was due was done; more than asked counts as all of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

from app.guidance.domain.ratio import falls_short
from app.guidance.domain.ruleset.numbers import (
    ADHERENCE_HIGH_PERCENT,
    ADHERENCE_MODERATE_PERCENT,
    LOAD_DIGITS,
    ROWS_MAX,
    WORK_MAX,
)
from app.outcomes.domain.strict import amount, flag, number, record, rows

_NEEDED = frozenset({"prescribed", "done"})
_OPTIONAL = frozenset({"due", "excused"})


@dataclass(frozen=True, slots=True)
class Adherence:
    """Percent of the due work that was done, and high, moderate or low; None if nothing was due."""

    percent: float | None
    level: str | None


class DueRow(NamedTuple):
    """One prescribed exercise of one day in repetitions or seconds; `done` None is no log, so 0."""

    prescribed: float
    done: float | None = None
    due: bool = True
    excused: bool = False


def adherence(due_rows: list[DueRow]) -> Adherence:
    """Average the done part of every row that was due and not excused."""
    parts = [min(1.0, (row.done or 0) / row.prescribed) for row in due_rows if row.due and not row.excused]
    if not parts:
        return Adherence(None, None)
    percent = 100 * fsum(parts) / len(parts)
    return Adherence(round(percent, LOAD_DIGITS), _level(percent))


def read_rows(given: object) -> list[DueRow]:
    """Read rows from JSON; raise InputError for anything that cannot be meant."""
    return [_row(raw, f"/rows/{place}") for place, raw in enumerate(rows(given, ROWS_MAX, "/rows"))]


def _row(raw: object, pointer: str) -> DueRow:
    given = record(raw, _NEEDED, pointer, _OPTIONAL)
    done = given["done"]
    return DueRow(
        amount(given["prescribed"], WORK_MAX, pointer + "/prescribed"),
        None if done is None else number(done, 0, WORK_MAX, pointer + "/done"),
        flag(given.get("due", True), pointer + "/due"),
        flag(given.get("excused", False), pointer + "/excused"),
    )


def _level(percent: float) -> str:
    if falls_short(percent, ADHERENCE_MODERATE_PERCENT):
        return "low"
    return "moderate" if falls_short(percent, ADHERENCE_HIGH_PERCENT) else "high"
