"""Who used which permission on what is a patient's: written before it is answered, read by the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.consent.repository import access_log
from app.consent.repository.access_log import Access
from app.db.trail import Line, append
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Look


@dataclass(frozen=True, slots=True)
class ToldAccess:
    """A line of the log, and who it was; None where the account is gone."""

    access: Access
    reader: Account | None


def note_accesses(db: Session, reader: Actor, looks: Sequence[Look], operation: str, at: datetime) -> None:
    """Write down what somebody used of other people's, in the trail and by it in the log; two statements in all."""
    lines = [
        Line(
            at=at,
            actor_id=reader.account_id,
            device_id=reader.device_id,
            action=operation,
            permission=one.permission,
            about_id=one.patient_id,
            look_id=new_id(),
        )
        for one in looks
    ]
    append(db, lines)


def accesses_of(db: Session, patient_id: UUID, before: UUID | None, limit: int) -> list[ToldAccess]:
    """Return who used what of a patient's, newest first."""
    found = access_log.find_accesses(db, patient_id, before, limit)
    people = accounts.people_of(db, {access.reader_id for access in found})
    return [ToldAccess(access, people.get(access.reader_id)) for access in found]
