"""The wire forms of answers to questionnaires and of measurements."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.logbook.domain import Side
from app.logbook.fields import optional_answer, optional_choice, optional_number, optional_whole
from app.logbook.schemas import EntrySchema, PeriodSchema
from app.outcomes.domain.numbers import LOADED_BEND_MAX_DEG
from app.outcomes.domain.words import ClinicalTest, Contraction, Muscle, Questionnaire, Rating, Sex
from app.web.fields import Choice, Flag, Number, Pain, Part, Text, Whole
from app.web.openapi import Identified

MOST_ITEMS = 20
MOST_ACTIVITIES = 5
MOST_ATTEMPTS = 3
VERSION = "which form it is, as GET /v1/instruments says; forms are never mixed"
ITEMS = "score of each item by its id, null where it was not answered"
NAMES = "the patient's own words for the activities of a PSFS, in the order of its items"
OF_TEST = "only with the test that measures it"
HALVES = 2  # steps of a manual muscle test in one grade


class ItemScore(Number):
    """The score of an item; a whole one stays whole."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        score = super()._deserialize(value, attr, data, **kwargs)
        return int(score) if score == int(score) else score


class HalfSteps(Number):
    """A grade in half steps."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        grade = super()._deserialize(value, attr, data, **kwargs)
        if grade * HALVES != int(grade * HALVES):
            raise ValidationError("Graded in half steps.")
        return grade


def _number(least: float, most: float, unit: str) -> Number:
    return optional_number(least, most, f"{unit}; {OF_TEST}")


def _whole(least: int, most: int, unit: str) -> Whole:
    return optional_whole(least, most, f"{unit}; {OF_TEST}")


def _seen(question: str) -> Flag:
    return optional_answer(f"{question} {OF_TEST}")


class QuestionnaireResponseSchema(EntrySchema):
    """Answers to a questionnaire; the server computes the score."""

    instrument = Choice(Questionnaire, required=True)
    instrument_version = Text(required=True, longest=40, metadata={"description": VERSION})
    side = optional_choice(Side)
    items = fields.Dict(
        keys=fields.String(validate=[validate.Length(max=40)]),
        values=ItemScore(least=-5, most=10, allow_none=True),
        required=True,
        validate=[validate.Length(max=MOST_ITEMS)],
        metadata={"description": ITEMS},
    )
    activity_names = fields.List(
        Text(),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(min=1, max=MOST_ACTIVITIES)],
        metadata={"description": NAMES},
    )


class SignsSchema(Schema):
    """What was seen in a lateral step-down, in points."""

    arms = Whole(least=0, most=1, required=True)
    trunk = Whole(least=0, most=1, required=True)
    pelvis = Whole(least=0, most=1, required=True)
    knee = Whole(least=0, most=2, required=True)
    unsteady = Whole(least=0, most=1, required=True)


class MeasurementSchema(EntrySchema):
    """One clinical test of one side; the server computes its value."""

    test = Choice(ClinicalTest, required=True)
    side = optional_choice(Side)
    distance_cm = _number(0, 50, "knee to wall, cm")
    rating = optional_choice(Rating)
    signs = Part(SignsSchema, load_default=None, allow_none=True)
    contraction = optional_choice(Contraction)
    force_n = _number(0, 5000, "N, with lever_m and body_mass_kg")
    lever_m = _number(0.05, 1, "m, from the hip or knee to the dynamometer")
    body_mass_kg = _number(20, 300, "kg")
    torque_nm_kg = _number(0, 10, "Nm/kg, instead of force_n")
    age_years = _whole(0, 120, "years, for the expected strength; with sex")
    sex = optional_choice(Sex)
    attempts_cm = fields.List(
        Number(least=0, most=500),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(min=1, max=MOST_ATTEMPTS)],
        metadata={"description": f"hops, cm, the best counts; {OF_TEST}"},
    )
    fpi6_total = _whole(-12, 12, "FPI-6, sum of its six signs")
    muscle = optional_choice(Muscle)
    muscle_grade = HalfSteps(least=0, most=5, load_default=None, allow_none=True)
    pain = Pain(load_default=None, allow_none=True)
    knee_flexion_deg = _whole(0, 160, "bend of the knee in the squat, degrees")
    lag = _seen("did the knee bend while the leg was raised?")
    foot_turns_out = _seen("did the foot turn out in the squat?")
    heel_lifts = _seen("did the heel lift in the squat?")
    tolerated_bend_deg = _whole(0, LOADED_BEND_MAX_DEG, "deepest bend that is borne with weight on the leg, degrees")


class StoredQuestionnaireResponseSchema(Identified, QuestionnaireResponseSchema):
    """Answers as they are stored, with their score."""

    score = fields.Float(required=True, allow_none=True)
    unscored_because = fields.String(
        required=True, allow_none=True, metadata={"description": "incomplete or too_few_answers; null with a score"}
    )
    scoring_version = fields.String(required=True)


class StoredMeasurementSchema(Identified, MeasurementSchema):
    """A measurement as it is stored, with its value in the unit of the instrument."""

    recorded_by = fields.String(required=True, metadata={"description": "patient or therapist"})
    value = fields.Float(required=True)
    grade = fields.String(required=True, allow_none=True)
    dorsiflexion_deg = fields.Float(
        required=True, allow_none=True, metadata={"description": "about 3.6 degrees for each cm of knee to wall"}
    )
    scoring_version = fields.String(required=True)


class ResponsesQuerySchema(PeriodSchema):
    """Of which instrument, in which span."""

    instrument = Choice(Questionnaire, load_default=None)
    side = Choice(Side, load_default=None)


class MeasurementsQuerySchema(PeriodSchema):
    """Of which test, in which span."""

    test = Choice(ClinicalTest, load_default=None)
    side = Choice(Side, load_default=None)
