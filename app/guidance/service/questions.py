"""Which red-flag questions are due, and why."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.guidance.domain.questions import SEVERE_PAIN_MIN, Question, questions
from app.kernel.clock import day_in_zone
from app.logbook import service as logbook


def questions_due(db: Session, patient_id: UUID, as_of: date | None, at: datetime) -> tuple[date, list[Question]]:
    """Return all questions as of a day (None: now), each with whether and why it is due."""
    zone = accounts.account_of(db, patient_id).zone
    day = as_of or day_in_zone(at, zone)
    clock = logbook.red_flag_clock(db, patient_id, day, at, SEVERE_PAIN_MIN)
    then = at if as_of is None else _end_of(day, zone)
    return day, questions(clock.answered, clock.severe_pain_at, clock.limp_at, then)


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
