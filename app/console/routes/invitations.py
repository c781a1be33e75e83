"""Invite a patient by a code or a picture to scan, use the code that somebody gave, and see which invitations wait."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, request
from marshmallow import Schema

from app.accounts.picture import as_picture
from app.consent.domain import Scope
from app.consent.domain.invitations import (
    GOOD_FOR,
    MOST_OPEN,
    Invitation,
    InvitationKind,
    InvitationStatus,
    hash_of,
)
from app.consent.domain.words import SCOPE_WORDS
from app.consent.schemas.invitations import CodeSchema, InvitationOrderSchema
from app.consent.service import clinics, invitations
from app.consent.service.invitations import ToldInvitation
from app.console.door import console
from app.console.forms import load
from app.console.rendering import drawn, go_to, render
from app.kernel.clock import day_in_zone, now
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.web.auth import actor
from app.web.fields import Day
from app.web.languages import language
from app.web.limits import count_try
from app.web.transaction import db, looking

INVITATIONS = "/invitations"
NEW = f"{INVITATIONS}/new"
USUAL = timedelta(days=180)
HOUR_S = 3600
TRIES_AN_HOUR = 20
TRIES_OF_A_CODE = 5
CODE_LIVES_S = int(GOOD_FOR.total_seconds())
WAITING = (InvitationStatus.OPEN, InvitationStatus.ACCEPTED)
LOOKED_THROUGH = 4 * MOST_OPEN
"""So many of the latest are looked through for those that wait: they end within three days."""


class _EndSchema(Schema):
    ends_on = Day(required=True)


@console.page(NEW, permission=Permission.INVITATIONS_USE)
def invite_page() -> Response:
    """Show the form that asks what one needs to see and until when, the place for a code, and what waits."""
    with looking() as session:
        mine = clinics.clinics_of(session, actor().account_id)
        listed = invitations.invitations_of(session, actor(), None, LOOKED_THROUGH, now())
    spoken = language()
    scopes = [(scope.value, SCOPE_WORDS[scope][spoken]) for scope in Scope]
    today = day_in_zone(now(), actor().zone)
    return render(
        "invite.html",
        scopes=scopes,
        clinics=mine,
        ends_on=today + USUAL,
        waiting=[_waiting(one, spoken) for one in listed if one.status in WAITING],
        zone=actor().zone,
    )


@console.act(NEW, permission=Permission.INVITATIONS_USE, again=invite_page)
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


@console.act(f"{INVITATIONS}/acceptance", permission=Permission.INVITATIONS_USE, again=invite_page)
def accept_invitation() -> Response:
    """Use the code that a patient gave; they still have to confirm that it is oneself."""
    return go_to(*used_code())


@console.act(f"{INVITATIONS}/<id:invitation_id>/withdrawal", permission=Permission.INVITATIONS_USE)
def withdraw_invitation(invitation_id: UUID) -> Response:
    """Take an invitation back, or decline a patient's."""
    invitations.withdraw(db(), invitation_id, actor(), now())
    return go_to(NEW, "invitation_withdrawn")


def used_code() -> tuple[str, str]:
    """Use up the code of the form, whichever it is, and return where it leads and what is said there."""
    told = load(CodeSchema, {"code": request.form.get("code", "")})
    # The same counts as over the API: tries here and there are tries.
    count_try("invitation", str(actor().account_id), most=TRIES_AN_HOUR, per_s=HOUR_S)
    count_try("invitation_code", hash_of(told["code"]).hex(), most=TRIES_OF_A_CODE, per_s=CODE_LIVES_S)
    found = invitations.accept(db(), told["code"], actor(), now()).invitation
    return (NEW, "care_accepted") if found.kind is InvitationKind.CARE else ("/clinics", "clinic_joined")


def _waiting(told: ToldInvitation, spoken: str) -> dict[str, Any]:
    """Return an invitation as it is shown; nobody is told who the patient is before they have confirmed."""
    found = told.invitation
    return {
        "id": found.id,
        "from": found.kind.value if not found.is_from_patient else "patient",
        "clinic": told.clinic_name,
        "purpose": found.purpose,
        "scopes": [SCOPE_WORDS[scope][spoken] for scope in Scope if scope in found.scopes],
        "link_ends_at": found.link_expires_at,
        "expires_at": found.expires_at,
        "status": told.status.value,
    }
