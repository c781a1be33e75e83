"""The wire forms of a patient's progress."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from app.guidance.schemas.following import AdherenceFoundSchema
from app.guidance.schemas.looks import GivenDecisionSchema
from app.outcomes.schemas.overview import SeriesSchema
from app.review.report.form import Register
from app.web.fields import Choice, Day


class ProgressQuerySchema(Schema):
    """Which days: at most a year, twelve weeks up to today without a word."""

    since = Day(load_default=None, metadata={"description": "the first day; without it, 83 days before the last"})
    until = Day(load_default=None, metadata={"description": "the last day; without it, today where the person lives"})


class ReportQuerySchema(ProgressQuerySchema):
    """Which days, and for whom it is written."""

    register = Choice(
        list(Register),
        load_default=Register.CLINICIAN,
        metadata={"description": "clinician: with plan, treatments and notes; patient: plain, without them"},
    )


class WorstPainSchema(Schema):
    """The worst score of a day, a knee and a moment, and of how many."""

    on = fields.Date(required=True)
    side = fields.String(required=True, allow_none=True)
    moment = fields.String(required=True)
    score = fields.Float(required=True)
    scores = fields.Integer(required=True)


class CheckedInSchema(Schema):
    """What a check-in told of pain."""

    on = fields.Date(required=True)
    side = fields.String(required=True, allow_none=True)
    morning_pain = fields.Float(required=True, allow_none=True)
    worst_pain = fields.Float(required=True, allow_none=True)


class WeekOfLoadSchema(Schema):
    """A week that ends on the window's last day or 7 days before the next; null is not known, and 0 is nothing done."""

    begins_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    days = fields.Integer(required=True)
    runs = fields.Integer(required=True)
    distance_m = fields.Integer(required=True, allow_none=True)
    run_duration_s = fields.Integer(required=True, allow_none=True)
    sessions = fields.Integer(required=True)
    session_duration_s = fields.Integer(required=True, allow_none=True)


class ShownRunSchema(Schema):
    """A run, beside the longest of the 30 days before it."""

    id = fields.UUID(required=True)
    on = fields.Date(required=True)
    distance_m = fields.Integer(required=True, allow_none=True)
    duration_s = fields.Integer(required=True, allow_none=True)
    rpe = fields.Float(required=True, allow_none=True)
    limp = fields.Boolean(required=True)
    spike_ratio = fields.Float(required=True, allow_none=True)
    spike = fields.String(required=True, allow_none=True)


class ShownTreatmentSchema(Schema):
    """A supportive treatment."""

    id = fields.UUID(required=True)
    on = fields.Date(required=True)
    treatment = fields.String(required=True)
    side = fields.String(required=True, allow_none=True)
    given_by = fields.String(required=True)
    activity = fields.String(required=True, allow_none=True)
    pain_without = fields.Float(required=True, allow_none=True)
    pain_with = fields.Float(required=True, allow_none=True)


class LimitSchema(Schema):
    """The limits of pain from a day on, NRS."""

    from_on = fields.Date(required=True)
    preset = fields.String(required=True)
    progress_max = fields.Float(required=True)
    acceptable_max = fields.Float(required=True)
    high_max = fields.Float(required=True)
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "why they were set; null where nobody set any"}
    )


class ShownPauseSchema(Schema):
    """A pause that stood in the window, and how it was closed; the words of that only with notes.read."""

    id = fields.UUID(required=True)
    opened_on = fields.Date(required=True)
    closed_on = fields.Date(required=True, allow_none=True)
    rule = fields.String(required=True)
    refer = fields.String(required=True)
    red_flag = fields.String(required=True, allow_none=True)
    closed_by_role = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    seen_whom = fields.String(required=True, allow_none=True)
    seen_on = fields.Date(required=True, allow_none=True)
    cleared_by = fields.String(required=True, allow_none=True)


class ShownOverrideSchema(Schema):
    """A therapist's word beside the advice."""

    id = fields.UUID(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    decision = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)
    withdrawn_because = fields.String(required=True, allow_none=True)


class DayDecisionSchema(GivenDecisionSchema):
    """What the last advice of a day said."""

    on = fields.Date(required=True)


class FlareSchema(Schema):
    """A day on which a score lay above the highest limit."""

    on = fields.Date(required=True)
    score = fields.Float(required=True)


class WeekOfAdherenceSchema(AdherenceFoundSchema):
    """Adherence of a week in percent; null where nothing was due."""

    begins_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)


class StageStepSchema(Schema):
    """From which day on the programme stood in a stage, and who said so."""

    on = fields.Date(required=True)
    stage = fields.String(required=True)
    status = fields.String(required=True)
    made_by_role = fields.String(required=True)
    reason = fields.String(required=True)
    reason_text = fields.String(required=True, metadata={"description": "the reason in words"})


class ToldFlagSchema(Schema):
    """An urgent sign as it was told, and its level."""

    on = fields.Date(required=True)
    code = fields.String(required=True)
    level = fields.String(required=True)


class ShownNoteSchema(Schema):
    """What the patient wrote, and in which entry."""

    on = fields.Date(required=True)
    collection = fields.String(required=True)
    id = fields.UUID(required=True)
    note = fields.String(required=True)


def _section(schema: type[Schema]) -> Any:
    return fields.List(fields.Nested(schema), required=True, allow_none=True)


class ProgressSchema(Schema):
    """How a patient did over a window; a section that the link does not open is null, an empty one a list."""

    patient_id = fields.UUID(required=True)
    display_name = fields.String(required=True)
    zone = fields.String(required=True)
    as_of = fields.Date(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True)
    pain = _section(WorstPainSchema)
    check_ins = _section(CheckedInSchema)
    weeks = _section(WeekOfLoadSchema)
    runs = _section(ShownRunSchema)
    treatments = _section(ShownTreatmentSchema)
    limits = _section(LimitSchema)
    cautions = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "by preset of these limits, what speaks against its numbers"},
    )
    pauses = _section(ShownPauseSchema)
    overrides = _section(ShownOverrideSchema)
    decisions = _section(DayDecisionSchema)
    flares = _section(FlareSchema)
    adherence = _section(WeekOfAdherenceSchema)
    outcomes = _section(SeriesSchema)
    stages = _section(StageStepSchema)
    flags = _section(ToldFlagSchema)
    notes = _section(ShownNoteSchema)
