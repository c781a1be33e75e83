"""Tells webhooks which streams have moved on, and which are withdrawn; consent decides at the moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

import orjson
from sqlalchemy.orm import Session

from app.consent import service as consent
from app.db.outbox import Step
from app.kernel.clock import now
from app.outreach.addresses import NotAPublicAddress, target_of
from app.outreach.domain import LEASE, MOST_FAILURES, Told, Webhook, pause_after
from app.outreach.posting import NotPosted, post
from app.outreach.repository import webhooks as repository
from app.outreach.service.webhooks import secret_of, signature_of

MOST_STREAMS = 500
OK, REDIRECT, CLIENT_ERROR, GONE = 200, 300, 400, 410


def tell_webhooks(step: Step, key: bytes, *, to_loopback: bool = False) -> int:
    """Tell every webhook whose time has come what is new, once; return how many took it."""
    taken_by, last = 0, None
    while True:
        at = now()
        with step() as db:
            taken = repository.take_webhook(db, at, LEASE, last)
            news = _news(db, taken[0], at) if taken is not None else []
        if taken is None:
            return taken_by
        webhook, lease_id = taken
        last = webhook.id
        status, error = _posted(webhook, news, key, at, to_loopback=to_loopback) if news else (None, None)
        with step() as db:
            taken_by += _note(db, webhook, lease_id, news, status, error, at)


def _news(db: Session, webhook: Webhook, at: datetime) -> list[Told]:
    """Return what a webhook may be told now: streams of patients in its owner's care, and those that are no more."""
    patients = consent.treated_by(db, webhook.account_id, at)
    withdrawn = repository.read_withdrawn(db, webhook.id, patients, MOST_STREAMS)
    return [*withdrawn, *repository.read_news(db, webhook.id, patients, MOST_STREAMS - len(withdrawn))]


def _posted(
    webhook: Webhook, news: Sequence[Told], key: bytes, at: datetime, *, to_loopback: bool
) -> tuple[int | None, str | None]:
    """Return the status of the answer, and a code where it was no success."""
    event_id = _event_id(webhook.id, news)
    body = orjson.dumps(
        {
            "id": str(event_id),
            "event": "streams.changed",
            "made_at": at,
            "streams": [{"patient_id": one.patient_id, "head": one.head} for one in news],
        }
    )
    headers = {
        "Trochlea-Event-Id": str(event_id),
        "Trochlea-Signature": signature_of(secret_of(webhook, key), at, body),
        "User-Agent": "Trochlea",
    }
    try:
        status = post(target_of(webhook.url, to_loopback=to_loopback), body, headers, to_loopback=to_loopback)
    except (NotPosted, NotAPublicAddress) as error:
        return None, str(error) if isinstance(error, NotPosted) else error.code
    if OK <= status < REDIRECT:
        return status, None
    return status, "redirect" if REDIRECT <= status < CLIENT_ERROR else "refused"


def _event_id(webhook_id: UUID, news: Sequence[Told]) -> UUID:
    """Return the id of what is told; the same said again has the same."""
    return uuid5(webhook_id, ",".join(f"{one.patient_id}:{one.head}" for one in news))


def _note(
    db: Session,
    webhook: Webhook,
    lease_id: UUID,
    news: Sequence[Told],
    status: int | None,
    error: str | None,
    at: datetime,
) -> bool:
    """Note how it went; was it taken?"""
    if not news:
        repository.note_outcome(db, webhook.id, lease_id, next_try_at=at)
        return False
    if error is None:
        told = {"failures": 0, "last_status": status, "last_error": None, "last_sent_at": at, "next_try_at": at}
        is_mine = repository.note_outcome(db, webhook.id, lease_id, **told)
        if is_mine:
            repository.note_told(db, webhook.id, news)
        return is_mine
    failures = webhook.failures + 1
    is_over = failures >= MOST_FAILURES or status == GONE
    repository.note_outcome(
        db,
        webhook.id,
        lease_id,
        failures=failures,
        last_status=status,
        last_error=error,
        next_try_at=at + pause_after(failures),
        given_up_at=at if is_over else None,
    )
    return False
