"""What the demo people and their therapist wrote to each other, and how far the therapist has read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.domain import Account
from app.kernel.permissions import Actor
from app.review.service.messages import mark_read, send_message

_DEVICES = UUID("7d0c8a4e-0000-4000-8000-000000000002")
_READ_AFTER = timedelta(minutes=50)


@dataclass(frozen=True, slots=True)
class Said:
    """One message: days before today, the clock, whether the patient wrote it, and the words."""

    days_ago: int
    clock: time
    is_patient: bool
    text: str


THREADS: dict[str, tuple[tuple[Said, ...], int]] = {
    "mara@demo.example": (
        (
            Said(9, time(12, 40), True, "The stairs are fine again. Is the Saturday run too much?"),
            Said(9, time(17, 5), False, "No, keep it. The limit on the first page is the most you should run."),
            Said(2, time(13, 15), True, "Done, and no pain this morning. Thank you."),
        ),
        3,
    ),
    "jonas@demo.example": (
        (
            Said(6, time(8, 10), True, "The long run felt fine, but the stairs hurt the morning after."),
            Said(
                6,
                time(16, 30),
                False,
                "Thank you for telling me. Leave out the next run, do the exercises, and write how the stairs are.",
            ),
            Said(2, time(9, 20), True, "Stairs are better today. May I run on Sunday?"),
            Said(1, time(18, 45), True, "I left it out and went for a walk instead."),
        ),
        2,
    ),
    "priya@demo.example": (
        (Said(4, time(20, 30), True, "Which knee do I enter when both hurt a little?"),),
        0,
    ),
}
"""By address: the messages, oldest first, and how many of them the therapist has read."""


def write_messages(db: Session, patient: Account, therapist: Account, at: datetime) -> None:
    """Write a demo patient's thread as it was by an instant, and mark what either has read; who answers has read."""
    said, most_read = THREADS.get(patient.email, ((), 0))
    answered: UUID | None = None
    for number, one in enumerate(said):
        written_at = _at(one, at, patient.zone)
        if written_at > at:
            continue
        message_id = uuid5(patient.id, f"message {number}")
        send_message(db, patient.id, message_id, one.text, _actor(patient if one.is_patient else therapist), written_at)
        if one.is_patient and answered is not None:
            mark_read(db, patient.id, answered, _actor(patient), written_at)
        answered = None if one.is_patient else message_id
        if number < most_read:
            mark_read(db, patient.id, message_id, _actor(therapist), min(written_at + _READ_AFTER, at))


def _at(one: Said, at: datetime, zone: str) -> datetime:
    place = ZoneInfo(zone)
    return datetime.combine(at.astimezone(place).date() - timedelta(days=one.days_ago), one.clock, place)


def _actor(account: Account) -> Actor:
    device_id = uuid5(_DEVICES, account.email)
    return Actor(account_id=account.id, role=account.role, device_id=device_id, zone=account.zone)
