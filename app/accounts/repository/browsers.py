"""The queries on browsers that are logged in to the console."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.accounts.models import DeviceRow
from app.accounts.models.browsers import BrowserRow


def insert_browser(db: Session, token_hash: bytes, device_id: UUID) -> None:
    """Store that a token stands for a device session."""
    db.execute(insert(BrowserRow), {"hash": token_hash, "device_id": device_id})


def find_browser(db: Session, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """Return the account and the device session that a token stands for, ended ones as well."""
    statement = (
        select(DeviceRow.account_id, DeviceRow.id)
        .join(BrowserRow, BrowserRow.device_id == DeviceRow.id)
        .where(BrowserRow.hash == token_hash)
    )
    row = db.execute(statement).one_or_none()
    return (row[0], row[1]) if row is not None else None


def note_seen(db: Session, device_id: UUID, before: datetime, at: datetime) -> None:
    """Note that a device session is in use at an instant, where it was last seen before another."""
    is_old = DeviceRow.id == device_id, DeviceRow.last_seen_at <= before
    db.execute(update(DeviceRow).where(*is_old).values(last_seen_at=at))
