"""The operations on a therapist's webhooks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, current_app

from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.outreach.domain import Webhook
from app.outreach.routes.feature import outreach
from app.outreach.schemas import WebhookListSchema, WebhookOrderSchema, WebhookSchema
from app.outreach.service import webhooks as service
from app.settings import Settings
from app.web.answers import answer, no_content
from app.web.auth import actor
from app.web.transaction import db

WEBHOOKS = "/v1/me/webhooks"
_SHOWN = ("id", "url", "made_at", "failures", "last_status", "last_error", "last_sent_at", "next_try_at")


@outreach.operation(
    "POST",
    WEBHOOKS,
    permission=Permission.WEBHOOKS_USE,
    body=WebhookOrderSchema,
    answers={201: WebhookSchema, 200: WebhookSchema},
)
def create_webhook(body: dict[str, Any]) -> Response:
    """Register an address that is told, by ids alone, when there is news of one's patients."""
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    made, is_new = service.register_webhook(
        db(), actor().account_id, body["id"], body["url"], now(), to_loopback=settings.webhooks_to_loopback
    )
    secret = service.secret_of(made, settings.secret_key.encode()) if is_new else None
    return answer(_told(made, secret), 201 if is_new else 200)


@outreach.operation("GET", WEBHOOKS, permission=Permission.WEBHOOKS_USE, answers={200: WebhookListSchema})
def list_webhooks() -> Response:
    """List one's webhooks and how they go."""
    return answer({"items": [_told(one, None) for one in service.list_webhooks(db(), actor().account_id)]})


@outreach.operation("DELETE", f"{WEBHOOKS}/<id:webhook_id>", permission=Permission.WEBHOOKS_USE, answers={204: None})
def delete_webhook(webhook_id: UUID) -> Response:
    """Tell an address nothing any more."""
    service.delete_webhook(db(), actor().account_id, webhook_id)
    return no_content()


def _told(webhook: Webhook, secret: str | None) -> dict[str, Any]:
    state = "given_up" if webhook.given_up_at is not None else "failing" if webhook.failures else "open"
    return {**{name: getattr(webhook, name) for name in _SHOWN}, "state": state, "secret": secret}
