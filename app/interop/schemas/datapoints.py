"""The wire form of data points; IEEE 1752.1 says what their bodies have."""

from __future__ import annotations

from marshmallow import Schema, fields


class DataPointSchema(Schema):
    """A data point: what it is and where it comes from, and what was measured."""

    header = fields.Dict(required=True, metadata={"description": "after header-1.0 of IEEE 1752.1"})
    body = fields.Dict(required=True, metadata={"description": "after the schema that the header names"})


class DataPointPageSchema(Schema):
    """Data points by time; a page can have fewer of them than runs were looked at."""

    items = fields.List(fields.Nested(DataPointSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
