"""What one person wants to be reminded of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.kernel.ids import new_id
from app.outreach.domain import Reminders
from app.outreach.repository import wishes as repository

NEVER_SAID = "none"
"""The entity tag of somebody who has never said anything."""


def reminders_of(db: Session, account_id: UUID) -> Reminders:
    """Return what a person wants; nothing, where they never said."""
    return repository.find_reminders(db, account_id) or Reminders()


def tag_of(reminders: Reminders) -> str:
    """Return the entity tag of what a person wants."""
    return str(reminders.revision) if reminders.revision is not None else NEVER_SAID


def change_reminders(
    db: Session, account_id: UUID, wanted: Reminders, at: datetime, check: Callable[[str], None]
) -> Reminders:
    """Store what a person wants; `check` is called with the tag of what stands and may raise.

    Held meanwhile is the account: where nothing was said yet, there is nothing else to hold.
    """
    accounts.hold_account(db, account_id)
    check(tag_of(reminders_of(db, account_id)))
    stored = replace(wanted, revision=new_id())
    repository.put_reminders(db, account_id, stored, at)
    return stored
