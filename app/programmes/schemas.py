"""The wire forms of protocols, programmes and their revisions."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.kernel.sides import Side
from app.programmes.domain.wholeness import (
    MOST_KG,
    MOST_MINUTES,
    MOST_RETRAINING,
    MOST_SECONDS,
    MOST_SETS,
    MOST_TIMES,
)
from app.programmes.domain.words import Cue, RetrainingSetting, Stage, Status
from app.web.fields import MAX_NOTE, Choice, Flag, Id, Number, Part, Text, Whole

SLUG = r"^[a-z0-9_]{1,80}$"
SOURCE = r"^(E|[a-z0-9_]{1,80})$"
MOST_EXERCISES, MOST_CLAIMS, MOST_KEYS = 200, 30, 20
MOST_WEEK_DISTANCE_M = 500_000


def _slug(**kwargs: Any) -> Text:
    return Text(validate=[validate.Regexp(SLUG)], longest=80, **kwargs)


def _keys() -> fields.List[Any]:
    """Return a field for keys of references, or E for a choice of one's own."""
    return _many(Text(validate=[validate.Regexp(SOURCE)], longest=80), MOST_KEYS)


def _many(inner: Any, most: int) -> fields.List[Any]:
    return fields.List(inner, required=True, validate=[validate.Length(max=most)])


class WordsSchema(Schema):
    """A sentence in English, German or both."""

    en = Text(longest=MAX_NOTE, load_default=None, allow_none=True)
    de = Text(longest=MAX_NOTE, load_default=None, allow_none=True)


class GroundSchema(Schema):
    """A sentence, and the keys of the references that it rests on."""

    text = Part(WordsSchema, required=True)
    evidence = _keys()


class PrescribedDosageSchema(Schema):
    """How much."""

    sets = Whole(least=1, most=MOST_SETS, required=True)
    repetitions = Whole(least=1, most=MOST_TIMES, required=True)
    hold_seconds = Whole(least=0, most=MOST_SECONDS, required=True)
    load_kg = Number(least=0, most=MOST_KG, load_default=None, allow_none=True)
    tempo = Text(
        load_default=None, allow_none=True, metadata={"description": "lower-pause-raise in seconds, or a word"}
    )
    rest_seconds = Whole(least=0, most=MOST_SECONDS, required=True)
    days_per_week = Whole(least=1, most=7, required=True)


class PrescribedExerciseSchema(Schema):
    """One exercise of one stage, for one side (null: both legs at once)."""

    id = Id(required=True, metadata={"description": "made by whoever prescribes; kept from revision to revision"})
    stage = Choice(Stage, required=True)
    exercise = _slug(required=True, metadata={"description": "its slug"})
    side = Choice(Side, load_default=None, allow_none=True)
    dosage = Part(PrescribedDosageSchema, required=True)
    instruction = Text(longest=MAX_NOTE, load_default=None, allow_none=True)


class RetrainingSchema(Schema):
    """Movement retraining with one of the exercises; sessions grow, and feedback fades."""

    stage = Choice(Stage, required=True)
    exercise = _slug(required=True)
    setting = Choice(RetrainingSetting, required=True)
    cues = _many(Choice(Cue), len(Cue))
    sessions = Whole(least=1, most=MOST_RETRAINING, required=True)
    first_minutes = Whole(least=1, most=MOST_MINUTES, required=True)
    last_minutes = Whole(least=1, most=MOST_MINUTES, required=True)
    evidence = _keys()


class PhaseSchema(Schema):
    """What one stage is for, and what it takes to leave it."""

    stage = Choice(Stage, required=True)
    goals = _many(Part(GroundSchema), MOST_CLAIMS)
    criteria = _many(Part(GroundSchema), MOST_CLAIMS)


class PlanSchema(Schema):
    """All that is prescribed."""

    phases = _many(Part(PhaseSchema), len(Stage))
    exercises = _many(Part(PrescribedExerciseSchema), MOST_EXERCISES)
    retraining = _many(Part(RetrainingSchema), len(Stage))
    hip_first = Flag(
        load_default=None, allow_none=True, metadata={"description": "the therapist's word; null leaves it to the rule"}
    )
    target_week_distance_m = Whole(least=1, most=MOST_WEEK_DISTANCE_M, load_default=None, allow_none=True)


