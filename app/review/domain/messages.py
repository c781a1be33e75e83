"""A message between a patient and those who treat them: it stands as it was sent, and only its author takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kernel.errors import Conflict, Denied
from app.kernel.value import value
from app.logbook.domain import Entry


class MessageIdInUse(Conflict):
    """The id belongs to another message of this patient, or to one that was taken back."""

    code = "id_in_use"
    title = "There is a message with this id and other content"


class NotTheAuthor(Denied):
    """Only whoever wrote a message takes it back."""

    code = "not_the_author"
    title = "Only its author takes a message back"


@value(kw_only=True)
class Message(Entry):
    """What was written, when, and by whom; without a therapist the patient wrote it."""

    text: str
    therapist_id: UUID | None = None
    therapist_name: str | None = None

    def says_the_same_as(self, other: Message) -> bool:
        """Is it the same message, sent again?"""
        return (self.text, self.therapist_id) == (other.text, other.therapist_id)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message as it is stored: its number in the stream, and when the server got it; deleted, nobody reads it."""

    message: Message
    seq: int
    received_at: datetime
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMark:
    """Up to which message somebody has read: that message, its number in the stream, and when they said so."""

    reader_id: UUID
    read_by_name: str
    message_id: UUID
    up_to_seq: int
    read_at: datetime


def check_message(message: Message) -> None:
    """Accept it: what can be wrong with a message, its form has refused."""


def why_it_stands(stored: Mapping[str, Any], is_deletion: bool) -> str | None:
    """Say why a patient's device may not change this message; None where it may: their own may be taken back."""
    if not is_deletion:
        return "sent"
    return None if stored.get("therapist_id") is None else "not_the_author"
