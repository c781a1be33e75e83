"""The queries on messages and read marks; each takes the patient first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.synced import Write, store
from app.kernel.clock import with_offset
from app.review.domain.messages import Message, ReadMark, SentMessage
from app.review.kinds import MESSAGE
from app.review.models import MARK_FIELDS, MESSAGE_MARKS, MESSAGES, MessageMarkRow, MessageRow

_messages, _marks = table_of(MessageRow), table_of(MessageMarkRow)
_OWN = ("id", "zone", "recorded_at", "text", "therapist_id", "therapist_name")
_MARKED = select(_marks.c.id.label("reader_id"), *(_marks.c[name] for name in MARK_FIELDS))


def find_message(db: Session, patient_id: UUID, message_id: UUID) -> SentMessage | None:
    """Return the message with this id, also one that was taken back."""
    chosen = select(_messages).where(_messages.c.patient_id == patient_id, _messages.c.id == message_id)
    row = db.connection().execute(chosen).one_or_none()
    return _sent(row) if row is not None else None


def list_messages(db: Session, patient_id: UUID, before: int | None, limit: int) -> list[SentMessage]:
    """Return living messages numbered below `before`, newest first."""
    chosen = select(_messages).where(_messages.c.patient_id == patient_id, _messages.c.deleted_at.is_(None))
    if before is not None:
        chosen = chosen.where(_messages.c.seq < before)
    return [_sent(row) for row in db.connection().execute(chosen.order_by(_messages.c.seq.desc()).limit(limit))]


def count_of_therapist_since(db: Session, patient_id: UUID, therapist_id: UUID, since: datetime) -> int:
    """Return how many living messages a therapist has written to a patient since then."""
    c = _messages.c
    asked = select(func.count()).where(c.patient_id == patient_id, c.therapist_id == therapist_id)
    found: int = db.connection().execute(asked.where(c.received_at >= since, c.deleted_at.is_(None))).scalar_one()
    return found


def store_message(
    db: Session, patient_id: UUID, message: Message, device_id: UUID, at: datetime, *, deleted: bool = False
) -> SentMessage:
    """Store a message, or its tombstone."""
    write = Write(message.id, MESSAGE.columns_of(message), deleted_at=at if deleted else None)
    (row,) = store(db, MESSAGES, patient_id, [write], device_id=device_id, at=at)
    return SentMessage(message, row["seq"], at, deleted)


def list_marks(db: Session, patient_id: UUID) -> list[ReadMark]:
    """Return how far each reader has read, whoever read first."""
    chosen = _MARKED.where(_marks.c.patient_id == patient_id).order_by(_marks.c.read_at, _marks.c.id)
    return [ReadMark(**row) for row in db.connection().execute(chosen).mappings()]


def find_mark(db: Session, patient_id: UUID, reader_id: UUID) -> ReadMark | None:
    """Return how far somebody has read."""
    chosen = _MARKED.where(_marks.c.patient_id == patient_id, _marks.c.id == reader_id)
    row = db.connection().execute(chosen).mappings().one_or_none()
    return ReadMark(**row) if row else None


def store_mark(db: Session, patient_id: UUID, mark: ReadMark, device_id: UUID, at: datetime) -> None:
    """Store how far somebody has read."""
    write = Write(mark.reader_id, {name: getattr(mark, name) for name in MARK_FIELDS})
    store(db, MESSAGE_MARKS, patient_id, [write], device_id=device_id, at=at)


def _sent(row: Row[Any]) -> SentMessage:
    performed_at = with_offset(row.performed_at, row.utc_offset_min)
    message = Message(performed_at=performed_at, **{name: getattr(row, name) for name in _OWN})
    return SentMessage(message, row.seq, row.received_at, row.deleted_at is not None)
