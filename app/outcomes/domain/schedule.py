"""What is due on a day: questionnaires, tests and the daily pain score, counted from the start of care."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from app.logbook.domain import Side
from app.outcomes.domain.numbers import (
    EARLY_DAYS,
    MONTHS_A_YEAR,
    QUESTIONNAIRE_WEEKS,
    TEST_WEEKS,
    THEN_EVERY_MONTHS,
)
from app.outcomes.domain.words import ClinicalTest, Questionnaire

DAILY = "daily"

QUESTIONNAIRES = (
    Questionnaire.AKPS,
    Questionnaire.KOOS_PF,
    Questionnaire.LEFS,
    Questionnaire.TSK11,
    Questionnaire.PHQ2,
    Questionnaire.PSFS,
    Questionnaire.GLOBAL_CHANGE,
)
TESTS = (
    ClinicalTest.KNEE_TO_WALL,
    ClinicalTest.SINGLE_LEG_SQUAT,
    ClinicalTest.LATERAL_STEP_DOWN,
    ClinicalTest.HIP_ABDUCTION_STRENGTH,
    ClinicalTest.QUADRICEPS_STRENGTH,
    ClinicalTest.SINGLE_LEG_HOP,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One point of the schedule: the day, and what it is called."""

    on: date
    why: str


@dataclass(frozen=True, slots=True)
class Due:
    """What has to be done, since when, and why; of a test the sides that are still missing."""

    instrument: str
    due_on: date
    overdue_days: int
    why: str
    last_on: date | None
    next_on: date | None
    missing_sides: tuple[Side, ...] = ()


Done = Mapping[str, Mapping[Side | None, Collection[date]]]
"""By instrument and side the days on which there was a score."""


def what_is_due(start: date, as_of: date, done: Done, pain_days: Collection[date]) -> list[Due]:
    """What is due on that day, most overdue first, then in the order of the schedule?

    Only the newest point of an instrument can be due: what was missed before it cannot be made up for. An answer
    counts for a point from a week before it. Days after `as_of` are not looked at.
    """
    listed = [*_questionnaires_due(start, as_of, done), *_tests_due(start, as_of, done)]
    listed += _daily_due(start, as_of, pain_days)
    return sorted(listed, key=lambda due: -due.overdue_days)


def moments(instrument: Questionnaire | ClinicalTest, start: date) -> Iterator[Moment]:
    """Return the points of an instrument, without an end for questionnaires."""
    weeks = QUESTIONNAIRE_WEEKS if isinstance(instrument, Questionnaire) else TEST_WEEKS
    # A change cannot be asked about before there was one.
    later = weeks[1:] if instrument is Questionnaire.GLOBAL_CHANGE else weeks
    yield from (Moment(start + timedelta(weeks=week), f"week_{week}") for week in later)
    if isinstance(instrument, Questionnaire):
        for months in count(2 * THEN_EVERY_MONTHS, THEN_EVERY_MONTHS):
            yield Moment(months_after(start, months), f"month_{months}")


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month where it is shorter."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + months, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def newest_moment(
    instrument: Questionnaire | ClinicalTest, start: date, as_of: date
) -> tuple[Moment | None, date | None]:
    """Return the newest point up to a day, and the day of the next."""
    found = None
    for moment in moments(instrument, start):
        if moment.on > as_of:
            return found, moment.on
        found = moment
    return found, None


def _questionnaires_due(start: date, as_of: date, done: Done) -> Iterator[Due]:
    for instrument in QUESTIONNAIRES:
        days = [day for of_side in done.get(instrument, {}).values() for day in of_side if day <= as_of]
        moment, next_on = newest_moment(instrument, start, as_of)
        if moment is not None and not _counts(days, moment):
            yield _due(instrument, moment, as_of, days, next_on)


def _tests_due(start: date, as_of: date, done: Done) -> Iterator[Due]:
    for test in TESTS:
        by_side = {side: [day for day in days if day <= as_of] for side, days in done.get(test, {}).items()}
        moment, next_on = newest_moment(test, start, as_of)
        if moment is None:
            continue
        missing = tuple(side for side in Side if not _counts(by_side.get(side, []), moment))
        if missing:
            days = [day for of_side in by_side.values() for day in of_side]
            yield _due(test, moment, as_of, days, next_on, missing)


def _daily_due(start: date, as_of: date, pain_days: Collection[date]) -> Iterator[Due]:
    told = {day for day in pain_days if day <= as_of}
    if as_of >= start and as_of not in told:
        last = max(told, default=None)
        yield Due(Questionnaire.NRS_WORST, as_of, 0, DAILY, last, as_of + timedelta(days=1))


def _counts(days: Collection[date], moment: Moment) -> bool:
    return any(day >= moment.on - timedelta(days=EARLY_DAYS) for day in days)


def _due(
    instrument: str,
    moment: Moment,
    as_of: date,
    days: Collection[date],
    next_on: date | None,
    missing: tuple[Side, ...] = (),
) -> Due:
    overdue = (as_of - moment.on).days
    return Due(str(instrument), moment.on, overdue, moment.why, max(days, default=None), next_on, missing)
