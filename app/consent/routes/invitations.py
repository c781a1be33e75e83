"""The operations by which a patient and a therapist find each other, and a clinic its members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from app.consent.domain import CONSENT_TEXT_VERSION, Scope
from app.consent.domain.invitations import GOOD_FOR, Invitation, InvitationKind, hash_of
from app.consent.routes.door import consent
from app.consent.routes.links import shown_links
from app.consent.schemas import CareLinkSchema
from app.consent.schemas.invitations import (
    CodeSchema,
    ConfirmationSchema,
    InvitationOrderSchema,
    InvitationPageSchema,
    InvitationSchema,
    MadeInvitationSchema,
)
from app.consent.service import invitations as service
from app.consent.service.invitations import ToldInvitation
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.web.answers import answer, no_content
from app.web.auth import actor
from app.web.limits import count_try
from app.web.paging import Paged, make_cursor, read_cursor
from app.web.transaction import db, writer

INVITATIONS = "/v1/invitations"
HOUR_S = 3600
TRIES_AN_HOUR = 20
"""So many codes may one person try, good or not (SECURITY 4.2)."""
TRIES_OF_A_CODE = 5
"""So often may one code be tried, by whomever, known or not (SECURITY 4.2)."""
CODE_LIVES_S = int(GOOD_FOR.total_seconds())
_SHOWN = ("id", "kind", "clinic_id", "purpose", "link_expires_at", "made_at", "expires_at")


@consent.operation(
    "POST",
    INVITATIONS,
    permission=Permission.INVITATIONS_USE,
    body=InvitationOrderSchema,
    answers={201: MadeInvitationSchema, 404: None},
)
def create_invitation(body: dict[str, Any]) -> Response:
    """Invite a therapist as a patient, or a patient as a therapist; the code is told this once."""
    scopes = frozenset(Scope(scope) for scope in body.pop("scopes"))
    return made_invitation(new_invitation(InvitationKind.CARE, scopes=scopes, **body))


@consent.operation(
    "GET", INVITATIONS, permission=Permission.INVITATIONS_USE, query=Paged, answers={200: InvitationPageSchema}
)
def list_invitations(query: dict[str, Any]) -> Response:
    """List the invitations one has made or accepted, the latest first."""
    who = actor()
    position = read_cursor(query["cursor"], "invitations", who.account_id)
    before = UUID(position[0]) if position else None
    found = service.invitations_of(db(), who, before, query["limit"] + 1, now())
    shown = found[: query["limit"]]
    following = (
        make_cursor([shown[-1].invitation.id], "invitations", who.account_id) if len(found) > len(shown) else None
    )
    return answer({"items": [_shown(one) for one in shown], "next_cursor": following})


@consent.operation(
    "POST",
    f"{INVITATIONS}/acceptance",
    permission=Permission.INVITATIONS_USE,
    body=CodeSchema,
    answers={200: InvitationSchema, 404: None},
    writes=False,
)
def accept_invitation(body: dict[str, Any]) -> Response:
    """Use a code up: read who asks for what. A patient confirms afterwards, or has their therapist confirmed."""
    # Tries are counted in a transaction of their own; the writing one begins after it.
    count_try("invitation", str(actor().account_id), most=TRIES_AN_HOUR, per_s=HOUR_S)
    count_try("invitation_code", hash_of(body["code"]).hex(), most=TRIES_OF_A_CODE, per_s=CODE_LIVES_S)
    return answer(_shown(service.accept(writer(), body["code"], actor(), now())))


@consent.operation(
    "POST",
    f"{INVITATIONS}/<id:invitation_id>/confirmation",
    permission=Permission.INVITATIONS_CONFIRM,
    body=ConfirmationSchema,
    answers={201: CareLinkSchema, 200: CareLinkSchema},
)
def confirm_invitation(invitation_id: UUID, body: dict[str, Any]) -> Response:
    """Let the therapist in, naming them; sent again it is the same link."""
    scopes = None if body["scopes"] is None else [Scope(scope) for scope in body["scopes"]]
    link, is_new = service.confirm(
        db(), invitation_id, actor(), body["therapist_id"], scopes, body["consent_text_version"], now()
    )
    return answer(shown_links([link])[0], 201 if is_new else 200)


@consent.operation(
    "DELETE", f"{INVITATIONS}/<id:invitation_id>", permission=Permission.INVITATIONS_USE, answers={204: None}
)
def withdraw_invitation(invitation_id: UUID) -> Response:
    """Take an invitation back, or decline it; again changes nothing."""
    service.withdraw(db(), invitation_id, actor(), now())
    return no_content()


def new_invitation(kind: InvitationKind, **told: Any) -> Invitation:
    """Return a new invitation of whoever asks, good for 72 hours."""
    at = now()
    usual: dict[str, Any] = {"scopes": frozenset(), "purpose": None, "link_expires_at": None, "clinic_id": None}
    return Invitation(
        id=new_id(),
        kind=kind,
        inviter_id=actor().account_id,
        inviter_role=actor().role,
        made_at=at,
        expires_at=at + GOOD_FOR,
        **{**usual, **told},
    )


def made_invitation(invitation: Invitation) -> Response:
    """Store an invitation and answer with its code."""
    code = service.invite(db(), invitation)
    told = service.read_invitation(db(), invitation.id, actor(), invitation.made_at)
    return answer({**_shown(told), "code": code}, 201)


def _shown(told: ToldInvitation) -> dict[str, Any]:
    found, therapist = told.invitation, told.therapist
    return {
        **{name: getattr(found, name) for name in _SHOWN},
        "status": told.status,
        "made_by_me": found.inviter_id == actor().account_id,
        "therapist_id": found.therapist_id,
        "therapist_name": therapist.display_name if therapist else None,
        "professional_role": therapist.professional_role if therapist else None,
        "clinic_name": told.clinic_name,
        "patient_id": told.patient_id,
        "scopes": sorted(found.scopes),
        "consent_text_version": CONSENT_TEXT_VERSION,
    }
