"""Invite a patient: ask for what is needed, and give them a code or a picture to scan."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, request
from marshmallow import Schema

from app.accounts.picture import as_picture
from app.consent.domain import Scope
from app.consent.domain.invitations import GOOD_FOR, Invitation, InvitationKind
from app.consent.domain.words import SCOPE_WORDS
from app.consent.schemas.invitations import InvitationOrderSchema
from app.consent.service import clinics, invitations
from app.console.door import console
from app.console.forms import load
from app.console.rendering import drawn, render
from app.kernel.clock import day_in_zone, now
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.web.auth import actor
from app.web.fields import Day
from app.web.languages import language
from app.web.transaction import db, looking

USUAL = timedelta(days=180)


class _EndSchema(Schema):
    ends_on = Day(required=True)


@console.page("/invitations/new", permission=Permission.INVITATIONS_USE)
def invite_page() -> Response:
    """Show the form that asks what one needs to see, and until when."""
    with looking() as session:
        mine = clinics.clinics_of(session, actor().account_id)
    spoken = language()
    scopes = [(scope.value, SCOPE_WORDS[scope][spoken]) for scope in Scope]
    today = day_in_zone(now(), actor().zone)
    return render("invite.html", scopes=scopes, clinics=mine, ends_on=today + USUAL, today=today)


@console.act("/invitations/new", permission=Permission.INVITATIONS_USE, again=invite_page)
def invite_patient() -> Response:
    """Make the invitation and show its code, this once."""
    ends_on = load(_EndSchema, {"ends_on": request.form.get("ends_on", "")})["ends_on"]
    until = datetime.combine(ends_on, time(23, 59), ZoneInfo(actor().zone))
    told = {name: request.form[name] for name in ("purpose", "clinic_id") if request.form.get(name)}
    order = load(
        InvitationOrderSchema,
        {**told, "scopes": request.form.getlist("scopes"), "link_expires_at": until.isoformat()},
    )
    at = now()
    made = Invitation(
        id=new_id(),
        kind=InvitationKind.CARE,
        inviter_id=actor().account_id,
        inviter_role=actor().role,
        made_at=at,
        expires_at=at + GOOD_FOR,
        scopes=frozenset(Scope(scope) for scope in order["scopes"]),
        purpose=order["purpose"],
        link_expires_at=order["link_expires_at"],
        clinic_id=order["clinic_id"],
    )
    code = invitations.invite(db(), made)
    return render("code_once.html", code=code, picture=drawn(as_picture(code)), kind="care", back="/caseload")
