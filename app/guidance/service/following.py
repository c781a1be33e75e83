"""Reads plan and log together, in a number of statements that does not grow with either."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.guidance import repository
from app.guidance.clinic import bending_facts_of, clinic_facts_of
from app.guidance.domain.ruleset.numbers import HIP_FIRST_DAYS
from app.guidance.domain.stage_facts import ClinicFacts
from app.guidance.following import Following, knee_facts
from app.guidance.values import DayAsked, Pause
from app.kernel.clock import LATEST
from app.library import service as library
from app.logbook import service as logbook
from app.logbook.facts import Facts
from app.outcomes import service as outcomes
from app.programmes import service as programmes

_DAY = timedelta(days=1)


def read_following(
    db: Session,
    patient_id: UUID,
    first: date,
    asked: DayAsked,
    at: datetime,
    facts: Facts | None = None,
    pauses: Sequence[Pause] | None = None,
) -> Following:
    """Return plan and log of the days up to the one asked about, with facts and pauses where the caller has them.

    Of what was measured only bending under load is read, and the library only where somebody asks for it.
    """
    last, zone = asked.on, asked.zone
    histories = programmes.history_from(db, patient_id, first)
    slugs = {one.exercise for history in histories for made in history.revisions for one in made.plan.exercises}
    if facts is None:
        facts = outcomes.facts_since(db, patient_id, first - timedelta(days=HIP_FIRST_DAYS), LATEST, at)
    bending = bending_facts_of(outcomes.bending(db, patient_id, instant_of(last, zone, at)))
    return Following(
        zone=zone,
        histories=histories,
        sessions=logbook.sessions_done(db, patient_id, first, last),
        skips=logbook.skips_due(db, patient_id, first, last),
        look_up=partial(library.exercises_of, db, slugs),
        pauses=repository.list_pauses(db, patient_id) if pauses is None else pauses,
        knee=knee_facts(facts, bending, last),
        policy=asked.policy,
    )


def clinic_facts(db: Session, patient_id: UUID, as_of: date, zone: str, at: datetime, facts: Facts) -> ClinicFacts:
    """Return what tests and questionnaires told up to a day, with the pain at hand."""
    known = outcomes.Known(zone, facts)
    return clinic_facts_of(outcomes.overview(db, patient_id, None, None, instant_of(as_of, zone, at), known))


def instant_of(as_of: date, zone: str, at: datetime) -> datetime:
    """Return the instant at which a day is looked back on: its end, or now where it has not ended."""
    end = datetime.combine(as_of + _DAY, time(), ZoneInfo(zone)).astimezone(UTC)
    return min(end, at)
