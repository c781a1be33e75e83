"""The wire forms of reviews."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.web.fields import Day, Id, Note
from app.web.paging import Paged


class ReviewSigningSchema(Schema):
    """What a therapist signs off; the id is made by who sends it, so that the same one sent again is the same."""

    id = Id(required=True)
    next_on = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "the day of the next review, after today and within a year; null: none is set"},
    )
    note = Note(load_default=None, metadata={"description": "a word for the patient, who reads it"})


class SignedReviewSchema(Schema):
    """A review as it was signed; the note is null for therapists to whom notes are not open, but for its author."""

    id = fields.UUID(required=True)
    signed_at = fields.DateTime(required=True)
    signed_on = fields.Date(required=True, metadata={"description": "the day in the patient's zone"})
    signed_by = fields.UUID(required=True)
    signed_by_name = fields.String(required=True)
    next_on = fields.Date(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class ReviewsQuerySchema(Paged):
    """Which page."""


class ReviewPageSchema(Schema):
    """One page of reviews, newest first."""

    items = fields.List(fields.Nested(SignedReviewSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
