"""One's own account: who one is, what one wants to be reminded of and where, and the devices that are logged in."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import structlog
from flask import Response, current_app, request

from app.accounts import service as accounts
from app.accounts.service import second_factor
from app.console.door import console
from app.console.forms import load
from app.console.rendering import go_to, render
from app.console.routes.acts import same_as
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.outreach.domain import Reminders
from app.outreach.pushing import service_of
from app.outreach.pushkey import NoPushKey, push_key, shown
from app.outreach.schemas import RemindersSchema
from app.outreach.service import pushes, wishes
from app.settings import Settings
from app.web.auth import actor
from app.web.transaction import db, looking

_OF_THE_FORM = ("remind_at", "quiet_from", "quiet_until", "language")


@console.page("/settings", permission=Permission.OWN_ACCOUNT)
def settings() -> Response:
    """Show one's account, second factor, reminders, what is pushed to, and devices."""
    who = actor()
    with looking() as session:
        account = accounts.account_of(session, who.account_id)
        devices = accounts.devices_of(session, who.account_id, now(), who.role)
        standing = second_factor.standing_of(session, who.account_id)
        reminders = wishes.reminders_of(session, who.account_id)
        pushed = pushes.subscriptions_of(session, account, now())
    pushed_here = next((one for one in pushed if one.device_id == who.device_id), None)
    names = {device.id: device.device_name for device in devices}
    return render(
        "settings.html",
        account=account,
        devices=devices,
        standing=standing,
        current=who.device_id,
        reminders=reminders,
        version=wishes.tag_of(reminders),
        push_key=_push_key(),
        pushed_here=pushed_here,
        pushed_mark=sha256(pushed_here.endpoint.encode()).hexdigest() if pushed_here is not None else None,
        pushed=[(one, names[one.device_id], service_of(one.endpoint, to_loopback=True).host) for one in pushed],
    )


@console.act("/settings/reminders", permission=Permission.OWN_ACCOUNT, again=settings)
def change_reminders() -> Response:
    """Say whether and when one wants to be reminded of reviews; what is a patient's to want stays as it stands."""
    who = actor()
    with looking() as session:
        before = wishes.reminders_of(session, who.account_id)
    told = {name: request.form.get(name, "") for name in _OF_THE_FORM}
    kept = {"session_due": before.session_due, "morning_score_missing": before.morning_score_missing}
    wanted = load(RemindersSchema, {**told, **kept, "review_due": request.form.get("review_due") == "on"})
    check = same_as(request.form.get("version", ""))
    wishes.change_reminders(db(), who.account_id, Reminders(**wanted), now(), check)
    return go_to("/settings", "reminders_changed")


@console.act("/settings/devices/<id:device_id>", permission=Permission.OWN_ACCOUNT, again=None)
def end_device(device_id: UUID) -> Response:
    """Log another of one's devices out at once."""
    accounts.revoke_device(db(), actor().account_id, device_id, now())
    return go_to("/settings", "device_ended")


def _push_key() -> str | None:
    """Return the key that a browser subscribes with; None where this installation has none that can be read."""
    kept: Settings = current_app.config["TROCHLEA_SETTINGS"]
    try:
        return shown(push_key(kept.push_key_file))
    except (NoPushKey, OSError, ValueError) as error:
        structlog.get_logger().error("no_push_key", error=type(error).__name__)
        return None
