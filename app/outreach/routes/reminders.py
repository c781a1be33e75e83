"""The operations on what one wants to be reminded of."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.outreach.domain import Reminders
from app.outreach.routes.feature import outreach
from app.outreach.schemas import RemindersSchema
from app.outreach.service import wishes
from app.web.answers import answer, require_match
from app.web.auth import actor
from app.web.transaction import db

REMINDERS = "/v1/me/reminders"
_FORM = RemindersSchema()


@outreach.operation("GET", REMINDERS, permission=Permission.OWN_ACCOUNT, answers={200: RemindersSchema, 304: None})
def get_reminders() -> Response:
    """Read what one wants to be reminded of; nothing, until one says so."""
    return _told(wishes.reminders_of(db(), actor().account_id))


@outreach.operation(
    "PUT",
    REMINDERS,
    permission=Permission.OWN_ACCOUNT,
    body=RemindersSchema,
    answers={200: RemindersSchema},
    conditional=True,
)
def put_reminders(body: dict[str, Any]) -> Response:
    """Say what one wants to be reminded of."""
    return _told(wishes.change_reminders(db(), actor().account_id, Reminders(**body), now(), require_match))


def _told(reminders: Reminders) -> Response:
    return answer(_FORM.dump(reminders), etag=wishes.tag_of(reminders))
