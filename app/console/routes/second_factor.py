"""One's own second factor: set up with a picture to scan, confirmed by a code, renewed, taken off."""

from __future__ import annotations

from flask import Response, current_app

from app.accounts import service as accounts
from app.accounts.domain.second_factor import FactorState
from app.accounts.picture import as_picture
from app.accounts.proving import count_code
from app.accounts.schemas.second_factor import FactorCodeSchema, FactorEnrolmentSchema
from app.accounts.service import second_factor as service
from app.console.door import console
from app.console.forms import read_form
from app.console.rendering import drawn, go_to, render
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.settings import Settings
from app.web.auth import actor
from app.web.transaction import db, looking

FACTOR = "/settings/second-factor"


@console.page(FACTOR, permission=Permission.OWN_ACCOUNT)
def second_factor() -> Response:
    """Show how one's second factor stands, and what can be done about it."""
    with looking() as session:
        standing = service.standing_of(session, actor().account_id)
        account = accounts.account_of(session, actor().account_id)
        begun = service.begun_of(session, account, _sealed_with()) if standing.state is FactorState.PENDING else None
    picture = drawn(as_picture(begun.uri)) if begun else None
    is_required = _settings().asks_second_factor and not actor().has_second_factor
    return render(
        "second_factor.html",
        standing=standing,
        begun=begun,
        picture=picture,
        is_required=is_required,
        zone=actor().zone,
    )


@console.act(FACTOR, permission=Permission.OWN_ACCOUNT, again=second_factor)
def begin_second_factor() -> Response:
    """Begin a second factor; the password is asked for again."""
    told = read_form(FactorEnrolmentSchema)
    with looking() as session:
        account = accounts.account_of(session, actor().account_id)
    count_code(account.email)
    with looking() as session:
        accounts.check_password(session, account.email, told["password"])
    service.enrol(db(), account, _sealed_with(), now())
    return go_to(FACTOR)


@console.act(f"{FACTOR}/confirmation", permission=Permission.OWN_ACCOUNT, again=second_factor)
def confirm_second_factor() -> Response:
    """Confirm it by a code and show the recovery codes, this once."""
    code, who = _code(), actor()
    codes = service.confirm(db(), who.account_id, who.device_id, code, _sealed_with(), now())
    return render("recovery_codes.html", codes=codes, is_new=True)


@console.act(f"{FACTOR}/recovery-codes", permission=Permission.OWN_ACCOUNT, again=second_factor)
def renew_recovery_codes() -> Response:
    """Show ten fresh recovery codes, this once."""
    codes = service.renew_recovery_codes(db(), actor().account_id, _code(), _sealed_with(), now())
    return render("recovery_codes.html", codes=codes, is_new=False)


@console.act(f"{FACTOR}/removal", permission=Permission.OWN_ACCOUNT, again=second_factor)
def remove_second_factor() -> Response:
    """Take it off, by one of its codes."""
    service.take_off(db(), actor().account_id, _code(), _sealed_with(), now())
    return go_to(FACTOR, "second_factor_removed")


def _code() -> str:
    code: str = read_form(FactorCodeSchema)["code"]
    with looking() as session:
        account = accounts.account_of(session, actor().account_id)
    count_code(account.email)
    return code


def _settings() -> Settings:
    found: Settings = current_app.config["TROCHLEA_SETTINGS"]
    return found


def _sealed_with() -> str:
    return _settings().secret_key
