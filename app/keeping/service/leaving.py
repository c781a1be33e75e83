"""Erase a therapist: their account is emptied, what is theirs alone goes; patients' records stay, without a name.

What they signed and wrote is part of other people's records, and is kept there as somebody's who once was a therapist.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import FORMER_NAME
from app.consent import service as consent
from app.db.synced import lock_stream
from app.keeping.domain import pseudonym
from app.keeping.repository import erasing, therapists
from app.kernel.errors import NotVisible
from app.library.service import own
from app.review.service import authors


def erase_therapist(db: Session, account_id: UUID, secret: str, at: datetime) -> None:
    """End all that a therapist holds, and delete or rename all that says who they were, in this transaction.

    Raises LastAdmin where a clinic would be left without somebody who can let members in and out.
    """
    consent.leave_clinics(db, account_id, at)
    empty(db, account_id, at)
    erasing.note_erasure(db, pseudonym(secret, account_id), at)


def erase_therapist_again(db: Session, account_id: UUID, at: datetime) -> None:
    """Do the same in a restored database, whoever is left in their clinics."""
    consent.leave_clinics(db, account_id, at, even_last_admin=True)
    empty(db, account_id, at)


def empty(db: Session, account_id: UUID, at: datetime) -> None:
    """End every link, take the name out of each record, and leave an account of nobody behind."""
    linked = consent.treated_by(db, account_id, at)
    for patient_id in sorted({*linked, *authors.patients_written_to(db, account_id)}):
        with suppress(NotVisible):  # erased meanwhile
            lock_stream(db, patient_id)
            consent.end_care(db, patient_id, account_id, None, at)
            authors.rename_author(db, patient_id, account_id, FORMER_NAME)
    own.forget_author(db, account_id, FORMER_NAME, at)
    therapists.delete_rows(db, account_id)
    accounts.empty(db, account_id, at)
