"""Reads what a runner has told at the start of care."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.guidance.intakes import ToldAtIntake, newest_words
from app.kernel.clock import CLOCK_TOLERANCE, EARLIEST
from app.logbook import service as logbook
from app.logbook.domain import Intake
from app.logbook.kinds import INTAKE


def intakes_known(db: Session, patient_id: UUID, at: datetime) -> list[Intake]:
    """Return a patient's intakes, oldest first; one whose clock ran ahead is not among them."""
    return logbook.entries_between(db, patient_id, INTAKE, EARLIEST, at + CLOCK_TOLERANCE)


def told_by(db: Session, patient_id: UUID, as_of: date, at: datetime) -> ToldAtIntake:
    """Return what was told up to a day, by what is known now."""
    return newest_words(intakes_known(db, patient_id, at), as_of)
