"""What a demo person answered and what was measured, over the weeks of the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.logbook.domain import Entry, Side
from app.logbook.kinds import Kind
from app.outcomes.domain.instruments import INSTRUMENTS
from app.outcomes.domain.measurements import MEASURED_FIELDS, Measurement
from app.outcomes.domain.questionnaires import AKPS_OPTIONS
from app.outcomes.domain.responses import QuestionnaireResponse
from app.outcomes.domain.words import ClinicalTest, Questionnaire, Rating
from app.outcomes.kinds import MEASUREMENT, RESPONSE

_AKPS_AT_FIRST = (5, 5, 3, 5, 3, 6, 7, 6, 6, 10, 10, 5, 5)
_AKPS_OF_LATE = (5, 5, 5, 8, 4, 8, 7, 8, 8, 10, 10, 5, 5)
_ACTIVITIES = ("running to the lake", "going down the cellar stairs")


def answers_of(patient_id: UUID, at: datetime, zone: str) -> Iterator[tuple[Kind[Any], Entry]]:
    """Tell of a first set of answers, a second four weeks later, and a few tests with each."""
    told = ((27, _AKPS_AT_FIRST, (3, 4), 6, 8.0), (1, _AKPS_OF_LATE, (6, 7), 3, 9.5))
    for days_ago, akps, activities, worst, distance_cm in told:
        when = _clock(at, days_ago, zone)
        numbered = {str(place): score for place, score in enumerate(activities, 1)}
        yield (
            RESPONSE,
            _response(patient_id, Questionnaire.AKPS, when, zone, dict(zip(AKPS_OPTIONS, akps, strict=True))),
        )
        yield RESPONSE, _response(patient_id, Questionnaire.PSFS, when, zone, numbered, _ACTIVITIES)
        yield RESPONSE, _response(patient_id, Questionnaire.NRS_WORST, when, zone, {"score": worst})
        for side, shorter_cm in ((Side.LEFT, 0.0), (Side.RIGHT, -2.0)):
            fields = {"distance_cm": distance_cm - shorter_cm}
            yield MEASUREMENT, _measurement(patient_id, ClinicalTest.KNEE_TO_WALL, side, when, zone, fields)
    fair = {"rating": Rating.FAIR}
    yield (
        MEASUREMENT,
        _measurement(patient_id, ClinicalTest.SINGLE_LEG_SQUAT, Side.LEFT, _clock(at, 1, zone), zone, fair),
    )
    for side, hops in ((Side.LEFT, (98.0, 108.0, 104.0)), (Side.RIGHT, (121.0, 126.0, 119.0))):
        attempts = {"attempts_cm": hops}
        yield (
            MEASUREMENT,
            _measurement(patient_id, ClinicalTest.SINGLE_LEG_HOP, side, _clock(at, 1, zone), zone, attempts),
        )


def _response(
    patient_id: UUID,
    instrument: Questionnaire,
    at: datetime,
    zone: str,
    items: Mapping[str, int],
    activity_names: tuple[str, ...] | None = None,
) -> QuestionnaireResponse:
    return QuestionnaireResponse(
        id=uuid5(patient_id, f"{instrument} {at.date()}"),
        performed_at=at,
        zone=zone,
        instrument=instrument,
        instrument_version=INSTRUMENTS[instrument].version,
        side=Side.LEFT if INSTRUMENTS[instrument].about_a_knee else None,
        items=items,
        activity_names=activity_names,
    )


def _measurement(
    patient_id: UUID, test: ClinicalTest, side: Side, at: datetime, zone: str, fields: Mapping[str, Any]
) -> Measurement:
    return Measurement(
        id=uuid5(patient_id, f"{test} {side} {at.date()}"),
        performed_at=at,
        zone=zone,
        test=test,
        side=side,
        **{**dict.fromkeys(MEASURED_FIELDS), **fields},
    )


def _clock(at: datetime, days_ago: int, zone: str) -> datetime:
    place = ZoneInfo(zone)
    return datetime.combine(at.astimezone(place).date() - timedelta(days=days_ago), time(19, 45), place)
