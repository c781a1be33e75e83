"""The queries on subscriptions to web push."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.outreach.domain import Subscription
from app.outreach.models import PushRow

_subscriptions = table_of(PushRow)
_FIELDS = tuple(Subscription.__dataclass_fields__)
_CHOSEN = select(*(_subscriptions.c[name] for name in _FIELDS))


def list_subscriptions(db: Session, account_id: UUID) -> list[Subscription]:
    """Return a person's subscriptions, oldest first, also those of devices that are logged out by now."""
    s = _subscriptions.c
    chosen = _CHOSEN.where(s.account_id == account_id).order_by(s.made_at, s.id)
    return [Subscription(**row) for row in db.connection().execute(chosen).mappings()]


def find_subscription(db: Session, subscription_id: UUID) -> Subscription | None:
    """Return the subscription with an id, whosever it is."""
    row = db.connection().execute(_CHOSEN.where(_subscriptions.c.id == subscription_id)).mappings().one_or_none()
    return Subscription(**row) if row is not None else None


def put_subscription(db: Session, subscription: Subscription) -> None:
    """Store where a device is reached, in the place of where it, or whoever used that browser before, was reached."""
    s, connection = _subscriptions.c, db.connection()
    same_browser = and_(s.endpoint == subscription.endpoint, s.auth == subscription.auth)
    connection.execute(delete(_subscriptions).where(or_(s.device_id == subscription.device_id, same_browser)))
    connection.execute(insert(_subscriptions), {name: getattr(subscription, name) for name in _FIELDS})


def delete_subscription(db: Session, account_id: UUID, subscription_id: UUID) -> bool:
    """Forget a person's subscription; False where there is none."""
    mine = _subscriptions.c.id == subscription_id, _subscriptions.c.account_id == account_id
    return db.connection().execute(delete(_subscriptions).where(*mine)).rowcount == 1
