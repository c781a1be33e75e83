"""The operations on messages between a patient and those who treat them."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.review.domain.messages import ReadMark, SentMessage
from app.review.routes.feature import PATIENT, review
from app.review.schemas.messages import (
    MarkingSchema,
    MessagePageSchema,
    MessageSchema,
    MessagesQuerySchema,
    ReadMarkSchema,
    SentMessageSchema,
)
from app.review.service import messages as service
from app.web.answers import answer, no_content
from app.web.auth import actor
from app.web.paging import page_by_seq
from app.web.transaction import db

MESSAGES = f"{PATIENT}/messages"
_SHOWN = ("id", "performed_at", "zone", "text", "therapist_id", "therapist_name")
_MARKED = ("reader_id", "read_by_name", "message_id", "up_to_seq", "read_at")


@review.operation(
    "POST",
    MESSAGES,
    permission=Permission.MESSAGES_WRITE,
    body=MessageSchema,
    answers={201: SentMessageSchema, 200: SentMessageSchema},
)
def send_message(patient_id: UUID, body: dict[str, Any]) -> Response:
    """Write a message to the patient, or as the patient to those who treat them; sent again it is the same one."""
    sent, is_new = service.send_message(db(), patient_id, body["id"], body["text"], actor(), now())
    return answer(_shown(sent), 201 if is_new else 200)


@review.operation(
    "GET",
    MESSAGES,
    permission=Permission.MESSAGES_READ,
    query=MessagesQuerySchema,
    answers={200: MessagePageSchema},
    replica=True,
)
def list_messages(patient_id: UUID, query: dict[str, Any]) -> Response:
    """List the messages, newest first, and how far each has read."""
    page, following = page_by_seq(query, ("messages", patient_id), partial(service.list_messages, db(), patient_id))
    marks = [_marked(one) for one in service.read_marks(db(), patient_id)]
    return answer({"items": [_shown(one) for one in page], "marks": marks, "next_cursor": following})


@review.operation(
    "PUT",
    f"{MESSAGES}/mark",
    permission=Permission.MESSAGES_READ,
    body=MarkingSchema,
    answers={200: ReadMarkSchema},
)
def mark_messages_read(patient_id: UUID, body: dict[str, Any]) -> Response:
    """Say up to which message one has read; it never goes back."""
    return answer(_marked(service.mark_read(db(), patient_id, body["message_id"], actor(), now())))


@review.operation(
    "DELETE",
    f"{MESSAGES}/<id:message_id>",
    permission=Permission.MESSAGES_WRITE,
    answers={204: None},
)
def take_back_message(patient_id: UUID, message_id: UUID) -> Response:
    """Take one's own message back; devices are told."""
    service.take_back_message(db(), patient_id, message_id, actor(), now())
    return no_content()


def _shown(sent: SentMessage) -> dict[str, Any]:
    told = {name: getattr(sent.message, name) for name in _SHOWN}
    return {**told, "seq": sent.seq, "received_at": sent.received_at}


def _marked(mark: ReadMark) -> dict[str, Any]:
    return {name: getattr(mark, name) for name in _MARKED}
