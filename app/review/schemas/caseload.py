"""The wire forms of the caseload."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.review.domain.attention import NO_DATA_DAYS, ReasonCode, Urgency
from app.review.domain.caseload import Order
from app.web.fields import Choice, Count, Text
from app.web.paging import Paged

MOST_NO_DATA_DAYS = 90


class CaseloadQuerySchema(Paged):
    """Which patients, in which order."""

    reason = fields.List(
        Choice(list(ReasonCode)),
        load_default=list,
        validate=[validate.Length(max=len(ReasonCode))],
        metadata={"description": "only patients with one of these reasons"},
    )
    urgency = Choice(
        list(Urgency), load_default=None, metadata={"description": "only patients with a reason at least so urgent"}
    )
    name = Text(load_default=None, metadata={"description": "only patients whose name holds this"})
    sort = Choice(
        list(Order),
        load_default=Order.URGENCY,
        metadata={"description": "most urgent and longest waiting first; by name; longest without an entry first"},
    )
    no_data_days = Count(
        least=1,
        most=MOST_NO_DATA_DAYS,
        load_default=NO_DATA_DAYS,
        metadata={"description": "after how many days without an entry that is a reason"},
    )


class ReasonFactsSchema(Schema):
    """What a reason rests on; a member that does not belong to it is null."""

    red_flag = fields.String(required=True, allow_none=True)
    rule = fields.String(required=True, allow_none=True)
    rules = fields.List(fields.String(), required=True, allow_none=True)
    days = fields.Integer(required=True, allow_none=True)
    last_entry_on = fields.Date(required=True, allow_none=True)
    about = fields.List(fields.String(), required=True, allow_none=True)
    pain_rise = fields.Float(required=True, allow_none=True, metadata={"description": "of the weekly mean, NRS"})
    adherence_percent = fields.Float(required=True, allow_none=True)
    adherence_percent_before = fields.Float(required=True, allow_none=True)
    from_stage = fields.String(required=True, allow_none=True)
    to_stage = fields.String(required=True, allow_none=True)
    due_on = fields.Date(required=True, allow_none=True)
    messages = fields.Integer(required=True, allow_none=True)


class ReasonSchema(Schema):
    """One reason to look at a patient: since when, how soon, the facts, and all that in a sentence."""

    code = Choice(list(ReasonCode), required=True)
    urgency = Choice(list(Urgency), required=True)
    since_on = fields.Date(required=True, metadata={"description": "a day in the patient's zone"})
    facts = fields.Nested(ReasonFactsSchema, required=True)
    text = fields.String(required=True)


class CaseSchema(Schema):
    """One patient of the caseload; what the link's scopes do not open is null or left out."""

    patient_id = fields.UUID(required=True)
    display_name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    link_ends_on = fields.Date(required=True)
    last_entry_on = fields.Date(required=True, allow_none=True)
    stage = fields.String(required=True, allow_none=True)
    urgency = Choice(list(Urgency), required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)


class CaseTotalsSchema(Schema):
    """How many patients in all, and of each urgency and reason, whatever was filtered."""

    patients = fields.Integer(required=True)
    by_urgency = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_reason = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class CaseloadSchema(Schema):
    """One page of the caseload."""

    as_of = fields.DateTime(required=True)
    totals = fields.Nested(CaseTotalsSchema, required=True)
    items = fields.List(fields.Nested(CaseSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
