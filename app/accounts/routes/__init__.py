"""The operations on one's own account: register, log in, refresh, log out, devices."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, current_app

from app.accounts import service
from app.accounts.domain import Account, Device, ProfessionalRole
from app.accounts.entering import HOUR_S, QUARTER_HOUR_S, enter, in_a_row
from app.accounts.models.browsers import BrowserRow
from app.accounts.proving import count_code, prove
from app.accounts.routes import password, second_factor
from app.accounts.routes.feature import accounts
from app.accounts.schemas import (
    AcceptedSchema,
    AccountSchema,
    DeviceListSchema,
    LoginSchema,
    RefreshSchema,
    RegistrationSchema,
    ResetOrderSchema,
    ResetSchema,
    TokensSchema,
)
from app.accounts.service import LoggedIn, resets
from app.accounts.service import second_factor as factors
from app.accounts.service.letters import Letter, Mailer
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.kernel.permissions import Permission, Role
from app.settings import Settings
from app.web.answers import answer, no_content
from app.web.auth import actor, hand_out, issue_access_token, note_act
from app.web.limits import Limit, count_tries, count_try, forget_tries, network
from app.web.problems import refusal
from app.web.transaction import db, looking

__all__ = ["BrowserRow", "accounts", "password", "second_factor"]

REGISTRATIONS = 30
RESETS_OF_AN_ACCOUNT = 5
RESETS_OF_A_NETWORK = 60
REFRESHES = 300


@accounts.operation(
    "POST",
    "/v1/accounts",
    permission=Permission.PUBLIC,
    body=RegistrationSchema,
    answers={202: AcceptedSchema},
)
def register_account(body: dict[str, Any]) -> Response:
    """Register a patient or a therapist, then log in; an address in use is answered alike, and its owner is told."""
    count_try("register", network(), most=REGISTRATIONS, per_s=QUARTER_HOUR_S)
    profession = body["professional_role"]
    account = Account(
        id=new_id(),
        role=Role(body["role"]),
        email=body["email"],
        display_name=body["display_name"],
        zone=body["zone"],
        professional_role=ProfessionalRole(profession) if profession else None,
        created_at=now(),
    )
    owner, is_new = service.apply(db(), account, body["password"], mailer())
    note_act(owner.id, None, None if is_new else "register_again")
    return accepted()


@accounts.operation(
    "POST",
    "/v1/auth/login",
    permission=Permission.PUBLIC,
    body=LoginSchema,
    answers={200: TokensSchema, 401: None},
)
def log_in(body: dict[str, Any]) -> Response:
    """Log a device in; where a second factor is asked for, send its code as well.

    A device that was logged in before shows its last refresh token, and is never locked out by others.
    """
    code, at = body["second_factor_code"], now()
    if code is not None:
        count_code(body["email"])
    account = enter(body["email"], body["password"], body["last_refresh_token"])
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    proven_at = prove(account, code, settings.secret_key, at)
    return _tokens(service.log_in(db(), account, body["device_name"], at, proven_at))


@accounts.operation(
    "POST",
    "/v1/auth/reset",
    permission=Permission.PUBLIC,
    body=ResetOrderSchema,
    answers={202: AcceptedSchema},
)
def order_reset(body: dict[str, Any]) -> Response:
    """Ask for a mail with a token that sets a new password; the answer is the same for an address nobody has."""
    count_tries(
        Limit("reset_network", (network(),), RESETS_OF_A_NETWORK, HOUR_S),
        Limit("reset", (body["email"],), RESETS_OF_AN_ACCOUNT, HOUR_S),
    )
    resets.ask_for_reset(db(), body["email"], mailer(), now())
    return accepted()


@accounts.operation(
    "POST",
    "/v1/auth/reset/completion",
    permission=Permission.PUBLIC,
    body=ResetSchema,
    answers={204: None, 404: None},
)
def complete_reset(body: dict[str, Any]) -> Response:
    """Set a new password with the token of the mail, once; every device is logged out, and nobody is logged in."""
    count_try("reset_completion", network(), most=RESETS_OF_A_NETWORK, per_s=HOUR_S)
    token, at = body["token"], now()
    with looking() as session:
        account = resets.whose_reset(session, token, at)
        has_factor = factors.is_asked(session, account.id)
    password_hash = resets.prepare_password(account, body["password"], second_factor=has_factor)
    resets.complete_reset(db(), token, account, password_hash, mailer(), at)
    forget_tries(db(), in_a_row(account.email))
    return no_content()


@accounts.operation(
    "POST",
    "/v1/auth/token",
    permission=Permission.PUBLIC,
    body=RefreshSchema,
    answers={200: TokensSchema, 401: None},
)
def refresh_token(body: dict[str, Any]) -> Response:
    """Exchange the refresh token; each is good once, and a used one ends the session."""
    count_try("refresh", network(), most=REFRESHES, per_s=QUARTER_HOUR_S)
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    professional = timedelta(seconds=settings.refresh_grace_professional_s)
    grace = {
        Role.PATIENT: timedelta(seconds=settings.refresh_grace_patient_s),
        Role.THERAPIST: professional,
        Role.ADMIN: professional,
    }
    outcome = service.refresh(db(), body["refresh_token"], now(), grace)
    if isinstance(outcome, LoggedIn):
        return _tokens(outcome)
    if outcome.ended is not None:
        mailer().write(db(), outcome.ended.account_id, Letter.SESSION_CUT_OFF, now())
        note_act(outcome.ended.account_id, outcome.ended.id, "end_reused_session")
    return refusal(outcome)


@accounts.operation("POST", "/v1/auth/logout", permission=Permission.OWN_ACCOUNT, answers={204: None})
def log_out() -> Response:
    """Log this device out; its tokens are dead at once."""
    service.revoke_device(db(), actor().account_id, actor().device_id, now(), "logout")
    return no_content()


@accounts.operation("GET", "/v1/me", permission=Permission.OWN_ACCOUNT, answers={200: AccountSchema})
def get_me() -> Response:
    """Read one's own account."""
    told = asdict(service.account_of(db(), actor().account_id))
    return answer({name: told[name] for name in AccountSchema().fields})


