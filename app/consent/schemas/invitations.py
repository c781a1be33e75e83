"""The wire forms of invitations."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.consent.domain import Scope
from app.consent.domain.invitations import InvitationKind, InvitationStatus
from app.web.fields import Choice, Id, Instant, Text

LONGEST_CODE = 60


class InvitationOrderSchema(Schema):
    """What a care link would open, what for, and until when."""

    scopes = fields.List(Choice(list(Scope)), required=True, validate=[validate.Length(min=1, max=len(Scope))])
    purpose = Text(required=True)
    link_expires_at = Instant(required=True, metadata={"description": "within twelve months"})
    clinic_id = Id(
        load_default=None, allow_none=True, metadata={"description": "a therapist invites as a member of this clinic"}
    )


class CodeSchema(Schema):
    """The code of an invitation; spaces, dashes and case do not matter."""

    code = Text(required=True, longest=LONGEST_CODE)


class ConfirmationSchema(Schema):
    """The patient's word: whom, what, and on which text."""

    therapist_id = Id(required=True, metadata={"description": "the therapist whom the patient means"})
    consent_text_version = Text(required=True)
    scopes = fields.List(
        Choice(list(Scope)),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(min=1, max=len(Scope))],
        metadata={"description": "less than was asked for; all of it when left out"},
    )


class InvitationSchema(Schema):
    """An invitation as one of the two reads it."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"enum": list(map(str, InvitationKind))})
    status = fields.String(required=True, metadata={"enum": list(map(str, InvitationStatus))})
    made_by_me = fields.Boolean(required=True)
    therapist_id = fields.UUID(required=True, allow_none=True)
    therapist_name = fields.String(required=True, allow_none=True)
    professional_role = fields.String(required=True, allow_none=True)
    clinic_id = fields.UUID(required=True, allow_none=True)
    clinic_name = fields.String(required=True, allow_none=True)
    patient_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "told once the patient has confirmed"}
    )
    scopes = fields.List(fields.String(), required=True)
    purpose = fields.String(required=True, allow_none=True)
    link_expires_at = fields.DateTime(required=True, allow_none=True)
    consent_text_version = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)


class MadeInvitationSchema(InvitationSchema):
    """A new invitation with its code, which is told this once."""

    code = fields.String(required=True)


class InvitationPageSchema(Schema):
    """Invitations, the latest first."""

    items = fields.List(fields.Nested(InvitationSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
