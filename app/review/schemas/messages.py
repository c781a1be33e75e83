"""The wire forms of messages and of how far they were read."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.logbook.schemas import EntrySchema
from app.web.fields import MAX_NOTE, Id, Text
from app.web.paging import Paged

_TEXT = {"description": "1 to 4,000 characters; it is not changed once it is sent"}


class MessageEntrySchema(EntrySchema):
    """A message as a phone pushes it."""

    class Meta:
        """What every other entry has and a message has not."""

        exclude = ("note",)

    text = Text(longest=MAX_NOTE, required=True, metadata=_TEXT)


class MessageSchema(Schema):
    """What somebody writes; the id is made by who sends it, so that the same one sent again is the same."""

    id = Id(required=True)
    text = Text(longest=MAX_NOTE, required=True, metadata=_TEXT)


class SentMessageSchema(Schema):
    """A message as it was sent; without a therapist the patient wrote it."""

    id = fields.UUID(required=True)
    seq = fields.Integer(required=True, metadata={"description": "its number in the patient's stream"})
    performed_at = fields.DateTime(
        required=True, metadata={"description": "when it was written, by the sender's clock"}
    )
    zone = fields.String(required=True)
    received_at = fields.DateTime(required=True)
    text = fields.String(required=True)
    therapist_id = fields.UUID(required=True, allow_none=True)
    therapist_name = fields.String(required=True, allow_none=True)


class ReadMarkSchema(Schema):
    """Up to which message somebody has read."""

    reader_id = fields.UUID(required=True)
    read_by_name = fields.String(required=True)
    message_id = fields.UUID(required=True)
    up_to_seq = fields.Integer(required=True)
    read_at = fields.DateTime(required=True)


class MarkingSchema(Schema):
    """The newest message that was read."""

    message_id = Id(required=True)


class MessagesQuerySchema(Paged):
    """Which page."""


class MessagePageSchema(Schema):
    """One page of messages, newest first, and how far each who reads them has read."""

    items = fields.List(fields.Nested(SentMessageSchema), required=True)
    marks = fields.List(fields.Nested(ReadMarkSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
