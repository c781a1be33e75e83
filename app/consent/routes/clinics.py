"""The operations on clinics and their members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from app.consent.domain.clinics import Clinic, ClinicRole
from app.consent.domain.invitations import InvitationKind
from app.consent.routes.door import consent
from app.consent.routes.invitations import made_invitation, new_invitation
from app.consent.schemas.clinics import ClinicFoundingSchema, ClinicListSchema, ClinicSchema, MemberPageSchema
from app.consent.schemas.invitations import MadeInvitationSchema
from app.consent.service import clinics as service
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.web.answers import answer, no_content
from app.web.auth import actor
from app.web.paging import Paged, make_cursor, read_cursor
from app.web.transaction import db

CLINIC = "/v1/clinics/<id:clinic_id>"


@consent.operation(
    "POST",
    "/v1/clinics",
    permission=Permission.CLINICS_USE,
    body=ClinicFoundingSchema,
    answers={201: ClinicSchema, 200: ClinicSchema},
)
def found_clinic(body: dict[str, Any]) -> Response:
    """Found a clinic and become its admin; sent again it is the same one."""
    clinic = Clinic(id=body["id"], name=body["name"], founded_at=now())
    made, is_new = service.found_clinic(db(), clinic, actor().account_id)
    return answer(_shown(made, ClinicRole.ADMIN), 201 if is_new else 200)


@consent.operation("GET", "/v1/clinics", permission=Permission.CLINICS_USE, answers={200: ClinicListSchema})
def list_clinics() -> Response:
    """List the clinics one has a part in."""
    return answer({"items": [_shown(*found) for found in service.clinics_of(db(), actor().account_id)]})


@consent.operation(
    "GET", f"{CLINIC}/members", permission=Permission.CLINIC_READ, query=Paged, answers={200: MemberPageSchema}
)
def list_clinic_members(clinic_id: UUID, query: dict[str, Any]) -> Response:
    """List who has a part in a clinic."""
    bound = ("members", clinic_id, actor().account_id)
    position = read_cursor(query["cursor"], *bound)
    found = service.members_of(db(), clinic_id, UUID(position[0]) if position else None, query["limit"] + 1)
    shown = found[: query["limit"]]
    following = make_cursor([shown[-1].account.id], *bound) if len(found) > len(shown) else None
    items = [
        {
            "account_id": one.account.id,
            "display_name": one.account.display_name,
            "professional_role": one.account.professional_role,
            "clinic_role": one.membership.clinic_role,
            "started_at": one.membership.started_at,
        }
        for one in shown
    ]
    return answer({"items": items, "next_cursor": following})


@consent.operation(
    "POST", f"{CLINIC}/invitations", permission=Permission.CLINIC_MANAGE, answers={201: MadeInvitationSchema}
)
def invite_clinic_member(clinic_id: UUID) -> Response:
    """Invite a therapist into the clinic; the code is told this once, and is good for 72 hours and one use."""
    return made_invitation(new_invitation(InvitationKind.MEMBERSHIP, clinic_id=clinic_id))


@consent.operation(
    "DELETE",
    f"{CLINIC}/members/<id:account_id>",
    permission=Permission.CLINIC_MANAGE,
    answers={204: None},
)
def remove_clinic_member(clinic_id: UUID, account_id: UUID) -> Response:
    """End a member's part in the clinic, the links given to them in it, and their sessions, at once."""
    service.leave(db(), clinic_id, account_id, actor().device_id, now())
    return no_content()


@consent.operation("DELETE", f"{CLINIC}/membership", permission=Permission.CLINIC_READ, answers={204: None})
def leave_clinic(clinic_id: UUID) -> Response:
    """Leave a clinic: the links given to one in it end, and all of one's devices are logged out."""
    service.leave(db(), clinic_id, actor().account_id, actor().device_id, now())
    return no_content()


@consent.operation(
    "PUT",
    f"{CLINIC}/admins/<id:account_id>",
    permission=Permission.CLINIC_MANAGE,
    answers={204: None},
)
def name_clinic_admin(clinic_id: UUID, account_id: UUID) -> Response:
    """Make a member an admin; again changes nothing."""
    service.change_part(db(), clinic_id, account_id, ClinicRole.ADMIN)
    return no_content()


@consent.operation(
    "DELETE",
    f"{CLINIC}/admins/<id:account_id>",
    permission=Permission.CLINIC_MANAGE,
    answers={204: None},
)
def drop_clinic_admin(clinic_id: UUID, account_id: UUID) -> Response:
    """Make an admin a member like others; again changes nothing."""
    service.change_part(db(), clinic_id, account_id, ClinicRole.MEMBER)
    return no_content()


def _shown(clinic: Clinic, role: ClinicRole) -> dict[str, Any]:
    return {"id": clinic.id, "name": clinic.name, "founded_at": clinic.founded_at, "clinic_role": role}
