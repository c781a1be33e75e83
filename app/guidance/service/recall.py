"""Ask again for every advice that was ever given, from what was stored before it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.guidance import repository
from app.guidance.recall import LEDGER, Recalled, recall


def recall_stored(db: Session, patient_id: UUID) -> list[Recalled]:
    """Return of each stored advice, oldest first, whether the stored data give the same bytes again."""
    zone = accounts.account_of(db, patient_id).zone
    ledger = repository.read_ledger(db, patient_id, LEDGER)
    given = reversed(repository.list_advice(db, patient_id, None, None))
    return [recall(ledger, advice, zone) for advice in given]


def advised_patients(db: Session) -> list[UUID]:
    """Return everybody who was ever given an advice."""
    return repository.advised_patients(db)
