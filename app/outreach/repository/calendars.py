"""The queries on calendar addresses; of each only the hash is kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.db.base import table_of
from app.outreach.models import CalendarRow

_calendars = table_of(CalendarRow)


def put_calendar(db: Session, patient_id: UUID, token_hash: bytes, at: datetime) -> None:
    """Store a patient's address, in the place of any before it."""
    delete_calendar(db, patient_id)
    db.connection().execute(insert(_calendars), {"patient_id": patient_id, "token_hash": token_hash, "made_at": at})


def delete_calendar(db: Session, patient_id: UUID) -> None:
    """Forget a patient's address."""
    db.connection().execute(delete(_calendars).where(_calendars.c.patient_id == patient_id))


def find_calendar(db: Session, patient_id: UUID) -> datetime | None:
    """Return when a patient's address was made; None where there is none."""
    chosen = select(_calendars.c.made_at).where(_calendars.c.patient_id == patient_id)
    found: datetime | None = db.connection().execute(chosen).scalar_one_or_none()
    return found


def find_patient(db: Session, patient_id: UUID, token_hash: bytes) -> bool:
    """Is this the hash of the patient's address, and their account open?"""
    c = _calendars.c
    is_its = c.patient_id == patient_id, c.token_hash == token_hash, accounts.is_enabled(c.patient_id)
    chosen = select(c.patient_id).where(*is_its)
    return db.connection().execute(chosen).first() is not None
