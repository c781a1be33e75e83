"""Sends what waits in the outbox: take it for a while, hand it over, mark it.

Nothing is lost: what is taken by a worker that dies is taken again once its lease is over. What was handed over by a
worker that died before it could mark it is handed over once more, with the same id, which receivers recognise it by.

Whoever has devices that are pushed to is reminded there, and by mail where none of them takes it within ten minutes.
What changes who may see a record is told there and by mail.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.accounts.service.resets import make_reset
from app.db import outbox
from app.db.outbox import Notice, Step
from app.kernel.clock import now
from app.kernel.errors import NotVisible
from app.kernel.notices import REMINDERS, NoticeKind
from app.outreach.carriers import Carrier, Letter, NobodyThere, NotCarried, Push
from app.outreach.domain import DEVICES_FIRST, LEASE, MOST_TRIES, Reminders, pause_after
from app.outreach.repository import pushes
from app.outreach.repository import wishes as repository
from app.outreach.service import sweep
from app.outreach.service.pushes import subscriptions_of
from app.outreach.words import SUBJECT, push_text, text_of

PUSHED = REMINDERS | {NoticeKind.CARE_CHANGED}
"""What is told to devices; letters of accounts are mail, and nothing of them stands on a lock screen."""
GOOD_FOR = timedelta(days=1)
"""So long a push service keeps what has no end of its own for a device that is off."""

SENT = "sent"
ONE = 1
"""Taken at a time: no letter waits under a lease for another one that is slow."""


def work_once(step: Step, carrier: Carrier) -> int:
    """Do what is due: remind, and send until nothing waits; return how many letters went out."""
    at = now()
    with step() as db:
        people = sweep.due_people(db, at)
    for account, reminders, today in people:
        _remind(step, account, reminders, today, at)
    sent = 0
    while True:
        at = now()
        with step() as db:
            taken = outbox.take(db, at, LEASE, ONE)
        if not taken:
            return sent
        sent += sum(_deal_with(step, carrier, notice, at) for notice in taken)


def _remind(step: Step, account: Account, reminders: Reminders, today: date, at: datetime) -> None:
    """Remind one person; a defect met in one person's records silences nobody else, nor that person tomorrow."""
    try:
        with step() as db:
            sweep.remind(db, account, reminders, today, at)
    except Exception as error:
        structlog.get_logger().error("bug", error=type(error).__name__, where="outreach.sweep")
        with step() as db:
            repository.note_swept(db, account.id, today)


def _deal_with(step: Step, carrier: Carrier, notice: Notice, at: datetime) -> bool:
    """Send one notice, unless it is not wanted any more, too late, or to wait; was it sent?"""
    with step() as db:
        letter = _letter(db, notice, at)
    if letter is None:
        return False
    try:
        carrier.carry(letter)
    except NobodyThere:
        with step() as db:
            _forget_device(db, notice, at)
        return False
    except NotCarried:
        with step() as db:
            _try_again(db, notice, at)
        return False
    with step() as db:
        outbox.settle(db, notice, SENT, at)
    return True


def _letter(db: Session, notice: Notice, at: datetime) -> Letter | Push | None:
    """Return what is sent for a notice, or None once it is settled or put off: asked at the moment of sending."""
    if notice.account_id is None:
        outbox.forget(db, notice)
        return None
    try:
        account = accounts.account_of(db, notice.account_id)
    except NotVisible:
        outbox.settle(db, notice, "no_account", at)
        return None
    reminders = repository.find_reminders(db, notice.account_id)
    if notice.good_until is not None and at >= notice.good_until:
        outbox.settle(db, notice, "too_late", at)
    elif not _is_wanted(notice.kind, reminders):
        outbox.settle(db, notice, "not_wanted", at)
    elif reminders is not None and notice.kind in REMINDERS and reminders.is_quiet(at, account.zone):
        outbox.put_off(db, notice, reminders.end_of_quiet(at, account.zone))
    elif notice.subscription_id is not None:
        return _push(db, notice, account, reminders, at)
    elif not (notice.kind in PUSHED and _is_left_to_devices(db, notice, account, at)):
        return _written(db, notice, account, reminders, at)
    return None


def _is_left_to_devices(db: Session, notice: Notice, account: Account, at: datetime) -> bool:
    """Tell a person's devices, once; is that enough, by now or for a while?"""
    fates = outbox.fates_of_branches(db, notice)
    if not fates:
        devices = subscriptions_of(db, account, at)
        for one in devices:
            outbox.branch(db, notice, one.id, at)
        is_left = bool(devices) and notice.kind in REMINDERS
        if is_left:
            outbox.put_off(db, notice, at + DEVICES_FIRST)
        return is_left
    if notice.kind not in REMINDERS:
        return False
    if SENT in fates:
        outbox.settle(db, notice, "pushed", at)
        return True
    outbox.settle_branches(db, notice, "mailed", at)
    return False


def _push(db: Session, notice: Notice, account: Account, reminders: Reminders | None, at: datetime) -> Push | None:
    """Return what a device is told, or None where it is logged out, or nobody's any more."""
    device = next((one for one in subscriptions_of(db, account, at) if one.id == notice.subscription_id), None)
    if device is None:
        outbox.settle(db, notice, "no_device", at)
        return None
    good_for = (notice.good_until or at + GOOD_FOR) - at
    text = push_text(reminders.language if reminders is not None else None)
    return Push(str(notice.id), device, SUBJECT, text, int(good_for.total_seconds()))


def _forget_device(db: Session, notice: Notice, at: datetime) -> None:
    if notice.account_id is not None and notice.subscription_id is not None:
        pushes.delete_subscription(db, notice.account_id, notice.subscription_id)
    outbox.settle(db, notice, "no_device", at)


def _is_wanted(kind: NoticeKind, reminders: Reminders | None) -> bool:
    return kind not in REMINDERS or (reminders is not None and bool(getattr(reminders, kind.value)))


def _written(db: Session, notice: Notice, account: Account, reminders: Reminders | None, at: datetime) -> Letter:
    """Return a letter in its words. One with a token is another letter at each try: the token before is void."""
    language = reminders.language if reminders is not None else None
    text = text_of(notice.kind, language)
    if notice.kind is not NoticeKind.PASSWORD_RESET:
        return Letter(str(notice.id), account.email, SUBJECT, text)
    token = make_reset(db, account.id, at)
    return Letter(f"{notice.id}.{notice.tries}", account.email, SUBJECT, f"{text}\n\n{token}")


def _try_again(db: Session, notice: Notice, at: datetime) -> None:
    if notice.tries >= MOST_TRIES:
        outbox.settle(db, notice, "given_up", at)
    else:
        outbox.put_off(db, notice, at + pause_after(notice.tries))
