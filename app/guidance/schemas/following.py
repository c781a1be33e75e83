"""The wire forms of what is due, adherence, dose proposals, and stages."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.guidance.schemas.advice import OpenPauseSchema, names_of_codes
from app.programmes.schemas import PrescribedDosageSchema
from app.web.fields import MAX_NOTE, Choice, Day, Text


class OnSchema(Schema):
    """Which day; without it, today in the patient's zone."""

    on = Day(load_default=None, metadata={"description": "a day in the patient's zone"})


class AsOfSchema(Schema):
    """As of which day; without it, today in the patient's zone."""

    as_of = Day(load_default=None, metadata={"description": "a day in the patient's zone"})


class CriterionSchema(Schema):
    """One question with a threshold: met, not_met, or unknown."""

    code = fields.String(required=True)
    text = fields.String(required=True, metadata={"description": "what is asked, in words"})
    verdict = fields.String(required=True)
    facts = fields.Dict(keys=fields.String(), required=True)
    thresholds = fields.Dict(keys=fields.String(), required=True)
    sources = fields.List(fields.String(), required=True, metadata={"description": "keys of references; E: our choice"})
    names = names_of_codes()


class RetrainingSessionSchema(Schema):
    """The next session of movement retraining."""

    number = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    feedback_percent = fields.Integer(required=True, metadata={"description": "share of the time with feedback"})
    setting = fields.String(required=True)
    cues = fields.List(fields.String(), required=True)


class DueExerciseSchema(Schema):
    """One exercise of the day and what became of it."""

    id = fields.UUID(required=True, metadata={"description": "of the prescribed exercise"})
    exercise = fields.String(required=True)
    side = fields.String(required=True, allow_none=True)
    dosage = fields.Nested(PrescribedDosageSchema, required=True)
    instruction = fields.String(required=True, allow_none=True)
    state = fields.String(
        required=True, metadata={"description": "open, done, partly, skipped, replaced, paused, hidden"}
    )
    unit = fields.String(required=True, metadata={"description": "what work is counted in: repetitions or seconds"})
    work = fields.Integer(required=True)
    done = fields.Integer(required=True, allow_none=True, metadata={"description": "null: nothing logged"})
    skip_reason = fields.String(required=True, allow_none=True)
    replaced_by = fields.String(required=True, allow_none=True)
    hidden_because = fields.List(fields.String(), required=True)
    retraining = fields.Nested(RetrainingSessionSchema, required=True, allow_none=True)


class HipFirstSchema(Schema):
    """How the hip-first rule stands, and what would end it."""

    on = fields.Boolean(required=True)
    by_therapist = fields.Boolean(required=True, metadata={"description": "the therapist said so, whatever the rule"})
    conditions = fields.List(fields.Nested(CriterionSchema), required=True)
    off = fields.Nested(CriterionSchema, required=True)
    hip_exercises = fields.Integer(required=True)
    knee_exercises = fields.Integer(required=True)
    hip_to_knee_wanted = fields.Integer(required=True)
    ratio_holds = fields.Boolean(required=True)
    retest_after_days = fields.Integer(required=True)


class TuneUpSchema(Schema):
    """The monthly look at the legs after discharge."""

    due_on = fields.Date(required=True)
    is_due = fields.Boolean(required=True)


class DuePauseSchema(OpenPauseSchema):
    """A pause that stands on the day."""


class DueSchema(Schema):
    """What is due on a day."""

    on = fields.Date(required=True)
    zone = fields.String(required=True)
    stage = fields.String(required=True, allow_none=True, metadata={"description": "null: no programme"})
    status = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(DueExerciseSchema), required=True)
    hip_first = fields.Nested(HipFirstSchema, required=True)
    pauses = fields.List(fields.Nested(DuePauseSchema), required=True)
    tune_up = fields.Nested(TuneUpSchema, required=True, allow_none=True)


class AdherenceFoundSchema(Schema):
    """Adherence in percent, and how high that is; null where nothing was due."""

    percent = fields.Float(required=True, allow_none=True)
    level = fields.String(required=True, allow_none=True)


class AdherenceWindowSchema(AdherenceFoundSchema):
    """Adherence over some days; null where nothing was due."""

    days = fields.Integer(required=True)


