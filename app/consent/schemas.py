"""The wire forms of care links."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.consent.domain import Scope
from app.web.fields import Choice, Id, Instant, Text


class CareLinkGrantSchema(Schema):
    """What a patient opens, to whom, what for, and until when."""

    therapist_id = Id(required=True)
    scopes = fields.List(Choice(list(Scope)), required=True, validate=[validate.Length(min=1, max=len(Scope))])
    purpose = Text(required=True)
    expires_at = Instant(required=True)


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


class CareLinkListSchema(Schema):
    """All care links, ended ones as well."""

    items = fields.List(fields.Nested(CareLinkSchema), required=True)
