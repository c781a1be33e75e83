"""The wire form of the access log."""

from __future__ import annotations

from marshmallow import Schema, fields


class AccessSchema(Schema):
    """Who used what of the patient's, and when."""

    id = fields.UUID(required=True)
    at = fields.DateTime(required=True)
    reader_id = fields.UUID(required=True)
    reader_name = fields.String(required=True, allow_none=True, metadata={"description": "null: the account is gone"})
    professional_role = fields.String(required=True, allow_none=True)
    permission = fields.String(required=True)
    operation = fields.String(required=True, metadata={"description": "operationId in this document"})
    what = fields.String(required=True, metadata={"description": "the permission in words"})


class AccessPageSchema(Schema):
    """The log, newest first."""

    items = fields.List(fields.Nested(AccessSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
