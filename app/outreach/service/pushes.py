"""Where a person's devices are reached by web push; a device has one such place, a browser one person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.kernel.errors import NotVisible
from app.outreach.domain import MOST_SUBSCRIPTIONS, Subscription, SubscriptionIdInUse, TooManySubscriptions
from app.outreach.pushing import check_key, service_of
from app.outreach.repository import pushes as repository


def subscribe(db: Session, asked: Subscription, *, to_loopback: bool) -> tuple[Subscription, bool]:
    """Store where a device is reached and return it with True; the same one sent again is returned with False.

    Raises NotAPushService, NotADevicesKey, SubscriptionIdInUse or TooManySubscriptions.
    """
    _check(asked, to_loopback=to_loopback)
    found = repository.find_subscription(db, asked.id)
    if found is not None:
        if replace(asked, made_at=found.made_at) != found:
            raise SubscriptionIdInUse
        return found, False
    _check_room(db, asked)
    repository.put_subscription(db, asked)
    return asked, True


def renew(db: Session, asked: Subscription, *, to_loopback: bool) -> None:
    """Store where a browser is reached by now, and by which session, under the id that it was switched on by.

    Raises NotAPushService, NotADevicesKey or TooManySubscriptions; NotVisible where the person has no such
    subscription any more: what was switched off elsewhere stays off.
    """
    _check(asked, to_loopback=to_loopback)
    if not repository.delete_subscription(db, asked.account_id, asked.id):
        raise NotVisible
    _check_room(db, asked)
    repository.put_subscription(db, asked)


def subscriptions_of(db: Session, account: Account, at: datetime) -> list[Subscription]:
    """Return the subscriptions of a person's devices that are logged in, oldest first."""
    found = repository.list_subscriptions(db, account.id)
    if not found:
        return []
    logged_in = {device.id for device in accounts.devices_of(db, account.id, at, account.role)}
    return [one for one in found if one.device_id in logged_in]


def unsubscribe(db: Session, account_id: UUID, subscription_id: UUID) -> None:
    """Have a device be told nothing any more; raise NotVisible where the person has no such subscription."""
    if not repository.delete_subscription(db, account_id, subscription_id):
        raise NotVisible


def _is_another(one: Subscription, asked: Subscription) -> bool:
    return one.device_id != asked.device_id and (one.endpoint, one.auth) != (asked.endpoint, asked.auth)


def _check(asked: Subscription, *, to_loopback: bool) -> None:
    service_of(asked.endpoint, to_loopback=to_loopback)
    check_key(asked.public_key)


def _check_room(db: Session, asked: Subscription) -> None:
    account = accounts.account_of(db, asked.account_id)
    others = [one for one in subscriptions_of(db, account, asked.made_at) if _is_another(one, asked)]
    if len(others) >= MOST_SUBSCRIPTIONS:
        raise TooManySubscriptions
