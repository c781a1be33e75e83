"""Browsers that are logged in to the console: a random token in a cookie stands for a device session.

The device session decides: revoking it, or its end, ends the browser's at once. The token itself is stored as its
SHA-256, and is good for nothing but the console.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.repository import browsers as repository

_TOKEN_BYTES = 32
SEEN_AGAIN_AFTER = timedelta(seconds=60)
"""How much later a session has to be seen before that is written down; its idle time is by so much less exact."""


def give_cookie_token(db: Session, device_id: UUID) -> str:
    """Return a new token that stands for a device session."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    repository.insert_browser(db, _hash(token), device_id)
    return token


def find_browser(db: Session, token: str) -> tuple[UUID, UUID] | None:
    """Return the account and the device session that a token stands for, ended ones as well."""
    return repository.find_browser(db, _hash(token))


def note_seen(db: Session, device_id: UUID, at: datetime) -> None:
    """Note that a device session is in use, where that was not noted a moment ago."""
    repository.note_seen(db, device_id, at - SEEN_AGAIN_AFTER, at)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
