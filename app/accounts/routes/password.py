"""The operation that changes one's own password."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from app.accounts.proving import confirm_password
from app.accounts.routes.feature import accounts
from app.accounts.schemas import PasswordChangeSchema
from app.accounts.service import resets
from app.accounts.service import second_factor as factors
from app.accounts.service.letters import Mailer
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.web.answers import no_content
from app.web.auth import actor
from app.web.transaction import db, looking


@accounts.operation(
    "POST",
    "/v1/me/password",
    permission=Permission.OWN_ACCOUNT,
    body=PasswordChangeSchema,
    answers={204: None},
)
def change_password(body: dict[str, Any]) -> Response:
    """Change one's password by saying the old one; every other device is logged out, and the owner is told by mail."""
    who = actor()
    account = confirm_password(who.account_id, body["password"])
    with looking() as session:
        has_factor = factors.is_asked(session, account.id)
    password_hash = resets.prepare_password(account, body["new_password"], second_factor=has_factor)
    mailer: Mailer = current_app.extensions["trochlea.mailer"]
    resets.change_password(db(), account, who.device_id, password_hash, mailer, now())
    return no_content()
