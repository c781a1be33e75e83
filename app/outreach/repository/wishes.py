"""The queries on what people want to be reminded of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.outreach.domain import Reminders
from app.outreach.models import ReminderRow

_reminders = table_of(ReminderRow)
_FIELDS = (
    "session_due",
    "morning_score_missing",
    "review_due",
    "remind_at",
    "quiet_from",
    "quiet_until",
    "language",
    "revision",
)
_CHOSEN = select(_reminders.c.account_id, _reminders.c.swept_on, *(_reminders.c[name] for name in _FIELDS))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to be reminded of, and the last day that was looked at for it."""

    account_id: UUID
    reminders: Reminders
    swept_on: date | None


def find_reminders(db: Session, account_id: UUID) -> Reminders | None:
    """Return what a person has said."""
    row = db.connection().execute(_CHOSEN.where(_reminders.c.account_id == account_id)).mappings().one_or_none()
    return _of(row) if row else None


def put_reminders(db: Session, account_id: UUID, reminders: Reminders, at: datetime) -> None:
    """Store what a person wants, in the place of what they wanted; the day looked at begins anew."""
    own = {name: getattr(reminders, name) for name in _FIELDS}
    db.connection().execute(delete(_reminders).where(_reminders.c.account_id == account_id))
    db.connection().execute(insert(_reminders), {"account_id": account_id, **own, "updated_at": at, "swept_on": None})


def list_wanted(db: Session) -> list[Wanted]:
    """Return all who want to be reminded of something."""
    c = _reminders.c
    rows = db.connection().execute(_CHOSEN.where(or_(c.session_due, c.morning_score_missing, c.review_due))).mappings()
    return [Wanted(row["account_id"], _of(row), row["swept_on"]) for row in rows]


def note_swept(db: Session, account_id: UUID, day: date) -> None:
    """Note that a person's day was looked at."""
    db.connection().execute(update(_reminders).where(_reminders.c.account_id == account_id).values(swept_on=day))


def _of(row: Any) -> Reminders:
    return Reminders(**{name: row[name] for name in _FIELDS})
