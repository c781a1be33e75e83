"""The wire forms of tables."""

from __future__ import annotations

from marshmallow import Schema

from app.web.fields import Instant


class TableSpanSchema(Schema):
    """From an instant on, and up to another one."""

    since = Instant(load_default=None)
    until = Instant(load_default=None)
