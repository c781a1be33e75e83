"""The wire forms of care links."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.consent.domain import Asked, Ended, Scope
from app.web.fields import Choice, Id, Instant, Text


class CareLinkGrantSchema(Schema):
    """What a patient opens, to whom, what for, and until when."""

    therapist_id = Id(required=True)
    scopes = fields.List(Choice(list(Scope)), required=True, validate=[validate.Length(min=1, max=len(Scope))])
    purpose = Text(required=True)
    expires_at = Instant(required=True)
    clinic_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "let them in as a member of this clinic; the link ends with that"},
    )


class CareLinkSchema(Schema):
    """A care link as the patient sees it."""

    id = fields.UUID(required=True)
    therapist_id = fields.UUID(required=True)
    scopes = fields.List(fields.String(), required=True)
    purpose = fields.String(required=True)
    consent_text_version = fields.String(required=True)
    granted_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    revoked_at = fields.DateTime(required=True, allow_none=True)
    clinic_id = fields.UUID(required=True, allow_none=True)
    ended_because = fields.String(required=True, allow_none=True, metadata={"enum": [*map(str, Ended), None]})
    asked_because = fields.String(
        required=True,
        allow_none=True,
        metadata={"enum": [*map(str, Asked), None], "description": "the link ends at `expires_at` unless confirmed"},
    )
    therapist_name = fields.String(required=True, allow_none=True)
    professional_role = fields.String(required=True, allow_none=True)
    clinic_name = fields.String(required=True, allow_none=True)


class CareLinkListSchema(Schema):
    """All care links, ended ones as well."""

    items = fields.List(fields.Nested(CareLinkSchema), required=True)


class LinkConfirmationSchema(Schema):
    """Until when a link shall stay that the patient was asked about."""

    expires_at = Instant(required=True)


class ScopeWordsSchema(Schema):
    """A scope, and what it opens, in words."""

    scope = fields.String(required=True)
    opens = fields.String(required=True)


class ConsentTextSchema(Schema):
    """What a patient reads before they let somebody in."""

    version = fields.String(required=True)
    paragraphs = fields.List(fields.String(), required=True)
    scopes = fields.List(fields.Nested(ScopeWordsSchema), required=True)
