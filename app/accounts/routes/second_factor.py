"""The operations on one's own second factor."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from app.accounts import service as accounts_service
from app.accounts.picture import as_picture
from app.accounts.proving import count_code
from app.accounts.routes.feature import accounts
from app.accounts.schemas.second_factor import (
    EnrolledFactorSchema,
    FactorCodeSchema,
    FactorEnrolmentSchema,
    FactorStateSchema,
    RecoveryCodesSchema,
)
from app.accounts.service import second_factor as service
from app.kernel.clock import now
from app.kernel.permissions import Permission, Role
from app.settings import Settings
from app.web.answers import answer, no_content
from app.web.auth import actor
from app.web.transaction import db, looking

FACTOR = "/v1/me/second-factor"


@accounts.operation("GET", FACTOR, permission=Permission.OWN_ACCOUNT, answers={200: FactorStateSchema})
def get_second_factor() -> Response:
    """Read how one's second factor stands."""
    standing = service.standing_of(db(), actor().account_id)
    told = {
        "state": standing.state,
        "confirmed_at": standing.confirmed_at,
        "recovery_codes_left": standing.recovery_codes_left,
        "required": _settings().asks_second_factor and actor().role is not Role.PATIENT,
    }
    return answer(told)


@accounts.operation(
    "POST", FACTOR, permission=Permission.OWN_ACCOUNT, body=FactorEnrolmentSchema, answers={201: EnrolledFactorSchema}
)
def enrol_second_factor(body: dict[str, Any]) -> Response:
    """Begin a second factor: the secret is told this once, and counts when a code of it was sent back."""
    with looking() as session:
        account = accounts_service.account_of(session, actor().account_id)
    count_code(account.email)
    with looking() as session:
        accounts_service.check_password(session, account.email, body["password"])
    begun = service.enrol(db(), account, _settings().secret_key, now())
    return answer({"secret": begun.secret, "uri": begun.uri, "picture_svg": as_picture(begun.uri)}, 201)


@accounts.operation(
    "POST",
    f"{FACTOR}/confirmation",
    permission=Permission.OWN_ACCOUNT,
    body=FactorCodeSchema,
    answers={200: RecoveryCodesSchema},
)
def confirm_second_factor(body: dict[str, Any]) -> Response:
    """Confirm the second factor by a code; answers with the recovery codes, and logs out all other devices."""
    _count()
    who = actor()
    codes = service.confirm(db(), who.account_id, who.device_id, body["code"], _settings().secret_key, now())
    return answer({"recovery_codes": codes})


@accounts.operation(
    "POST",
    f"{FACTOR}/recovery-codes",
    permission=Permission.OWN_ACCOUNT,
    body=FactorCodeSchema,
    answers={200: RecoveryCodesSchema},
)
def renew_recovery_codes(body: dict[str, Any]) -> Response:
    """Have ten fresh recovery codes; those before are good no more."""
    _count()
    codes = service.renew_recovery_codes(db(), actor().account_id, body["code"], _settings().secret_key, now())
    return answer({"recovery_codes": codes})


@accounts.operation(
    "POST", f"{FACTOR}/removal", permission=Permission.OWN_ACCOUNT, body=FactorCodeSchema, answers={204: None}
)
def remove_second_factor(body: dict[str, Any]) -> Response:
    """Take the second factor off, by a code of the app or a recovery code."""
    _count()
    service.take_off(db(), actor().account_id, body["code"], _settings().secret_key, now())
    return no_content()


def _count() -> None:
    with looking() as session:
        account = accounts_service.account_of(session, actor().account_id)
    count_code(account.email)


def _settings() -> Settings:
    found: Settings = current_app.config["TROCHLEA_SETTINGS"]
    return found
