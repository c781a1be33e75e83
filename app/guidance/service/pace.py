"""What is known of how fast recovery goes, as far as it is open to whoever asks: adherence, hip and ankle, a score."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.guidance.domain import notices
from app.guidance.domain.notices import Notice
from app.guidance.domain.ruleset.numbers import FOUR_WEEKS_DAYS
from app.guidance.judgement import Consultation
from app.guidance.service.due import how_followed
from app.guidance.service.findings import findings_today
from app.guidance.service.following import clinic_facts
from app.guidance.values import DayAsked

_HIP_AND_ANKLE = frozenset({"descending_hip", "ascending_ankle"})


def adherence_known(db: Session, patient_id: UUID, asked: DayAsked, at: datetime) -> float | None:
    """Return adherence over four weeks in percent; None where nothing was due."""
    return how_followed(db, patient_id, asked, at).windows[FOUR_WEEKS_DAYS].percent


def hip_and_ankle_known(db: Session, patient_id: UUID, at: datetime) -> bool:
    """Do hip and ankle both stand out in today's findings?"""
    return set(findings_today(db, patient_id, at).pattern.positive) >= _HIP_AND_ANKLE


def prognosis_of(
    db: Session, patient_id: UUID, asking: Consultation, pain_since: date | None, asked: DayAsked, at: datetime
) -> Notice | None:
    """Return the note on the prognosis; the questionnaire is read only where the pain is long enough."""
    if notices.prognosis(pain_since, asked.on, 0) is None:
        return None
    known = clinic_facts(db, patient_id, asked.on, asked.zone, at, asking.facts)
    return notices.prognosis(pain_since, asked.on, known.akps)
