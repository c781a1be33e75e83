"""Who once read a patient that was erased, so that their devices still hear to delete what they hold of them.

Kept is a hash of both ids and nothing else: it answers whoever names the two, and tells nobody whom it is about.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.consent.models import CareLinkRow, PurgeRow


def keep_marks(db: Session, patient_id: UUID) -> None:
    """Remember every therapist that a patient ever let in, before the links go with the patient."""
    linked = select(CareLinkRow.therapist_id).where(CareLinkRow.patient_id == patient_id).distinct()
    for therapist_id in db.execute(linked).scalars().all():
        if not is_marked(db, patient_id, therapist_id):
            db.execute(insert(PurgeRow), {"mark": _mark(patient_id, therapist_id)})


def is_marked(db: Session, patient_id: UUID, therapist_id: UUID) -> bool:
    """Was this patient erased who had once let this therapist in?"""
    statement = select(PurgeRow.mark).where(PurgeRow.mark == _mark(patient_id, therapist_id))
    return db.execute(statement).first() is not None


def _mark(patient_id: UUID, therapist_id: UUID) -> bytes:
    return hashlib.sha256(b"trochlea purge" + patient_id.bytes + therapist_id.bytes).digest()
