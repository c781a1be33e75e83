"""Reads plan and log together, in a number of statements that does not grow with either."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.guidance import repository
from app.guidance.clinic import clinic_facts_of
from app.guidance.domain.policy import Policy
from app.guidance.domain.stage_facts import ClinicFacts
from app.guidance.following import Following, knee_facts
from app.kernel.clock import LATEST
from app.library import service as library
from app.logbook import service as logbook
from app.logbook.facts import Facts
from app.logbook.kinds import SESSION
from app.outcomes import service as outcomes
from app.programmes import service as programmes

HIP_FIRST_DAYS = 84  # days of scores that the hip-first rule looks back on (E)
_DAY = timedelta(days=1)


def read_following(
    db: Session,
    patient_id: UUID,
    first: date,
    last: date,
    zone: str,
    policy: Policy,
    at: datetime,
    facts: Facts | None = None,
) -> Following:
    """Return plan and log of the days from one to another, with the facts at hand where the caller has them."""
    histories = programmes.history_from(db, patient_id, first)
    slugs = {one.exercise for history in histories for made in history.revisions for one in made.plan.exercises}
    if facts is None:
        facts = logbook.facts_since(db, patient_id, first - timedelta(days=HIP_FIRST_DAYS), LATEST, at)
    since, until = (datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for day in (first, last + _DAY))
    clinic = clinic_facts(db, patient_id, last, zone, at)
    return Following(
        zone=zone,
        histories=histories,
        # A day more on both sides: a session's day is that of the zone it was logged in.
        sessions=logbook.entries_between(db, patient_id, SESSION, since - _DAY, until + _DAY),
        skips=logbook.skips_due(db, patient_id, first, last),
        exercises=library.exercises_of(db, slugs),
        pauses=repository.list_pauses(db, patient_id),
        knee=knee_facts(facts, clinic, last),
        policy=policy,
    )


def clinic_facts(db: Session, patient_id: UUID, as_of: date, zone: str, at: datetime) -> ClinicFacts:
    """Return what tests and questionnaires told up to a day."""
    return clinic_facts_of(outcomes.overview(db, patient_id, None, None, instant_of(as_of, zone, at)))


def instant_of(as_of: date, zone: str, at: datetime) -> datetime:
    """Return the instant at which a day is looked back on: its end, or now where it has not ended."""
    end = datetime.combine(as_of + _DAY, time(), ZoneInfo(zone)).astimezone(UTC)
    return min(end, at)
