"""Web push to the browser that the console is open in: switched on by its script, and off for any browser of one's."""

from __future__ import annotations

from uuid import UUID

from flask import Response, current_app, request

from app.console.door import console
from app.console.forms import load
from app.console.rendering import go_to
from app.console.routes.settings import settings
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.outreach.domain import Subscription
from app.outreach.schemas import PushOrderSchema
from app.outreach.service import pushes
from app.settings import Settings
from app.web.auth import actor
from app.web.transaction import db


@console.act("/settings/push-subscriptions", permission=Permission.OWN_ACCOUNT, again=settings)
def switch_push_on() -> Response:
    """Have this browser be told that there is something; what it said before is good no more."""
    pushes.subscribe(db(), _asked(new_id()), to_loopback=_to_loopback())
    return go_to("/settings", "push_on")


@console.act("/settings/push-subscriptions/<id:push_id>/renewal", permission=Permission.OWN_ACCOUNT)
def renew_push(push_id: UUID) -> Response:
    """Have this browser be told where it is reached by now, or after one's next log-in in it; its worker asks."""
    pushes.renew(db(), _asked(push_id), to_loopback=_to_loopback())
    return Response(status=204)


@console.act("/settings/push-subscriptions/<id:push_id>", permission=Permission.OWN_ACCOUNT)
def switch_push_off(push_id: UUID) -> Response:
    """Push nothing to one of one's browsers or devices any more."""
    pushes.unsubscribe(db(), actor().account_id, push_id)
    return go_to("/settings", "push_off")


def _asked(push_id: UUID) -> Subscription:
    """Return the subscription that the form holds, of this browser's session; raise FormInvalid."""
    keys = {name: request.form.get(name, "") for name in ("p256dh", "auth")}
    told = load(PushOrderSchema, {"id": str(push_id), "endpoint": request.form.get("endpoint", ""), "keys": keys})
    return Subscription(
        id=told["id"],
        account_id=actor().account_id,
        device_id=actor().device_id,
        endpoint=told["endpoint"],
        public_key=told["keys"]["p256dh"],
        auth=told["keys"]["auth"],
        made_at=now(),
    )


def _to_loopback() -> bool:
    kept: Settings = current_app.config["TROCHLEA_SETTINGS"]
    return kept.webhooks_to_loopback
