"""The operations on outcomes: answers, measurements, what has changed, and what is due."""

from __future__ import annotations

from dataclasses import replace

from app.kernel.permissions import Permission, Role
from app.logbook.offering import offer_entries
from app.outcomes.domain.measurements import Measurement
from app.outcomes.domain.words import Recorder
from app.outcomes.kinds import MEASUREMENT, RESPONSE
from app.outcomes.schemas import (
    MeasurementSchema,
    MeasurementsQuerySchema,
    QuestionnaireResponseSchema,
    ResponsesQuerySchema,
    StoredMeasurementSchema,
    StoredQuestionnaireResponseSchema,
)
from app.web.auth import actor
from app.web.feature import Feature

outcomes = Feature("outcomes", "Questionnaires and clinical tests, and what they show.")


def _signed(measurement: Measurement) -> Measurement:
    """Note who measured."""
    is_therapist = actor().role is Role.THERAPIST
    return replace(measurement, recorded_by=Recorder.THERAPIST if is_therapist else Recorder.PATIENT)


offer_entries(
    outcomes,
    RESPONSE,
    "questionnaire_responses",
    QuestionnaireResponseSchema,
    StoredQuestionnaireResponseSchema,
    Permission.PAIN_READ,
    Permission.PAIN_WRITE,
    query=ResponsesQuerySchema,
)
offer_entries(
    outcomes,
    MEASUREMENT,
    "measurements",
    MeasurementSchema,
    StoredMeasurementSchema,
    Permission.PAIN_READ,
    Permission.MEASUREMENTS_WRITE,
    query=MeasurementsQuerySchema,
    sign=_signed,
)
