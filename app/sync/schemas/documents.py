"""The documents of sync, as the contract shows them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.guidance.schemas.advice import AdviceSchema
from app.sync.domain import Status
from app.web.fields import Choice, Count, Id, Whole
from app.web.paging import DEFAULT_LIMIT, MAX_LIMIT
from app.web.problems import FaultSchema

MOST_STREAMS = 50
BIGGEST = 2**53 - 1


class AsSent(fields.List[Any]):
    """A list whose items are read later, each alone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        return value if type(value) is list else super()._deserialize(value, attr, data, **kwargs)


class PushSchema(Schema):
    """A batch of operations, in the order they were done; each is read alone."""

    epoch = Id(required=True, metadata={"description": "of the last pull; 409 resync_required when it is over"})
    ops = AsSent(fields.Raw(allow_none=True), required=True, metadata={"description": "at most 500 operations"})
    base_cursor = Whole(
        least=0, most=BIGGEST, load_default=None, allow_none=True, metadata={"description": "an int_cursor"}
    )


class ChangeSchema(Schema):
    """The newest version of one record."""

    collection = fields.String(required=True)
    id = fields.UUID(required=True)
    seq = fields.Integer(required=True)
    ver = fields.UUID(required=True)
    deleted = fields.Boolean(required=True)
    data = fields.Dict(keys=fields.String(), required=True, allow_none=True)


class OperationProblemSchema(Schema):
    """Why an operation was not stored."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))


class ResultSchema(Schema):
    """What became of one operation."""

    op_id = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=[validate.OneOf([str(status) for status in Status])])
    seq = fields.Integer(required=True, allow_none=True)
    ver = fields.UUID(required=True, allow_none=True)
    record = fields.Nested(ChangeSchema)
    fields_ = fields.List(fields.String(), data_key="fields")
    problem = fields.Nested(OperationProblemSchema)
    duplicate = fields.Boolean()
    superseded = fields.Boolean()


class PushedSchema(Schema):
    """What became of a batch, after it was committed; one result an operation, in order."""

    epoch = fields.UUID(required=True)
    head = fields.Integer(required=True)
    results = fields.List(fields.Nested(ResultSchema), required=True)
    advice = fields.Nested(AdviceSchema)


class ChangesQuerySchema(Schema):
    """Where to go on, and how much of what."""

    cursor = fields.String(load_default=None)
    since = Count(least=0, most=BIGGEST, digits=16, load_default=None, metadata={"description": "an int_cursor"})
    limit = Count(least=1, most=MAX_LIMIT, load_default=DEFAULT_LIMIT)
    collections = fields.List(
        fields.String(validate=[validate.Length(max=1000)]),
        load_default=list,
        metadata={"description": "their names, each as a parameter of its own or with commas between; none: all"},
    )


class DirectiveSchema(Schema):
    """What a reader has to do with the local copy."""

    type = fields.String(required=True)
    collection = fields.String(required=True)


class ChangesSchema(Schema):
    """A page of changes in the order of their numbers."""

    epoch = fields.UUID(required=True)
    changes = fields.List(fields.Nested(ChangeSchema), required=True)
    cursor = fields.String(required=True)
    has_more = fields.Boolean(required=True)
    head = fields.Integer(required=True)
    through = fields.Integer(required=True)
    int_cursor = fields.Integer(required=True)
    directives = fields.List(fields.Nested(DirectiveSchema), required=True)


class LibraryQuerySchema(Schema):
    """Where to go on in the library, and how much of it."""

    cursor = fields.String(load_default=None)
    limit = Count(least=1, most=MAX_LIMIT, load_default=DEFAULT_LIMIT)


class LibraryChangeSchema(Schema):
    """The newest version of one exercise or reference; its id is the slug or key, its ver the revision."""

    collection = fields.String(required=True)
    id = fields.String(required=True)
    seq = fields.Integer(required=True)
    ver = fields.String(required=True)
    deleted = fields.Boolean(required=True)
    data = fields.Dict(keys=fields.String(), required=True, allow_none=True)


class LibraryChangesSchema(ChangesSchema):
    """A page of the library's changes."""

    epoch = fields.UUID(required=True, allow_none=True)
    changes = fields.List(fields.Nested(LibraryChangeSchema), required=True)


class CollectionDigestSchema(Schema):
    """How many records of a collection live, and the XOR over them."""

    count = fields.Integer(required=True)
    xor = fields.String(required=True, metadata={"description": "16 hex digits"})


class DigestSchema(Schema):
    """By what a device proves that it holds the server's state."""

    epoch = fields.UUID(required=True)
    head = fields.Integer(required=True)
    collections = fields.Dict(keys=fields.String(), values=fields.Nested(CollectionDigestSchema), required=True)


class ParkedSchema(Schema):
    """An operation that was not stored, whole."""

    op_id = fields.UUID(required=True)
    status = fields.String(required=True)
    collection = fields.String(required=True, allow_none=True)
    record_id = fields.UUID(required=True, allow_none=True)
    op = fields.Raw(required=True, allow_none=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")
    problem = fields.Nested(OperationProblemSchema, required=True, allow_none=True)
    device_id = fields.UUID(required=True, allow_none=True)
    parked_at = fields.DateTime(required=True)


class ParkedPageSchema(Schema):
    """Parked operations, oldest first."""

    items = fields.List(fields.Nested(ParkedSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class SettlementSchema(Schema):
    """How a parked operation was dealt with."""

    settled_as = Choice(["resolved", "dismissed"], required=True)


class StreamSchema(Schema):
    """One stream that can be read, or could once."""

    patient_id = fields.UUID(required=True)
    withdrawn = fields.Boolean(required=True)
    epoch = fields.UUID()
    head = fields.Integer()


class StreamsSchema(Schema):
    """The streams that somebody may read."""

    items = fields.List(fields.Nested(StreamSchema), required=True)


class PullOneSchema(Schema):
    """One stream, and how far it was read."""

    patient_id = Id(required=True)
    cursor = fields.String(load_default=None, allow_none=True)


class BulkPullSchema(Schema):
    """Many streams at once; the answer holds no more in all than a page of one."""

    streams = fields.List(
        fields.Nested(PullOneSchema), required=True, validate=[validate.Length(min=1, max=MOST_STREAMS)]
    )
    limit = Whole(least=1, most=MAX_LIMIT, load_default=DEFAULT_LIMIT, metadata={"description": "of each stream"})


class BulkPulledOneSchema(Schema):
    """A page of one stream, or the problem with it."""

    patient_id = fields.UUID(required=True)
    page = fields.Nested(ChangesSchema)
    problem = fields.Nested(OperationProblemSchema)
    purge = fields.Boolean()


class BulkPulledSchema(Schema):
    """A page of each stream, in the order asked."""

    items = fields.List(fields.Nested(BulkPulledOneSchema), required=True)


class SyncLimitsSchema(Schema):
    """What one request may hold."""

    operations = fields.Integer(required=True)
    body_bytes = fields.Integer(required=True)
    record_bytes = fields.Integer(required=True)
    page = fields.Integer(required=True)
    streams = fields.Integer(required=True)
    parked = fields.Integer(required=True)


class ConfigSchema(Schema):
    """How this server speaks."""

    protocol = fields.Integer(required=True)
    limits = fields.Nested(SyncLimitsSchema, required=True)
    collections = fields.Dict(keys=fields.String(), required=True)
    schema_versions = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    minimum_app_version = fields.String(required=True, allow_none=True)