@accounts.operation("GET", "/v1/me/devices", permission=Permission.OWN_ACCOUNT, answers={200: DeviceListSchema})
def list_devices() -> Response:
    """List the devices that are logged in."""
    devices = service.devices_of(db(), actor().account_id, now(), actor().role)
    return answer({"items": [_device(device) for device in devices]})


@accounts.operation("DELETE", "/v1/me/devices/<id:device_id>", permission=Permission.OWN_ACCOUNT, answers={204: None})
def revoke_device(device_id: UUID) -> Response:
    """Log another (or this) device out at once."""
    service.revoke_device(db(), actor().account_id, device_id, now())
    return no_content()


def mailer() -> Mailer:
    """Return whoever takes the letters of accounts."""
    found: Mailer = current_app.extensions["trochlea.mailer"]
    return found


def accepted() -> Response:
    """Return the answer that is the same whatever was found."""
    return answer({"status": "accepted"}, 202)


def _device(device: Device) -> dict[str, Any]:
    shown = ("id", "device_name", "created_at", "last_seen_at", "expires_at")
    return {**{name: getattr(device, name) for name in shown}, "current": device.id == actor().device_id}


def _tokens(done: LoggedIn) -> Response:
    note_act(done.account.id, done.device.id)
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    token = issue_access_token(
        done.account.id,
        done.device.id,
        done.device.created_at,
        has_second_factor=done.device.second_factor_at is not None,
        token_epoch=done.account.token_epoch,
    )
    body = {
        "access_token": hand_out(token),
        "refresh_token": done.refresh_token,
        "token_type": "Bearer",
        "expires_in_s": settings.access_token_s,
        "account_id": done.account.id,
        "device_id": done.device.id,
    }
    return answer(body)
