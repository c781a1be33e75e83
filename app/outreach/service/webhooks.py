"""A therapist's webhooks: where they are told that there is news of their patients."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.errors import NotVisible
from app.outreach.addresses import target_of
from app.outreach.domain import MOST_WEBHOOKS, TooManyWebhooks, Webhook, WebhookIdInUse
from app.outreach.repository import webhooks as repository

SALT_BYTES = 32
_PREFIX = "whsec_"


def register_webhook(
    db: Session, account_id: UUID, webhook_id: UUID, url: str, at: datetime, *, to_loopback: bool
) -> tuple[Webhook, bool]:
    """Store a webhook and return it with True; the same one sent again is returned with False.

    Raises NotAPublicAddress, WebhookIdInUse or TooManyWebhooks.
    """
    target_of(url, to_loopback=to_loopback)
    own = repository.list_webhooks(db, account_id)
    found = next((one for one in own if one.id == webhook_id), None)
    if found is not None:
        if found.url != url:
            raise WebhookIdInUse
        return found, False
    if repository.is_taken(db, webhook_id):
        raise WebhookIdInUse
    if len(own) >= MOST_WEBHOOKS:
        raise TooManyWebhooks
    salt = secrets.token_bytes(SALT_BYTES)
    made = Webhook(id=webhook_id, account_id=account_id, url=url, salt=salt, made_at=at, next_try_at=at)
    repository.add_webhook(db, made)
    return made, True


def list_webhooks(db: Session, account_id: UUID) -> list[Webhook]:
    """Return a person's webhooks, oldest first."""
    return repository.list_webhooks(db, account_id)


def delete_webhook(db: Session, account_id: UUID, webhook_id: UUID) -> None:
    """Forget a webhook; raise NotVisible where the person has no such one."""
    if not repository.delete_webhook(db, account_id, webhook_id):
        raise NotVisible


def secret_of(webhook: Webhook, key: bytes) -> str:
    """Return what a webhook's messages are signed with; it follows from the installation's key, and is not stored."""
    made = hmac.new(key, b"webhook\0" + webhook.id.bytes + webhook.salt, hashlib.sha256).digest()
    return _PREFIX + base64.urlsafe_b64encode(made).decode().rstrip("=")


def signature_of(secret: str, at: datetime, body: bytes) -> str:
    """Return what proves where a message comes from and when: t=seconds,v1=HMAC-SHA256 of "seconds.body"."""
    seconds = str(int(at.timestamp()))
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={signed}"
