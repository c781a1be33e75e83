"""What the treatments that were logged tell: the immediate-response test of an orthosis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.guidance.domain.notices import orthosis_response
from app.guidance.domain.ratio import nrs_difference
from app.guidance.domain.ruleset.numbers import ORTHOSIS_RELIEF_MIN
from app.kernel.clock import EARLIEST, LATEST, day_in_zone
from app.kernel.sides import Side
from app.logbook import service as logbook
from app.logbook.domain import ProvokingActivity, Treatment
from app.logbook.kinds import TREATMENT


@dataclass(frozen=True, slots=True)
class OrthosisTest:
    """One test: pain of an activity without and with the orthosis, and whether it is likely to help (E)."""

    id: UUID
    on: date
    performed_at: datetime
    side: Side | None
    activity: ProvokingActivity
    pain_without: float
    pain_with: float
    relief: float
    response: str
    likely_from: float = ORTHOSIS_RELIEF_MIN


def orthosis_tests(db: Session, patient_id: UUID) -> list[OrthosisTest]:
    """Return the tests of a patient that are whole, newest first."""
    found = logbook.entries_between(db, patient_id, TREATMENT, EARLIEST, LATEST)
    return [test for done in reversed(found) if (test := _test_of(done)) is not None]


def _test_of(done: Treatment) -> OrthosisTest | None:
    if done.pain_without is None or done.pain_with is None or done.activity is None:
        return None
    return OrthosisTest(
        id=done.id,
        on=day_in_zone(done.performed_at, done.zone),
        performed_at=done.performed_at,
        side=done.side,
        activity=done.activity,
        pain_without=done.pain_without,
        pain_with=done.pain_with,
        relief=nrs_difference(done.pain_without, done.pain_with),
        response=orthosis_response(done.pain_without, done.pain_with),
    )
