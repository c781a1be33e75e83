"""What became of what was due: done, partly, skipped, replaced, still open, or hidden (CLINICAL 5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.guidance.domain.adherence import DueRow
from app.guidance.domain.ruleset.numbers import ADHERENCE_WINDOWS_DAYS, LATE_LOG_HOURS
from app.kernel.sides import Side
from app.logbook.domain import LoggedSet, Skip, SkipReason
from app.programmes.domain.calendar import is_counted_in_seconds, prescribed_work
from app.programmes.domain.plan import PrescribedExercise

WINDOWS_DAYS = ADHERENCE_WINDOWS_DAYS
EXCUSES = frozenset({SkipReason.ILLNESS, SkipReason.THERAPIST_HOLD})


class DueState(StrEnum):
    """What became of one due exercise."""

    DONE = "done"
    PARTLY = "partly"
    REPLACED = "replaced"
    SKIPPED = "skipped"
    PAUSED = "paused"
    HIDDEN = "hidden"
    OPEN = "open"


class DueExercise(NamedTuple):
    """One exercise of one day; work in repetitions or seconds of hold, `done` None is no log."""

    on: date
    exercise: PrescribedExercise
    state: DueState
    work: int
    done: int | None
    skip: Skip | None = None
    hidden_because: tuple[str, ...] = ()
    paused: bool = False


def due_exercise(
    on: date,
    exercise: PrescribedExercise,
    sets: Sequence[LoggedSet],
    skips: Sequence[Skip],
    *,
    hidden_because: tuple[str, ...] = (),
    paused: bool = False,
) -> DueExercise:
    """Return what became of an exercise that was due on a day, by that day's sets and the skips told for it."""
    skip = next((one for one in reversed(skips) if _is_about(one, exercise)), None) if skips else None
    slug = skip.replaced_by if skip is not None and skip.replaced_by is not None else exercise.exercise
    work = prescribed_work(exercise.dosage)
    in_seconds = is_counted_in_seconds(exercise.dosage)
    done = work_done(sets, slug, exercise.side, in_seconds=in_seconds) if sets else None
    state = _state(done, work, skip, hidden=bool(hidden_because), paused=paused)
    return DueExercise(on, exercise, state, work, done, skip, hidden_because, paused)


def work_done(sets: Iterable[LoggedSet], slug: str, side: Side | None, *, in_seconds: bool) -> int | None:
    """Return the repetitions or seconds logged for a side; None without any set.

    A set without a side was done by both legs at once, and so by each. Of what was prescribed for both at
    once, and logged leg by leg, as much counts as the lesser leg did.
    """
    sums: dict[Side | None, int] = {}
    for one in sets:
        if one.exercise == slug:
            sums[one.side] = sums.get(one.side, 0) + _amount(one, in_seconds)
    if side is not None:
        told = [sums[found] for found in (side, None) if found in sums]
        return sum(told) if told else None
    if not sums:
        return None
    return sums.get(None, 0) + min(sums.get(Side.LEFT, 0), sums.get(Side.RIGHT, 0))


def adherence_row(due: DueExercise, at: datetime, zone: str) -> DueRow:
    """Return the row that counts towards adherence; what is hidden or may still come is not due yet."""
    done = _done(due)
    counts = due.state is not DueState.HIDDEN and not _may_still_come(due.on, done, due.work, at, zone)
    return DueRow(due.work, done, counts, _is_excused(due))


def adherence_rows(on: date, due: Sequence[DueExercise], at: datetime, zone: str) -> list[DueRow]:
    """Return the rows of what was due on one day; once no log of it is waited for, all but the hidden counts."""
    if at < _ends_of(on, zone)[1]:
        return [adherence_row(one, at, zone) for one in due]
    return [DueRow(one.work, _done(one), one.state is not DueState.HIDDEN, _is_excused(one)) for one in due]


def _done(due: DueExercise) -> int | None:
    return 0 if due.done is None and due.state is DueState.SKIPPED else due.done


def _is_excused(due: DueExercise) -> bool:
    return due.paused or (due.skip is not None and due.skip.reason in EXCUSES)


def _is_about(skip: Skip, exercise: PrescribedExercise) -> bool:
    return skip.exercise == exercise.exercise and skip.side in (None, exercise.side)


def _amount(one: LoggedSet, in_seconds: bool) -> int:
    if not in_seconds:
        return one.repetitions or 0
    return (1 if one.repetitions is None else one.repetitions) * (one.hold_seconds or 0)


def _state(done: int | None, work: int, skip: Skip | None, *, hidden: bool, paused: bool) -> DueState:
    if hidden:
        return DueState.HIDDEN
    if skip is not None and skip.replaced_by is not None:
        return DueState.REPLACED
    if done is not None and done >= work:
        return DueState.DONE
    if skip is not None:
        return DueState.SKIPPED
    if done:
        return DueState.PARTLY
    return DueState.PAUSED if paused else DueState.OPEN


def _may_still_come(on: date, done: int | None, work: int, at: datetime, zone: str) -> bool:
    """Is the day not over, or without any log for less than 48 hours since?"""
    end, log_ends = _ends_of(on, zone)
    return at < log_ends if done is None else done < work and at < end


@lru_cache
def _ends_of(on: date, zone: str) -> tuple[datetime, datetime]:
    """Return when a day ends in a zone, and when a log of it is no longer waited for."""
    end = datetime.combine(on + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    return end, end + timedelta(hours=LATE_LOG_HOURS)
