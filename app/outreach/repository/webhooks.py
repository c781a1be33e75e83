"""The queries on webhooks: whose they are, what they were told of, and what they may be told of now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.synced import SyncStream
from app.kernel.ids import new_id
from app.outreach.domain import Told, Webhook
from app.outreach.models import WebhookMarkRow, WebhookRow

_webhooks, _marks, _streams = table_of(WebhookRow), table_of(WebhookMarkRow), table_of(SyncStream)
_FIELDS = tuple(Webhook.__dataclass_fields__)
_CHOSEN = select(*(_webhooks.c[name] for name in _FIELDS))


def list_webhooks(db: Session, account_id: UUID) -> list[Webhook]:
    """Return a person's webhooks, oldest first."""
    chosen = _CHOSEN.where(_webhooks.c.account_id == account_id).order_by(_webhooks.c.made_at, _webhooks.c.id)
    return [Webhook(**row) for row in db.connection().execute(chosen).mappings()]


def add_webhook(db: Session, webhook: Webhook) -> None:
    """Store a new webhook."""
    row = {name: getattr(webhook, name) for name in _FIELDS}
    db.connection().execute(insert(_webhooks), {**row, "lease_id": None})


def is_taken(db: Session, webhook_id: UUID) -> bool:
    """Has any webhook this id?"""
    return db.connection().execute(select(_webhooks.c.id).where(_webhooks.c.id == webhook_id)).first() is not None


def delete_webhook(db: Session, account_id: UUID, webhook_id: UUID) -> bool:
    """Forget a person's webhook and what it was told; False where there is none."""
    mine = _webhooks.c.id == webhook_id, _webhooks.c.account_id == account_id
    if db.connection().execute(select(_webhooks.c.id).where(*mine)).first() is None:
        return False
    db.connection().execute(delete(_marks).where(_marks.c.webhook_id == webhook_id))
    db.connection().execute(delete(_webhooks).where(*mine))
    return True


def take_webhook(db: Session, at: datetime, lease: timedelta, after: UUID | None) -> tuple[Webhook, UUID] | None:
    """Take the next webhook whose time has come, in the order of ids, for so long; with the id of the lease."""
    c, connection = _webhooks.c, db.connection()
    waiting = _CHOSEN.where(c.given_up_at.is_(None), c.next_try_at <= at)
    if after is not None:
        waiting = waiting.where(c.id > after)
    row = connection.execute(waiting.order_by(c.id).limit(1).with_for_update(skip_locked=True)).mappings().first()
    if row is None:
        return None
    lease_id = new_id()
    connection.execute(update(_webhooks).where(c.id == row["id"]).values(lease_id=lease_id, next_try_at=at + lease))
    return Webhook(**row), lease_id


def note_outcome(db: Session, webhook_id: UUID, lease_id: UUID, **values: Any) -> bool:
    """Note what became of a try, and give the webhook back; False where another worker has taken over."""
    mine = _webhooks.c.id == webhook_id, _webhooks.c.lease_id == lease_id
    changed = db.connection().execute(update(_webhooks).where(*mine).values(lease_id=None, **values))
    return changed.rowcount == 1


def read_news(db: Session, webhook_id: UUID, patients: Sequence[UUID], most: int) -> list[Told]:
    """Return the streams of these patients that have moved on since the webhook was told of them."""
    s, m = _streams.c, _marks.c
    mine = and_(m.patient_id == s.patient_id, m.webhook_id == webhook_id)
    chosen = select(s.patient_id, s.head).join_from(_streams, _marks, mine, isouter=True)
    news = chosen.where(s.patient_id.in_(patients), s.head > func.coalesce(m.head, 0))
    rows = db.connection().execute(news.order_by(s.patient_id).limit(most))
    return [Told(row.patient_id, row.head) for row in rows]


def read_withdrawn(db: Session, webhook_id: UUID, patients: Sequence[UUID], most: int) -> list[Told]:
    """Return whom the webhook was told of and may not be told of any more."""
    m = _marks.c
    gone = select(m.patient_id).where(m.webhook_id == webhook_id, m.patient_id.not_in(patients))
    rows = db.connection().execute(gone.order_by(m.patient_id).limit(most))
    return [Told(row.patient_id, None) for row in rows]


def note_told(db: Session, webhook_id: UUID, told: Sequence[Told]) -> None:
    """Note what a webhook has been told of; whoever is withdrawn is forgotten."""
    connection = db.connection()
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for one in told:
        if one.head is None:
            mine = _marks.c.webhook_id == webhook_id, _marks.c.patient_id == one.patient_id
            connection.execute(delete(_marks).where(*mine))
        else:
            row = {"patient_id": one.patient_id, "webhook_id": webhook_id, "head": one.head}
            key = [_marks.c.patient_id, _marks.c.webhook_id]
            made = maker(_marks).values(row)
            connection.execute(made.on_conflict_do_update(index_elements=key, set_={"head": one.head}))
