"""The cookie that a browser is logged in by, and the token that each of its forms has to bring back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any
from uuid import UUID

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.accounts.service import browsers
from app.kernel.errors import Denied, Unauthenticated
from app.kernel.ids import parse_id
from app.settings import Settings
from app.web.languages import choose_language
from app.web.transaction import looking

PLACE = "/console"
HALF_WAY_S = 300  # seconds between the password and the code of the second factor
LANGUAGE_S = 365 * 24 * 3600  # seconds that a chosen language is kept
_LANGUAGE = "trochlea-language"
_SESSION, _FORM, _HALF_WAY = "trochlea", "trochlea-form", "trochlea-login"
_TOKEN_BYTES = 32
_SAME_SITE = ("same-origin", "none")


class FormExpired(Denied):
    """The form was not given out by this console, or for another log-in."""

    code = "form_expired"
    title = "This form has expired; go back, load the page anew and send it again"


def who_asks() -> tuple[UUID, UUID]:
    """Return the account and the device session of the browser's cookie; raise Unauthenticated."""
    token = request.cookies.get(_name(_SESSION))
    if token is None:
        raise Unauthenticated
    with looking() as session:
        found = browsers.find_browser(session, token)
    if found is None:
        raise Unauthenticated
    return found


def remember(response: Response, token: str) -> Response:
    """Give the browser the token of its session."""
    _forget(response, _HALF_WAY)
    return _set(response, _SESSION, token)


def forget(response: Response) -> Response:
    """Take the session's cookie back."""
    return _forget(response, _SESSION)


def remember_half_way(response: Response, account_id: UUID) -> Response:
    """Note for five minutes that the password was right and the code is still to come."""
    return _set(response, _HALF_WAY, _signer().dumps(str(account_id)), max_age=HALF_WAY_S)


def half_way() -> UUID:
    """Return whose password was right a moment ago; raise Unauthenticated."""
    try:
        told = _signer().loads(request.cookies.get(_name(_HALF_WAY), ""), max_age=HALF_WAY_S)
    except BadSignature:
        raise Unauthenticated from None
    account_id = parse_id(told)
    if account_id is None:
        raise Unauthenticated
    return account_id


def remember_language(response: Response, chosen: str) -> Response:
    """Note the language that was chosen in this browser, for a year."""
    return _set(response, _LANGUAGE, chosen, max_age=LANGUAGE_S)


def note_language() -> None:
    """Let this request be answered in the language that was chosen in this browser, where one was."""
    choose_language(request.cookies.get(_name(_LANGUAGE)))


def form_token() -> str:
    """Return the token for the forms of this browser."""
    return _mac(request.cookies.get(_name(_SESSION)) or request.cookies.get(_name(_FORM), ""))


def with_form_cookie(response: Response, fresh: str | None) -> Response:
    """Give a browser that is not logged in what its form's token is bound to."""
    return response if fresh is None else _set(response, _FORM, fresh)


def fresh_form_key() -> tuple[str | None, str]:
    """Return a new key where the browser has none yet, and the token of its forms."""
    if request.cookies.get(_name(_SESSION)) or request.cookies.get(_name(_FORM)):
        return None, form_token()
    fresh = secrets.token_urlsafe(_TOKEN_BYTES)
    return fresh, _mac(fresh)


def check_form() -> None:
    """Raise FormExpired unless this form was given to this browser, and comes from a page of ours."""
    is_ours = request.headers.get("Sec-Fetch-Site", "same-origin") in _SAME_SITE
    is_bound = bool(request.cookies.get(_name(_SESSION)) or request.cookies.get(_name(_FORM)))
    sent = request.form.get("form_token", "")
    if not (is_ours and is_bound and hmac.compare_digest(sent.encode("utf-8", "replace"), form_token().encode())):
        raise FormExpired


def session_mark(device_id: UUID) -> str:
    """Return what a page's script tells one log-in from another by; it names nothing and opens nothing."""
    return _mac(str(device_id), b"session\0")


def _mac(key: str, use: bytes = b"form\0") -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, use + key.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="console half way")


def _is_secure() -> bool:
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    return settings.external_url.startswith("https://")


def _name(name: str) -> str:
    """Return a cookie's name: over TLS one that no other host and no plain page can set."""
    return f"__Host-{name}" if _is_secure() else name


def _set(response: Response, name: str, value: str, max_age: int | None = None) -> Response:
    look: dict[str, Any] = {"secure": _is_secure(), "httponly": True, "samesite": "Strict", "path": "/"}
    response.set_cookie(_name(name), value, max_age=max_age, **look)
    return response


def _forget(response: Response, name: str) -> Response:
    response.delete_cookie(_name(name), path="/", secure=_is_secure(), httponly=True, samesite="Strict")
    return response
