"""Log in with password and second factor, and log out."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from flask import Response, current_app, request

from app.accounts import service as accounts
from app.accounts.domain import Account
from app.accounts.entering import enter
from app.accounts.proving import count_code, prove
from app.accounts.schemas import LoginSchema
from app.accounts.schemas.second_factor import FactorCodeSchema
from app.accounts.service import browsers, second_factor
from app.console.browser import forget, half_way, remember, remember_half_way
from app.console.door import console
from app.console.forms import load
from app.console.rendering import back_to, go_on, go_to, render
from app.kernel.clock import now
from app.kernel.errors import Denied
from app.kernel.permissions import Permission, Role
from app.settings import Settings
from app.web.auth import actor, note_act
from app.web.transaction import db, looking


class PatientsHaveAnApp(Denied):
    """The console is for therapists and admins."""

    code = "patients_have_an_app"
    title = "This console is for therapists; as a patient use the app"


@console.page("/login", permission=Permission.PUBLIC)
def log_in_page() -> Response:
    """Show the form that asks for address and password."""
    return render("login.html", next=_back())


@console.act("/login", permission=Permission.PUBLIC, again=log_in_page)
def log_in() -> Response:
    """Check the password; ask for the code where there is a second factor, else open the session."""
    sent = {name: request.form.get(name, "") for name in ("email", "password")}
    told = load(LoginSchema, {**sent, "device_name": _browser_name()})
    account = enter(told["email"], told["password"])
    if account.role is Role.PATIENT:
        raise PatientsHaveAnApp
    if second_factor.is_asked(db(), account.id):
        return remember_half_way(_go_on("/login/code"), account.id)
    return _opened(account, None, now())


@console.page("/login/code", permission=Permission.PUBLIC)
def code_page() -> Response:
    """Show the form that asks for the code of the second factor."""
    half_way()
    return render("code.html", next=_back())


@console.act("/login/code", permission=Permission.PUBLIC, again=code_page)
def enter_code() -> Response:
    """Check the code and open the session."""
    account_id = half_way()
    told = load(FactorCodeSchema, {"code": request.form.get("code", "")})
    with looking() as session:
        account = accounts.account_of(session, account_id)
    count_code(account.email)
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    at = now()
    return _opened(account, prove(account, told["code"], settings.secret_key, at), at)


@console.act("/logout", permission=Permission.OWN_ACCOUNT)
def log_out() -> Response:
    """End this browser's session at once."""
    accounts.revoke_device(db(), actor().account_id, actor().device_id, now(), "logout")
    return forget(go_to("/login", "logged_out"))


def _opened(account: Account, second_factor_at: datetime | None, at: datetime) -> Response:
    done = accounts.log_in(db(), account, _browser_name(), at, second_factor_at)
    note_act(account.id, done.device.id, "console_log_in")
    token = browsers.give_cookie_token(db(), done.device.id)
    return remember(go_on(_back()), token)


def _go_on(path: str) -> Response:
    return go_to(f"{path}?next={quote(_back(), safe='')}")


def _back() -> str:
    return back_to(request.values.get("next", ""))


def _browser_name() -> str:
    """Return what this session is called among one's devices."""
    agent = request.user_agent.string
    known = next((name for name in ("Edg", "Firefox", "Chrome", "Safari") if name in agent), None)
    return f"Console ({ {'Edg': 'Edge'}.get(known, known) })" if known else "Console"
