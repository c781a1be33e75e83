"""The query for how far a patient's stream has come."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.synced import SyncStream
from app.db.types import Id

_streams = table_of(SyncStream)
_HEAD = select(_streams.c.epoch, _streams.c.head).where(_streams.c.patient_id == bindparam("patient", type_=Id()))


def read_head(db: Session, patient_id: UUID) -> tuple[UUID, int]:
    """Return the stream's epoch and the last number given in it."""
    epoch, head = db.connection().execute(_HEAD, {"patient": patient_id}).one()
    return epoch, head
