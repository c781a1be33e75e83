"""Clinics: the ones one works in, their members, and for admins who comes and goes."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.accounts.picture import as_picture
from app.consent.domain.clinics import Clinic, ClinicRole
from app.consent.domain.invitations import GOOD_FOR, Invitation, InvitationKind
from app.consent.schemas.clinics import ClinicFoundingSchema
from app.consent.service import clinics as service
from app.consent.service import invitations
from app.console.door import console
from app.console.forms import read_form
from app.console.rendering import drawn, go_to, render
from app.console.routes.invitations import used_code
from app.kernel.clock import now
from app.kernel.errors import NotVisible
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.web.auth import actor
from app.web.transaction import db, looking

CLINICS = "/clinics"
ONE = "/clinics/<id:clinic_id>"
MOST_SHOWN = 1000


@console.page(CLINICS, permission=Permission.CLINICS_USE)
def clinics() -> Response:
    """Show the clinics one works in."""
    with looking() as session:
        found = service.clinics_of(session, actor().account_id)
    return render("clinics.html", clinics=found, fresh_id=new_id())


@console.act(CLINICS, permission=Permission.CLINICS_USE, again=clinics)
def found_clinic() -> Response:
    """Found a clinic and become its admin."""
    told = read_form(ClinicFoundingSchema)
    clinic = Clinic(id=told["id"], name=told["name"], founded_at=now())
    service.found_clinic(db(), clinic, actor().account_id)
    return go_to(f"{CLINICS}/{clinic.id}", "clinic_founded")


@console.act(f"{CLINICS}/joining", permission=Permission.CLINICS_USE, again=clinics)
def join_clinic() -> Response:
    """Join a clinic by the code that its admin gave; a patient's code put in here is used as what it is."""
    return go_to(*used_code())


@console.page(ONE, permission=Permission.CLINIC_READ)
def clinic(clinic_id: UUID) -> Response:
    """Show a clinic and its members."""
    with looking() as session:
        mine = next((one for one in service.clinics_of(session, actor().account_id) if one[0].id == clinic_id), None)
        members = service.members_of(session, clinic_id, None, MOST_SHOWN)
    if mine is None:
        raise NotVisible
    is_admin = mine[1] is ClinicRole.ADMIN
    return render("clinic.html", clinic=mine[0], is_admin=is_admin, members=members, zone=actor().zone)


@console.act(f"{ONE}/invitations", permission=Permission.CLINIC_MANAGE, again=clinic)
def invite_member(clinic_id: UUID) -> Response:
    """Show a code, this once, that lets one therapist join."""
    at = now()
    made = Invitation(
        id=new_id(),
        kind=InvitationKind.MEMBERSHIP,
        inviter_id=actor().account_id,
        inviter_role=actor().role,
        made_at=at,
        expires_at=at + GOOD_FOR,
        scopes=frozenset(),
        purpose=None,
        link_expires_at=None,
        clinic_id=clinic_id,
    )
    code = invitations.invite(db(), made)
    back = f"{CLINICS}/{clinic_id}"
    return render("code_once.html", code=code, picture=drawn(as_picture(code)), kind="membership", back=back)


@console.act(f"{ONE}/members/<id:account_id>", permission=Permission.CLINIC_MANAGE, again=None)
def remove_member(clinic_id: UUID, account_id: UUID) -> Response:
    """End a member's part in the clinic, with the links given in it, at once."""
    service.leave(db(), clinic_id, account_id, actor().device_id, now())
    return go_to(CLINICS if account_id == actor().account_id else f"{CLINICS}/{clinic_id}", "member_removed")


@console.act(f"{ONE}/admins/<id:account_id>", permission=Permission.CLINIC_MANAGE, again=None)
def change_part(clinic_id: UUID, account_id: UUID) -> Response:
    """Make a member an admin, or an admin a member like others."""
    role = ClinicRole.ADMIN if request.form.get("part") == "admin" else ClinicRole.MEMBER
    service.change_part(db(), clinic_id, account_id, role)
    return go_to(f"{CLINICS}/{clinic_id}", "part_changed")


@console.act(f"{ONE}/leaving", permission=Permission.CLINIC_READ, again=clinic)
def leave_clinic(clinic_id: UUID) -> Response:
    """Leave a clinic; one is logged out everywhere."""
    service.leave(db(), clinic_id, actor().account_id, actor().device_id, now())
    return go_to("/login", "left_clinic")