class CueKeptSchema(Schema):
    """One cue: sessions in which something was told of cues, and those in which it was kept."""

    cue = fields.String(required=True)
    told = fields.Integer(required=True)
    kept = fields.Integer(required=True)


class FeedbackGivenSchema(Schema):
    """One session: part of the time with feedback, as asked and as told."""

    number = fields.Integer(required=True)
    on = fields.Date(required=True)
    asked_percent = fields.Integer(required=True)
    told_percent = fields.Integer(required=True, allow_none=True)


class RetrainingFollowedSchema(Schema):
    """Movement retraining of the present stage; cue_percent is null where nobody told of cues."""

    exercise = fields.String(required=True)
    setting = fields.String(required=True)
    sessions_asked = fields.Integer(required=True)
    sessions_done = fields.Integer(required=True)
    cue_percent = fields.Float(required=True, allow_none=True)
    cues = fields.List(fields.Nested(CueKeptSchema), required=True)
    feedback = fields.List(fields.Nested(FeedbackGivenSchema), required=True)


class AdherenceSchema(Schema):
    """Adherence over 7, 14 and 28 days, and how movement retraining is followed."""

    as_of = fields.Date(required=True)
    windows = fields.List(fields.Nested(AdherenceWindowSchema), required=True)
    retraining = fields.List(fields.Nested(RetrainingFollowedSchema), required=True)


class DoseOptionSchema(Schema):
    """One way to go on."""

    step = fields.String(required=True)
    exercise = fields.String(required=True, allow_none=True)
    sets = fields.Integer(required=True, allow_none=True)
    load_kg = fields.List(
        fields.Float(), required=True, allow_none=True, metadata={"description": "from least to most"}
    )


class DoseProposalSchema(Schema):
    """How the dose of one prescribed exercise goes on."""

    id = fields.UUID(required=True, metadata={"description": "of the prescribed exercise"})
    exercise = fields.String(required=True)
    side = fields.String(required=True, allow_none=True)
    direction = fields.String(required=True, metadata={"description": "progress, regress or hold"})
    reasons = fields.List(fields.Nested(CriterionSchema), required=True)
    options = fields.List(fields.Nested(DoseOptionSchema), required=True)


class DoseProposalListSchema(Schema):
    """How each exercise of the stage goes on; proposals, which a therapist makes a revision of."""

    as_of = fields.Date(required=True)
    items = fields.List(fields.Nested(DoseProposalSchema), required=True)


class StageStateSchema(Schema):
    """How the programme stands in its stage."""

    as_of = fields.Date(required=True)
    programme_id = fields.UUID(required=True)
    stage = fields.String(required=True)
    status = fields.String(required=True)
    stage_since_on = fields.Date(required=True)
    days_in_stage = fields.Integer(required=True)
    move = fields.String(required=True, metadata={"description": "step_up, stay, step_down or stop"})
    to_stage = fields.String(required=True)
    must = fields.List(fields.Nested(CriterionSchema), required=True)
    should = fields.List(fields.Nested(CriterionSchema), required=True)
    reasons = fields.List(fields.Nested(CriterionSchema), required=True)
    therapist_signs = fields.Boolean(
        required=True, metadata={"description": "every must is met, too few shoulds are known: a therapist may decide"}
    )
    stuck = fields.Boolean(required=True)
    stuck_after_days = fields.Integer(required=True)
    disclaimer = fields.String(required=True)


class StageProposalSchema(Schema):
    """A proposed step up."""

    id = fields.UUID(required=True)
    programme_id = fields.UUID(required=True)
    from_stage = fields.String(required=True)
    to_stage = fields.String(required=True)
    proposed_at = fields.DateTime(required=True)
    proposed_on = fields.Date(required=True)
    criteria = fields.List(fields.Nested(CriterionSchema), required=True)
    status = fields.String(required=True, metadata={"description": "waiting, accepted, declined or withdrawn"})
    decided_at = fields.DateTime(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)


class StageProposalListSchema(Schema):
    """All stage proposals, oldest first."""

    items = fields.List(fields.Nested(StageProposalSchema), required=True)


class StageDecisionSchema(Schema):
    """A therapist's word on a proposal."""

    decision = Choice(["accept", "decline"], required=True)
    note = Text(required=True, longest=MAX_NOTE)
