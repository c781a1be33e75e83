"""The wire forms of advice, pauses, and the stateless question to the engine."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields, pre_load

from app.guidance.domain.history import InputError
from app.web.fields import MAX_NOTE, Day, Text


class AdviceQuerySchema(Schema):
    """As of which day; without it, today, and then it is kept."""

    as_of = Day(load_default=None, metadata={"description": "read what the advice of that day is; nothing is stored"})


def names_of_codes() -> fields.Dict:
    """Return the member that tells what the codes of an answer are called, in its language."""
    said = {"description": "by code: what facts, numbers and modifications are called, in the language of the answer"}
    return fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata=said)


class TraceSchema(Schema):
    """One rule that fired: what it saw, what it was measured by, and where that comes from."""

    rule = fields.String(required=True)
    decision = fields.String(required=True)
    change_percent = fields.Float(required=True)
    facts = fields.Dict(keys=fields.String(), required=True)
    thresholds = fields.Dict(keys=fields.String(), required=True)
    sources = fields.List(fields.String(), required=True, metadata={"description": "keys of references; E: our choice"})


class KneeSchema(Schema):
    """The engine's answer for one knee; side null where none was said."""

    side = fields.String(required=True, allow_none=True)
    decision = fields.String(required=True)
    rule = fields.String(required=True)
    change_percent = fields.Float(required=True)
    refer = fields.String(required=True)
    gaps = fields.List(fields.String(), required=True)
    trace = fields.List(fields.Nested(TraceSchema), required=True)


class CapsSchema(Schema):
    """The longest next run and week, in the unit of load; null where there is no cap in it."""

    session_cap_km = fields.Float(required=True, allow_none=True)
    week_cap_km = fields.Float(required=True, allow_none=True)
    session_cap_min = fields.Float(required=True, allow_none=True)
    week_cap_min = fields.Float(required=True, allow_none=True)


class OpenPauseSchema(Schema):
    """A pause that stands."""

    id = fields.UUID(required=True)
    rule = fields.String(required=True)
    opened_on = fields.Date(required=True)


class EngineAnswerSchema(CapsSchema):
    """What the engine answers: one decision, its caps in km or minutes, all fired rules, and why."""

    decision = fields.String(required=True)
    rule = fields.String(required=True)
    change_percent = fields.Float(required=True)
    min_rest_days = fields.Integer(required=True)
    refer = fields.String(required=True)
    load_unit = fields.String(required=True, allow_none=True)
    planned_ok = fields.Boolean(required=True, allow_none=True)
    provisional = fields.Boolean(required=True)
    modifications = fields.List(fields.String(), required=True)
    flags = fields.List(fields.String(), required=True)
    rules_all = fields.List(fields.String(), required=True)
    trace = fields.List(fields.Nested(TraceSchema), required=True)
    gaps = fields.List(fields.String(), required=True, metadata={"description": "required data that is missing"})
    ruleset_version = fields.String(required=True)
    names = names_of_codes()


class OverrideWordSchema(CapsSchema):
    """What a therapist said beside the advice: another decision, caps, or both."""

    id = fields.UUID(required=True)
    decision = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    set_by = fields.UUID(required=True)
    set_at = fields.DateTime(required=True)


class StandingOverrideSchema(OverrideWordSchema):
    """A therapist's word beside the advice; not in effect while the advice pauses."""

    in_effect = fields.Boolean(required=True)


class LadderSessionSchema(Schema):
    """The next session as a concrete run: minutes of running and walking in turn."""

    step = fields.Integer(required=True)
    run_min = fields.Integer(required=True)
    walk_min = fields.Integer(required=True)
    repeats = fields.Integer(required=True)
    total_min = fields.Integer(required=True)
    running_min = fields.Integer(required=True)
    extra = fields.String(required=True)


class LadderSchema(Schema):
    """Where somebody stands on the run-walk ladder, and the next session; until the gate is open, walking."""

    step = fields.Integer(required=True)
    clean_sessions = fields.Integer(required=True)
    session = fields.Nested(LadderSessionSchema, required=True, allow_none=True)
    session_when_open = fields.Nested(LadderSessionSchema, required=True, allow_none=True)
    earliest_on = fields.Date(required=True, allow_none=True)
    ask = fields.List(fields.String(), required=True, metadata={"description": "what of the gate is not known yet"})
    too_sore = fields.List(fields.String(), required=True)


class AdviceSchema(EngineAnswerSchema):
    """An advice to a patient, with the words for it."""

    id = fields.UUID(metadata={"description": "absent when only read with as_of"})
    given_at = fields.DateTime()
    supersedes = fields.UUID(allow_none=True)
    superseded_at = fields.DateTime(allow_none=True)
    superseded_by = fields.UUID(allow_none=True)
    as_of = fields.Date(required=True)
    text = fields.String(required=True)
    because = fields.String(required=True)
    disclaimer = fields.String(required=True)
    caution = fields.String(
        required=True, allow_none=True, metadata={"description": "what speaks against the numbers of the preset"}
    )
    override = fields.Nested(StandingOverrideSchema, required=True, allow_none=True)
    knees = fields.List(fields.Nested(KneeSchema), required=True)
    pauses = fields.List(fields.Nested(OpenPauseSchema), required=True)
    ladder = fields.Nested(LadderSchema, required=True, allow_none=True)
    preset = fields.String(required=True, metadata={"description": "the published rule that the policy began from"})
    policy = fields.Dict(keys=fields.String(), required=True)
    input_ids = fields.List(fields.UUID(), required=True)
    inputs_hash = fields.String(required=True)
    valid_until = fields.DateTime(required=True)


class AdvicePageSchema(Schema):
    """Advice as it was given, newest first."""

    items = fields.List(fields.Nested(AdviceSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PauseSchema(Schema):
    """A pause, and how it was closed."""

    id = fields.UUID(required=True)
    opened_on = fields.Date(required=True)
    opened_at = fields.DateTime(required=True)
    rule = fields.String(required=True)
    refer = fields.String(required=True)
    red_flag = fields.String(required=True, allow_none=True)
    run_id = fields.UUID(required=True, allow_none=True)
    closed_at = fields.DateTime(required=True, allow_none=True)
    closed_by = fields.UUID(required=True, allow_none=True)
    closed_by_role = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    seen_whom = fields.String(required=True, allow_none=True)
    seen_on = fields.Date(required=True, allow_none=True)
    cleared_by = fields.String(required=True, allow_none=True)


class PauseListSchema(Schema):
    """All pauses, oldest first."""

    items = fields.List(fields.Nested(PauseSchema), required=True)


class ClosingSchema(Schema):
    """Who closes a pause says why; a patient without a therapist says who was seen, and when."""

    note = Text(required=True, longest=MAX_NOTE)
    seen_whom = Text(load_default=None, allow_none=True)
    seen_on = Day(load_default=None, allow_none=True)
    cleared_by = Text(load_default=None, allow_none=True)


class QuestionSchema(Schema):
    """A question to the engine, in the form of the golden vectors; the engine itself checks every member."""

    class Meta:
        """Every member goes to the engine."""

        unknown = INCLUDE

    @pre_load
    def _is_an_object(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            raise InputError("The question is a JSON object.")
        return data