class OrderSchema(Schema):
    """What is to be prescribed: name a protocol, or send a plan."""

    id = Id(required=True, metadata={"description": "made by whoever prescribes; the same again is the same programme"})
    protocol = _slug(load_default=None, allow_none=True)
    plan = Part(PlanSchema, load_default=None, allow_none=True)
    sides = fields.List(
        Choice(Side),
        load_default=lambda: list(Side),
        validate=[validate.Length(min=1, max=len(Side))],
        metadata={"description": "the sides that a protocol's one-sided exercises are for"},
    )
    stage = Choice(Stage, load_default=Stage.RELIEVE)
    reason = Text(longest=MAX_NOTE, required=True)
    replaces = Id(load_default=None, allow_none=True, metadata={"description": "the open programme, which then ends"})
    target_week_distance_m = Whole(least=1, most=MOST_WEEK_DISTANCE_M, load_default=None, allow_none=True)


class RevisionOrderSchema(Schema):
    """What is to be different, and why; null leaves it as it was."""

    reason = Text(longest=MAX_NOTE, required=True)
    stage = Choice(Stage, load_default=None, allow_none=True)
    status = Choice(Status, load_default=None, allow_none=True)
    plan = Part(PlanSchema, load_default=None, allow_none=True)


class ShownExerciseSchema(PrescribedExerciseSchema):
    """A prescribed exercise as it stands."""

    since_on = fields.Date(required=True, metadata={"description": "day from which this dosage holds"})


class ShownPlanSchema(PlanSchema):
    """A plan as it stands."""

    exercises = fields.List(fields.Nested(ShownExerciseSchema), required=True)


class RevisionSchema(Schema):
    """One revision, as it was made."""

    number = fields.Integer(required=True)
    made_at = fields.DateTime(required=True)
    effective_on = fields.Date(required=True, metadata={"description": "a day in the patient's zone"})
    made_by = fields.UUID(required=True, allow_none=True, metadata={"description": "null: the engine"})
    made_by_role = fields.String(required=True)
    reason = fields.String(required=True, metadata={"description": "as it is kept; the engine's own has codes"})
    reason_text = fields.String(required=True, metadata={"description": "the reason in words"})
    cause = fields.String(required=True, allow_none=True)
    stage = fields.String(required=True)
    stage_since_on = fields.Date(required=True)
    status = fields.String(required=True)
    plan = fields.Nested(ShownPlanSchema, required=True)


class ProgrammeSchema(RevisionSchema):
    """A programme as its newest revision says."""

    id = fields.UUID(required=True)
    patient_id = fields.UUID(required=True)
    protocol = fields.String(required=True, allow_none=True)
    started_on = fields.Date(required=True)
    seq = fields.Integer(required=True)
    ver = fields.UUID(required=True, metadata={"description": "version; the entity tag begins with it"})


class ProgrammeListSchema(Schema):
    """All programmes of a patient, newest first."""

    items = fields.List(fields.Nested(ProgrammeSchema), required=True)


class RevisionListSchema(Schema):
    """All revisions of a programme, the first one first."""

    items = fields.List(fields.Nested(RevisionSchema), required=True)


class ProtocolExerciseSchema(Schema):
    """One exercise of a protocol."""

    exercise = fields.String(required=True)
    each_side = fields.Boolean(required=True, metadata={"description": "for each side alone, or both legs at once"})
    dosage = fields.Nested(PrescribedDosageSchema, required=True)


class ProtocolPhaseSchema(PhaseSchema):
    """One stage of a protocol."""

    exercises = fields.List(fields.Nested(ProtocolExerciseSchema), required=True)
    retraining = fields.List(fields.Nested(RetrainingSchema), required=True)


class ProtocolSchema(Schema):
    """A reusable plan."""

    slug = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    summary = fields.Nested(GroundSchema, required=True)
    phases = fields.List(fields.Nested(ProtocolPhaseSchema), required=True)
    review_status = fields.String(required=True)
    retired_at = fields.DateTime(required=True, allow_none=True)


class ProtocolListSchema(Schema):
    """All protocols, by slug."""

    items = fields.List(fields.Nested(ProtocolSchema), required=True)
