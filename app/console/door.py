"""How the console offers its pages: one declaration says path, permission, and what happens when a form is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, g, request

from app.accounts import service as accounts
from app.accounts.domain.second_factor import SecondFactorMissing
from app.accounts.service import browsers
from app.consent.domain.invitations import NoSuchInvitation
from app.console.browser import PLACE, check_form, forget, note_language, who_asks
from app.console.rendering import go_to, render
from app.kernel.clock import now
from app.kernel.errors import Conflict, Denied, Invalid, TrochleaError, Unauthenticated
from app.kernel.permissions import Look, Permission, Role
from app.web.auth import actor, admit_as, log_act, log_acts, log_looks, note_act
from app.web.feature import Declared
from app.web.problems import problem_of, status_of
from app.web.transaction import looking, note_place, read_where_it_can_be, request_transaction, write_or_refuse

View = Callable[..., Response]
REFUSALS = (Invalid, Conflict, Denied, NoSuchInvitation)
"""What a form is shown again for, with what is wrong about it."""
ONLY_OPENED: Mapping[Permission, Permission] = {
    Permission.PLAN_WRITE: Permission.PLAN_READ,
    Permission.PLAN_START: Permission.PLAN_READ,
    Permission.PAUSE_CLOSE: Permission.PLAN_READ,
    Permission.REVIEW_SIGN: Permission.REVIEWS_READ,
}
"""What the opening of a form is written down as: reading what the same scope opens, by what it is for."""
WRITTEN_DOWN = frozenset(
    {
        Permission.PUBLIC,
        Permission.OWN_ACCOUNT,
        Permission.INVITATIONS_USE,
        Permission.CLINICS_USE,
        Permission.CLINIC_READ,
        Permission.CLINIC_MANAGE,
    }
)
"""Acts on accounts and consent, which are lines of the trail (decision 0026)."""


class Console:
    """The console's pages and acts, gathered into a blueprint that is no part of the API's document."""

    def __init__(self) -> None:
        self.blueprint = Blueprint("console", __name__)
        self.blueprint.register_error_handler(Exception, show_error)
        self.blueprint.before_request(note_language)

    def page(
        self, path: str, *, permission: Permission, writes: bool = False, replica: bool = False
    ) -> Callable[[View], View]:
        """Declare a page that is looked at; the returned view is what a refused form shows again.

        With `replica` what the view reads by `showing` may come from the standby, and again from the primary.
        """

        def declare(view: View) -> View:
            @wraps(view)
            def shown(**parts: Any) -> Response:
                with request_transaction(writes=writes, may_be_replica=replica):
                    _enter(permission, parts)
                    _note_opened(permission, parts)
                    response = read_where_it_can_be(partial(view, **parts))
                    _note_seen(permission)
                    log_looks(response, f"console_{view.__name__}")
                    return response

            self._add("GET", path, shown, view.__name__, permission, replica)
            return shown

        return declare

    def act(self, path: str, *, permission: Permission, again: View | None = None) -> Callable[[View], View]:
        """Declare what a form does; where it is refused, `again` shows the form with what was filled in."""

        def declare(view: View) -> View:
            @wraps(view)
            def done(**parts: Any) -> Response:
                try:
                    with request_transaction(writes=True):
                        check_form()
                        _enter(permission, parts)
                        response = view(**parts)
                        _note_seen(permission)
                        log_acts(f"console_{view.__name__}")
                        _write_down(permission, f"console_{view.__name__}", response, parts)
                        return response
                except REFUSALS as error:
                    if again is None or (isinstance(error, Unauthenticated) and permission is not Permission.PUBLIC):
                        raise
                    return _shown_again(again, parts, error)

            self._add("POST", path, done, view.__name__, permission)
            return view

        return declare

    def _add(
        self, method: str, path: str, view: View, name: str, permission: Permission, replica: bool = False
    ) -> None:
        view.declared = Declared(  # type: ignore[attr-defined]
            permission,
            name=f"console_{name}",
            takes_body=method == "POST",
            takes_query=False,
            conditional=False,
            translated=True,
            refuses_old_apps=False,
            replica=replica,
        )
        self.blueprint.add_url_rule(f"{PLACE}{path}", endpoint=name, view_func=view, methods=[method])


def _enter(permission: Permission, parts: Mapping[str, Any]) -> None:
    """Admit whoever the cookie names, by the API's own question; patients have an app of their own."""
    if permission is Permission.PUBLIC:
        return
    admit_as(*who_asks(), permission, parts.get("patient_id"), parts.get("clinic_id"))
    if actor().role is Role.PATIENT:
        raise Denied
    with looking() as session:
        g.console_name = accounts.account_of(session, actor().account_id).display_name
        # A page tells what a link opens, which is in no patient's stream: the standby has to have all there is.
        note_place(session, None)


def _note_opened(permission: Permission, parts: Mapping[str, Any]) -> None:
    """Note a form that is only opened as what it is, a reading: nothing of it was used yet."""
    reading = ONLY_OPENED.get(permission)
    if reading is not None:
        g.looks = [Look(parts["patient_id"], reading)]


def _note_seen(permission: Permission) -> None:
    if permission is not Permission.PUBLIC:
        device_id, at = actor().device_id, now()
        write_or_refuse(lambda session: browsers.note_seen(session, device_id, at))


def _write_down(permission: Permission, operation: str, response: Response, parts: Mapping[str, Any]) -> None:
    """Write an act on accounts or consent into the trail, as the API does; a form that was done answers with 303."""
    if permission not in WRITTEN_DOWN:
        return
    if "actor" in g:
        note_act(actor().account_id, actor().device_id, operation)
    log_act(response, operation, parts)


def _shown_again(again: View, parts: Mapping[str, Any], error: TrochleaError) -> Response:
    """Show the form anew, in a transaction of its own: what was begun is taken back."""
    g.pop("looks", None)
    g.refused = error
    response = again(**parts)
    if response.status_code == 200:
        response.status_code = status_of(error)
    return response


def show_error(error: Exception) -> Response:
    """Answer an error as a page: whoever is not logged in is asked to, whoever lacks a second factor sets one up."""
    if isinstance(error, SecondFactorMissing):
        return go_to("/settings/second-factor")
    if isinstance(error, Unauthenticated):
        back = request.full_path.rstrip("?") if request.method == "GET" else PLACE
        return forget(go_to(f"/login?next={quote(back, safe='')}"))
    told = problem_of(error)
    body = orjson.loads(told.data) if told.data else {"code": "error", "title": ""}
    # An error page repeats nothing of what was asked for: not even to come back to it in another language.
    response = render(
        "error.html", code=body["code"], title=body["title"], status=told.status_code, looked_at=f"{PLACE}/caseload"
    )
    response.status_code = told.status_code
    for name in ("Retry-After", "Allow"):
        if name in told.headers:
            response.headers[name] = told.headers[name]
    return response


console = Console()
