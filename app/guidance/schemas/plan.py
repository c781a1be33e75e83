"""The wire forms of what therapists set: policies and overrides."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.guidance.domain.decision import Decision
from app.guidance.domain.policy import SETTINGS
from app.guidance.domain.presets import PRESETS
from app.guidance.domain.ruleset.numbers import DISTANCE_MAX_KM, DURATION_MAX_MIN
from app.guidance.schemas.advice import OverrideWordSchema
from app.web.fields import MAX_NOTE, Choice, Day, Flag, Number, Text

DAYS_OF_A_WEEK = 7


class PolicyQuerySchema(Schema):
    """Of which day; without it, today."""

    as_of = Day(load_default=None, metadata={"description": "the policy of that day"})


class PolicyProposalSchema(Schema):
    """A policy for a patient: a preset, own numbers in it, and why."""

    preset = Choice(PRESETS, required=True)
    policy_overrides = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        validate=[validate.Length(max=len(SETTINGS))],
        metadata={"description": "keys of the policy; refused when they do not go together"},
    )
    reason = Text(required=True, longest=MAX_NOTE)
    starts_on = Day(load_default=None, allow_none=True, metadata={"description": "today or later; null: today"})
    under_18 = Flag(load_default=False, metadata={"description": "declared; the strict preset is offered then"})


class PolicyRevisionSchema(Schema):
    """A policy as it was set, and the whole of it resolved."""

    id = fields.UUID(required=True)
    preset = fields.String(required=True)
    overrides = fields.Dict(keys=fields.String(), required=True)
    policy = fields.Dict(keys=fields.String(), required=True)
    starts_on = fields.Date(required=True)
    reason = fields.String(required=True)
    under_18 = fields.Boolean(required=True)
    set_by = fields.UUID(required=True)
    set_at = fields.DateTime(required=True)


class OfferedPresetSchema(Schema):
    """A preset that is offered, never forced."""

    preset = fields.String(required=True)
    because = fields.String(required=True)


class PolicySchema(Schema):
    """The policy in force on a day, the ones that begin later, and what is offered."""

    as_of = fields.Date(required=True)
    preset = fields.String(required=True)
    policy = fields.Dict(keys=fields.String(), required=True)
    revision = fields.Nested(PolicyRevisionSchema, required=True, allow_none=True)
    upcoming = fields.List(fields.Nested(PolicyRevisionSchema), required=True)
    offered = fields.List(fields.Nested(OfferedPresetSchema), required=True)
    presets = fields.List(fields.String(), required=True)
    caution = fields.String(
        required=True, allow_none=True, metadata={"description": "against the preset in force, where it is from memory"}
    )
    cautions = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "the same of every preset that has one"}
    )


class PolicyPageSchema(Schema):
    """Policies as they were set, newest first."""

    items = fields.List(fields.Nested(PolicyRevisionSchema), required=True)


def _cap(most: float, words: str) -> Number:
    return Number(least=0, most=most, load_default=None, allow_none=True, metadata={"description": words})


class OverrideOrderSchema(Schema):
    """What a therapist wants beside the advice: another decision, caps, or both; with a reason and an end."""

    decision = Choice([decision.value for decision in Decision], load_default=None, allow_none=True)
    session_cap_km = _cap(DISTANCE_MAX_KM, "longest next run")
    week_cap_km = _cap(DISTANCE_MAX_KM * DAYS_OF_A_WEEK, "largest week")
    session_cap_min = _cap(DURATION_MAX_MIN, "longest next run")
    week_cap_min = _cap(DURATION_MAX_MIN * DAYS_OF_A_WEEK, "largest week")
    reason = Text(required=True, longest=MAX_NOTE)
    starts_on = Day(load_default=None, allow_none=True, metadata={"description": "today or later; null: today"})
    ends_on = Day(required=True, metadata={"description": "its last day, at most 90 days from today"})


class OverrideSchema(OverrideWordSchema):
    """An override, and how it was withdrawn."""

    withdrawn_at = fields.DateTime(required=True, allow_none=True)
    withdrawn_by = fields.UUID(required=True, allow_none=True)
    withdrawn_because = fields.String(required=True, allow_none=True)


class OverrideListSchema(Schema):
    """All overrides, oldest first."""

    items = fields.List(fields.Nested(OverrideSchema), required=True)


class WithdrawalSchema(Schema):
    """Why an override ends before its time."""

    because = Text(required=True, longest=MAX_NOTE)
