"""The operations on where one's devices are reached by web push."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, current_app

from app.accounts import service as accounts
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.outreach.domain import Subscription
from app.outreach.pushing import service_of
from app.outreach.pushkey import push_key, shown
from app.outreach.routes.feature import outreach
from app.outreach.schemas import PushKeySchema, PushOrderSchema, PushSubscriptionListSchema, PushSubscriptionSchema
from app.outreach.service import pushes as service
from app.settings import Settings
from app.web.answers import answer, no_content
from app.web.auth import actor
from app.web.transaction import db

PUSHES = "/v1/me/push-subscriptions"


@outreach.operation("GET", "/v1/me/push-key", permission=Permission.OWN_ACCOUNT, answers={200: PushKeySchema})
def get_push_key() -> Response:
    """Read the key that a browser subscribes with; it stays the same as long as this installation does."""
    return answer({"public_key": shown(push_key(_settings().push_key_file))})


@outreach.operation(
    "POST",
    PUSHES,
    permission=Permission.OWN_ACCOUNT,
    body=PushOrderSchema,
    answers={201: PushSubscriptionSchema, 200: PushSubscriptionSchema},
)
def create_push_subscription(body: dict[str, Any]) -> Response:
    """Have this device be told that there is something; what this device said before is good no more."""
    asked = Subscription(
        id=body["id"],
        account_id=actor().account_id,
        device_id=actor().device_id,
        endpoint=body["endpoint"],
        public_key=body["keys"]["p256dh"],
        auth=body["keys"]["auth"],
        made_at=now(),
    )
    made, is_new = service.subscribe(db(), asked, to_loopback=_settings().webhooks_to_loopback)
    return answer(_told(made), 201 if is_new else 200)


@outreach.operation("GET", PUSHES, permission=Permission.OWN_ACCOUNT, answers={200: PushSubscriptionListSchema})
def list_push_subscriptions() -> Response:
    """List the devices that are pushed to and logged in."""
    account = accounts.account_of(db(), actor().account_id)
    return answer({"items": [_told(one) for one in service.subscriptions_of(db(), account, now())]})


@outreach.operation("DELETE", f"{PUSHES}/<id:push_id>", permission=Permission.OWN_ACCOUNT, answers={204: None})
def delete_push_subscription(push_id: UUID) -> Response:
    """Push nothing to a device any more."""
    service.unsubscribe(db(), actor().account_id, push_id)
    return no_content()


def _settings() -> Settings:
    found: Settings = current_app.config["TROCHLEA_SETTINGS"]
    return found


def _told(one: Subscription) -> dict[str, Any]:
    host = service_of(one.endpoint, to_loopback=True).host
    return {"id": one.id, "device_id": one.device_id, "service": host, "made_at": one.made_at}
