"""One's own account: who one is, and the devices that are logged in."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from app.accounts import service as accounts
from app.accounts.service import second_factor
from app.console.door import console
from app.console.rendering import go_to, render
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.web.auth import actor
from app.web.transaction import db, looking


@console.page("/settings", permission=Permission.OWN_ACCOUNT)
def settings() -> Response:
    """Show one's account, second factor and devices."""
    who = actor()
    with looking() as session:
        account = accounts.account_of(session, who.account_id)
        devices = accounts.devices_of(session, who.account_id, now(), who.role)
        standing = second_factor.standing_of(session, who.account_id)
    return render("settings.html", account=account, devices=devices, standing=standing, current=who.device_id)


@console.act("/settings/devices/<id:device_id>", permission=Permission.OWN_ACCOUNT, again=None)
def end_device(device_id: UUID) -> Response:
    """Log another of one's devices out at once."""
    accounts.revoke_device(db(), actor().account_id, device_id, now())
    return go_to("/settings", "device_ended")
