"""The access log, as the patient reads it, newest first; its rows come from the trail (app.db.trail)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.consent.models import AccessRow
from app.db.base import table_of

_LOG = table_of(AccessRow)


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the log: who used which permission, when, with which operation."""

    id: UUID
    at: datetime
    reader_id: UUID
    permission: str
    operation: str


def find_accesses(db: Session, patient_id: UUID, before: UUID | None, limit: int) -> list[Access]:
    """Return a patient's log, newest first, from before a line on."""
    columns = [_LOG.c[name] for name in Access.__dataclass_fields__]
    statement = select(*columns).where(_LOG.c.patient_id == patient_id)
    if before is not None:
        statement = statement.where(_LOG.c.id < before)
    return [Access(*row) for row in db.execute(statement.order_by(_LOG.c.id.desc()).limit(limit))]
