"""Write a message, take it back, and say how far one has read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.db.synced import lock_stream
from app.kernel.clock import day_in_zone
from app.kernel.errors import Conflict, NotVisible
from app.kernel.permissions import Actor
from app.logbook import service as logbook
from app.logbook.domain import MOST_A_DAY, MOST_IN_ALL
from app.review.domain.messages import Message, MessageIdInUse, NotTheAuthor, ReadMark, SentMessage
from app.review.kinds import MESSAGE
from app.review.models import MESSAGE_MARKS
from app.review.repository import messages as repository

COLLECTIONS = (MESSAGE_MARKS,)
"""What devices only read of the messages; the messages themselves they write as well."""
_DAY = timedelta(days=1)


class TooManyMessages(Conflict):
    """More messages in a day than a person can mean."""

    code = "too_many_messages"
    title = f"At most {MOST_A_DAY} messages a day"


def send_message(
    db: Session, patient_id: UUID, message_id: UUID, text: str, sender: Actor, at: datetime
) -> tuple[SentMessage, bool]:
    """Store a message and return it with True; the same one sent again is returned with False.

    Raises MessageIdInUse or TooManyMessages.
    """
    message = _written(db, patient_id, message_id, text, sender, at)
    head = lock_stream(db, patient_id)
    found = repository.find_message(db, patient_id, message_id)
    if found is not None:
        if found.is_deleted or not message.says_the_same_as(found.message):
            raise MessageIdInUse
        return found, False
    if head >= MOST_IN_ALL or _count_today(db, patient_id, message, at) >= MOST_A_DAY:
        raise TooManyMessages
    return repository.store_message(db, patient_id, message, sender.device_id, at), True


def _written(db: Session, patient_id: UUID, message_id: UUID, text: str, sender: Actor, at: datetime) -> Message:
    told: dict[str, Any] = {"id": message_id, "performed_at": at, "zone": sender.zone, "text": text}
    if sender.is_patient(patient_id):
        return Message(**told)
    name = accounts.account_of(db, sender.account_id).display_name
    return Message(**told, therapist_id=sender.account_id, therapist_name=name)


def _count_today(db: Session, patient_id: UUID, message: Message, at: datetime) -> int:
    """Return how many messages the author has written: a therapist in the last 24 hours, a patient on their day."""
    if message.therapist_id is not None:
        return repository.count_of_therapist_since(db, patient_id, message.therapist_id, at - _DAY)
    day = day_in_zone(at, message.zone)
    return logbook.count_by_day(db, patient_id, [MESSAGE], [day])[MESSAGE.name].get(day, 0)


def take_back_message(db: Session, patient_id: UUID, message_id: UUID, actor: Actor, at: datetime) -> None:
    """Make one's own message a tombstone, which devices are told of; raise NotVisible or NotTheAuthor."""
    lock_stream(db, patient_id)
    found = own_message(db, patient_id, message_id, actor)
    repository.store_message(db, patient_id, found.message, actor.device_id, at, deleted=True)


def own_message(db: Session, patient_id: UUID, message_id: UUID, actor: Actor) -> SentMessage:
    """Return a living message of the actor's own; raise NotVisible or NotTheAuthor."""
    found = _living(db, patient_id, message_id)
    author = found.message.therapist_id or patient_id
    if author != actor.account_id:
        raise NotTheAuthor
    return found


def mark_read(db: Session, patient_id: UUID, message_id: UUID, reader: Actor, at: datetime) -> ReadMark:
    """Note that somebody has read up to a message; an earlier one than before changes nothing. Raises NotVisible."""
    lock_stream(db, patient_id)
    found = _living(db, patient_id, message_id)
    known = repository.find_mark(db, patient_id, reader.account_id)
    if known is not None and known.up_to_seq >= found.seq:
        return known
    mark = ReadMark(
        reader_id=reader.account_id,
        read_by_name=accounts.account_of(db, reader.account_id).display_name,
        message_id=message_id,
        up_to_seq=found.seq,
        read_at=at,
    )
    repository.store_mark(db, patient_id, mark, reader.device_id, at)
    return mark


def list_messages(db: Session, patient_id: UUID, before: int | None, limit: int) -> Sequence[SentMessage]:
    """Return a patient's messages numbered below `before`, newest first."""
    return repository.list_messages(db, patient_id, before, limit)


def read_marks(db: Session, patient_id: UUID) -> Sequence[ReadMark]:
    """Return how far each who reads a patient's messages has read."""
    return repository.list_marks(db, patient_id)


def _living(db: Session, patient_id: UUID, message_id: UUID) -> SentMessage:
    found = repository.find_message(db, patient_id, message_id)
    if found is None or found.is_deleted:
        raise NotVisible
    return found
