"""The two kinds of entry that outcomes add to the logbook's: answers to questionnaires, and measurements."""

from __future__ import annotations

from typing import Any

from app.logbook.kinds import Kind
from app.outcomes.domain.instruments import SCORING_VERSION
from app.outcomes.domain.measurements import Measurement, check_measurement, value_of
from app.outcomes.domain.responses import QuestionnaireResponse, check_response, score_of
from app.outcomes.models import MEASUREMENTS, RESPONSES


def _scored(response: QuestionnaireResponse) -> dict[str, Any]:
    found = score_of(response)
    return {"score": found.score, "unscored_because": found.because, "scoring_version": SCORING_VERSION}


def _valued(measurement: Measurement) -> dict[str, Any]:
    found = value_of(measurement)
    return {
        "value": found.value,
        "grade": found.grade,
        "dorsiflexion_deg": found.dorsiflexion_deg,
        "scoring_version": SCORING_VERSION,
    }


RESPONSE = Kind(
    "questionnaire_response",
    RESPONSES,
    QuestionnaireResponse,
    check_response,
    derive=_scored,
    derived=("score", "unscored_because", "scoring_version"),
    free_text=("note", "activity_names"),
)
MEASUREMENT = Kind(
    "measurement",
    MEASUREMENTS,
    Measurement,
    check_measurement,
    derive=_valued,
    derived=("value", "grade", "dorsiflexion_deg", "scoring_version"),
)
