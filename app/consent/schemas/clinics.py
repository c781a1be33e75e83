"""The wire forms of clinics and their members."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.consent.domain.clinics import ClinicRole
from app.web.fields import Id, Text

ROLES = {"enum": list(map(str, ClinicRole))}


class ClinicFoundingSchema(Schema):
    """A new clinic."""

    id = Id(required=True, metadata={"description": "made by the client; the same id again is the same clinic"})
    name = Text(required=True)


class ClinicSchema(Schema):
    """A clinic, and the part that whoever asks has in it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    founded_at = fields.DateTime(required=True)
    clinic_role = fields.String(required=True, metadata=ROLES)


class ClinicListSchema(Schema):
    """The clinics one has a part in."""

    items = fields.List(fields.Nested(ClinicSchema), required=True)


class MemberSchema(Schema):
    """Somebody who has a part in a clinic."""

    account_id = fields.UUID(required=True)
    display_name = fields.String(required=True)
    professional_role = fields.String(required=True, allow_none=True)
    clinic_role = fields.String(required=True, metadata=ROLES)
    started_at = fields.DateTime(required=True)


class MemberPageSchema(Schema):
    """The members of a clinic."""

    items = fields.List(fields.Nested(MemberSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
