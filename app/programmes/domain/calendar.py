"""What of a plan is due on a day: exercises spread over the week, and the monthly tune-up afterwards."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from app.programmes.domain.plan import Dosage, PrescribedExercise
from app.programmes.domain.programme import ProgrammeRevision
from app.programmes.domain.words import Stage, Status

DAYS_A_WEEK = 7


def is_due_on(day: date, started_on: date, days_per_week: int) -> bool:
    """Is something that is done so many days a week due on this day?

    Any seven days in a row hold exactly so many due days, as evenly spread as can be; what is done equally
    often falls on the same days, whenever it was prescribed, because all are counted from the first day.
    """
    passed = (day - started_on).days
    return passed >= 0 and passed * days_per_week % DAYS_A_WEEK < days_per_week


def due_on(revision: ProgrammeRevision, started_on: date, day: date) -> tuple[PrescribedExercise, ...]:
    """Return the exercises of the revision's stage that are due on a day; of a stopped programme none."""
    if revision.status is not Status.ACTIVE:
        return ()
    return tuple(
        exercise
        for exercise in revision.plan.exercises
        if exercise.stage is revision.stage and is_due_on(day, started_on, exercise.dosage.days_per_week)
    )


def is_counted_in_seconds(dosage: Dosage) -> bool:
    """Is it one long hold, so that seconds count and not repetitions?"""
    return dosage.repetitions == 1 and dosage.hold_seconds > 0


def prescribed_work(dosage: Dosage) -> int:
    """Return what one day asks for: repetitions, or seconds of hold (CLINICAL 5.3)."""
    return dosage.sets * (dosage.hold_seconds if is_counted_in_seconds(dosage) else dosage.repetitions)


def tune_up_on(stage: Stage, stage_since_on: date, day: date) -> date | None:
    """Return the next monthly tune-up from a day on, None before discharge (kinetic_chain_article).

    It falls on the day of the month of the discharge, in shorter months on the last.
    """
    if stage is not Stage.SELF_MANAGED:
        return None
    months = max(1, (day.year - stage_since_on.year) * 12 + day.month - stage_since_on.month)
    here = _months_later(stage_since_on, months)
    return here if here >= day else _months_later(stage_since_on, months + 1)


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.month - 1 + months, 12)
    last = monthrange(start.year + year, month + 1)[1]
    return date(start.year + year, month + 1, min(start.day, last))
