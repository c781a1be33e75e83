"""The wire forms of imports of many runs."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import Schema, fields, validate

from app.web.fields import Zone
from app.web.paging import Paged

STATES = ("waiting", "working", "done", "refused", "cancelled")
OUTCOMES = ("imported", "duplicate", "skipped", "refused")


class ImportOrderSchema(Schema):
    """A file of many runs, or of one, and what holds for all of them."""

    file = Upload(
        required=True,
        metadata={
            "description": "a ZIP of run files, a bulk export of Strava, Apple Health's export.zip; 128 MB at most"
        },
    )
    zone = Zone(load_default=None, metadata={"description": "IANA zone of every run; else found out for each"})
    treat_as_run = fields.String(
        load_default="false",
        validate=[validate.OneOf(["true", "false"])],
        metadata={"description": "the person says that files of unknown sport are runs"},
    )


class ImportOutcomesSchema(Schema):
    """How often each outcome came about so far."""

    imported = fields.Integer(required=True)
    duplicate = fields.Integer(
        required=True, metadata={"description": "was there already, from this source or another"}
    )
    skipped = fields.Integer(required=True, metadata={"description": "no run, or nothing that can be taken for one"})
    refused = fields.Integer(required=True, metadata={"description": "damaged, impossible or hostile"})


class ImportSchema(Schema):
    """An import, and how far it is."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, validate=[validate.OneOf(STATES)])
    kind = fields.String(
        required=True,
        allow_none=True,
        validate=[validate.OneOf(["file", "zip", "strava", "apple_health"])],
        metadata={"description": "what the file turned out to be"},
    )
    filename = fields.String(required=True, allow_none=True)
    sha256 = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    zone = fields.String(required=True, allow_none=True)
    treat_as_run = fields.Boolean(required=True)
    made_at = fields.DateTime(required=True)
    settled_at = fields.DateTime(required=True, allow_none=True)
    refused_as = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "why the whole is refused; what was taken before stays"},
    )
    done = fields.Integer(required=True, metadata={"description": "things that have been dealt with"})
    total = fields.Integer(
        required=True, allow_none=True, metadata={"description": "things in the file, once that is known"}
    )
    bytes_read = fields.Integer(required=True)
    bytes_total = fields.Integer(required=True, allow_none=True, metadata={"description": "unpacked"})
    outcomes = fields.Nested(ImportOutcomesSchema, required=True)


class ImportPageSchema(Schema):
    """Imports, the latest first."""

    items = fields.List(fields.Nested(ImportSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ImportItemQuerySchema(Paged):
    """Which of the things in a file."""

    outcome = fields.String(load_default=None, validate=[validate.OneOf(OUTCOMES)])


class ImportItemSchema(Schema):
    """What became of one thing in a file."""

    number = fields.Integer(required=True)
    name = fields.String(required=True)
    outcome = fields.String(required=True, validate=[validate.OneOf(OUTCOMES)])
    code = fields.String(
        required=True, allow_none=True, metadata={"description": "why it was skipped or refused, like not_a_run"}
    )
    run_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "the run it became; of a duplicate the one it is again"},
    )
    zone_from = fields.String(
        required=True,
        allow_none=True,
        validate=[validate.OneOf(["form", "file", "position", "account"])],
        metadata={"description": "whose word the zone is: the form's, the file's, the place's, the account's"},
    )


class ImportItemPageSchema(Schema):
    """Things in the order of the file."""

    items = fields.List(fields.Nested(ImportItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
