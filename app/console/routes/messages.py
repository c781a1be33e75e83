"""The thread of messages with one patient: read, written to, one's own taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, request

from app.console.door import console
from app.console.forms import read_form
from app.console.opened import head_of
from app.console.rendering import go_to, render
from app.console.routes.patient import PATIENT
from app.kernel.clock import now
from app.kernel.errors import NotVisible
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.review.domain.messages import ReadMark, SentMessage
from app.review.schemas.messages import MessageSchema
from app.review.service import messages as service
from app.web.auth import actor
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import db, looking

THREAD = f"{PATIENT}/messages"
ONE = f"{THREAD}/<id:message_id>"
A_PAGE = 50


@console.page(THREAD, permission=Permission.MESSAGES_READ, writes=True)
def thread(patient_id: UUID) -> Response:
    """Show the messages, newest first; what is shown is thereby read, unless something unread lies further down."""
    head = head_of(patient_id, "messages")
    bound_to = ("console messages", patient_id)
    position = read_cursor(request.args.get("cursor"), *bound_to)
    with looking() as session:
        found = service.list_messages(session, patient_id, position[0] if position else None, A_PAGE + 1)
        marks = service.read_marks(session, patient_id)
    page, below = found[:A_PAGE], found[A_PAGE:]
    read_up_to = next((mark.up_to_seq for mark in marks if mark.reader_id == actor().account_id), 0)
    if not _unread(below, read_up_to) and _unread(page, read_up_to) and _is_looked_at():
        _mark_read(patient_id, page[0])
    return render(
        "messages.html",
        head=head,
        messages=[_line(one, read_up_to, marks) for one in page],
        zone=actor().zone,
        fresh_id=new_id(),
        following=make_cursor([page[-1].seq], *bound_to) if below else None,
        is_first=position is None,
    )


@console.act(THREAD, permission=Permission.MESSAGES_WRITE, again=thread)
def send_message(patient_id: UUID) -> Response:
    """Write a message to the patient."""
    told = read_form(MessageSchema)
    service.send_message(db(), patient_id, told["id"], told["text"], actor(), now())
    return go_to(f"/patients/{patient_id}/messages", "message_sent")


@console.page(ONE, permission=Permission.MESSAGES_READ)
def taking_back_page(patient_id: UUID, message_id: UUID) -> Response:
    """Show one of one's own messages, and ask whether it shall be taken back."""
    head = head_of(patient_id, "messages")
    with looking() as session:
        found = service.own_message(session, patient_id, message_id, actor())
    return render("acts/taking_back.html", head=head, message=found.message, zone=actor().zone)


@console.act(ONE, permission=Permission.MESSAGES_WRITE, again=taking_back_page)
def take_back_message(patient_id: UUID, message_id: UUID) -> Response:
    """Take one's own message back."""
    service.take_back_message(db(), patient_id, message_id, actor(), now())
    return go_to(f"/patients/{patient_id}/messages", "message_taken_back")


def _is_looked_at() -> bool:
    """Is the page before somebody's eyes? What a browser fetches ahead, or a refused form shows anew, is not yet."""
    return request.method == "GET" and "Sec-Purpose" not in request.headers


def _unread(messages: Sequence[SentMessage], read_up_to: int) -> list[SentMessage]:
    """Return what others wrote and whoever asks has not read."""
    mine = actor().account_id
    return [one for one in messages if one.seq > read_up_to and one.message.therapist_id != mine]


def _mark_read(patient_id: UUID, newest: SentMessage) -> None:
    try:
        service.mark_read(db(), patient_id, newest.message.id, actor(), now())
    except NotVisible:
        # Taken back since it was looked up: the rest stays unread until the page is loaded anew.
        return


def _line(sent: SentMessage, read_up_to: int, marks: Sequence[ReadMark]) -> dict[str, Any]:
    """Return a message as it is shown; of one's own, who has read it."""
    mine = actor().account_id
    is_own = sent.message.therapist_id == mine
    readers = [mark.read_by_name for mark in marks if mark.reader_id != mine and mark.up_to_seq >= sent.seq]
    return {
        "id": sent.message.id,
        "text": sent.message.text,
        "at": sent.message.performed_at,
        "therapist": sent.message.therapist_name,
        "is_own": is_own,
        "is_unread": bool(_unread([sent], read_up_to)),
        "read_by": readers if is_own else [],
    }
