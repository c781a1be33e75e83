"""Observations: pain, what was measured of runs and sessions, and the scores of questionnaires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.interop.fhir.coding import (
    ACTIVITY,
    DURATION,
    INSTRUMENT,
    MEASURE,
    MOMENT,
    PAIN,
    Json,
    Measure,
    category,
    concept,
    knee,
    loinc,
    measure,
    quantity,
)
from app.interop.fhir.ids import Place, patient_reference
from app.logbook.domain import CheckIn, Entry, LoggedSession, PainMoment, PainScore, Run, Side
from app.logbook.kinds import Stored
from app.outcomes.domain.responses import QuestionnaireResponse

_SURVEY = category("survey", "Survey")
_ACTIVITY = category("activity", "Activity")
_SECONDS_A_MINUTE = 60
_DIGITS = 4
"""A second is 0.0167 minutes: four digits tell each second from the next."""


def observations_of(stored: Stored[Any], *, with_notes: bool) -> list[Json]:
    """Return what a record observes, always in the same order; the person's words only `with_notes`."""
    entry = stored.entry
    if isinstance(entry, PainScore):
        found = [_pain_score(stored, entry)]
    elif isinstance(entry, Run):
        found = _run(stored, entry)
    elif isinstance(entry, LoggedSession):
        found = list(_session(stored, entry))
    elif isinstance(entry, CheckIn):
        found = list(_check_in(stored, entry))
    else:
        found = list(_score(stored, entry))
    if with_notes and entry.note and found:
        found[0]["note"] = [{"text": entry.note}]
    return found


def head_of(stored: Stored[Any], resource: str, part: str) -> Json:
    """Return what every resource that is made of a record begins with."""
    return {
        "resourceType": resource,
        "id": Place(stored.patient_id, stored.entry.id, part).id,
        "meta": {"versionId": str(stored.ver), "lastUpdated": instant(stored.received_at)},
    }


def instant(at: datetime) -> str:
    """Return an instant as FHIR writes it: to the millisecond, with the offset it was told with."""
    return at.isoformat(timespec="milliseconds")


def _observed(stored: Stored[Any], part: str, of: list[Json], code: Json, value: Json | None = None) -> Json:
    about: Json = {
        **head_of(stored, "Observation", part),
        "status": "final",
        "category": of,
        "code": code,
        "subject": patient_reference(stored.patient_id),
        "effectiveDateTime": instant(stored.entry.performed_at),
        "issued": instant(stored.received_at),
        "performer": [patient_reference(stored.patient_id)],
    }
    return about if value is None else {**about, "valueQuantity": value}


def _pain(stored: Stored[Any], part: str, score: float, moment: PainMoment, side: Side | None) -> Json:
    at = {"code": concept(MEASURE, "pain-moment", "When the pain was felt"), "valueCodeableConcept": _moment(moment)}
    pain = quantity(score, "points of 10", "{score}")
    return {
        **_observed(stored, part, _SURVEY, loinc(PAIN), pain),
        "bodySite": knee(side),
        "component": [at],
    }


def _moment(moment: PainMoment) -> Json:
    return concept(MOMENT, moment.value, moment.value.replace("_", " "))


def _pain_score(stored: Stored[Any], score: PainScore) -> Json:
    found = _pain(stored, "p", score.score, score.moment, score.side)
    if score.run_id is not None:
        found["focus"] = [{"reference": f"Observation/{Place(stored.patient_id, score.run_id, 'r').id}"}]
    if score.session_id is not None:
        found["partOf"] = [{"reference": f"Procedure/{Place(stored.patient_id, score.session_id, 's').id}"}]
    return found


def _run(stored: Stored[Any], run: Run) -> list[Json]:
    """Return the run as a group, as the Physical Activity guide has it, and what was measured of it."""
    measured = list(_measures(stored, run))
    group = _observed(stored, "r", _ACTIVITY, loinc(ACTIVITY))
    group["valueCodeableConcept"] = concept(MEASURE, "running", "Running")
    if measured:
        group["hasMember"] = [{"reference": f"Observation/{one['id']}"} for one in measured]
    return [group, *measured]


def _measures(stored: Stored[Any], run: Run) -> Iterator[Json]:
    if run.distance_m is not None:
        told = quantity(run.distance_m, "metre", "m")
        yield _observed(stored, "rd", _ACTIVITY, measure(Measure.DISTANCE), told)
    if run.duration_s is not None:
        yield _observed(stored, "rt", _ACTIVITY, loinc(DURATION), _minutes(run.duration_s))
    if run.cadence_spm is not None:
        told = quantity(run.cadence_spm, "steps a minute", "/min")
        yield _observed(stored, "rc", _ACTIVITY, measure(Measure.CADENCE), told)
    if run.rpe is not None:
        yield _observed(stored, "re", _ACTIVITY, measure(Measure.EXERTION), _exertion(run.rpe))


def _session(stored: Stored[Any], session: LoggedSession) -> Iterator[Json]:
    part_of = [{"reference": f"Procedure/{Place(stored.patient_id, session.id, 's').id}"}]
    if session.duration_s is not None:
        lasted = _observed(stored, "st", _ACTIVITY, loinc(DURATION), _minutes(session.duration_s))
        yield {**lasted, "partOf": part_of}
    if session.rpe is not None:
        felt = _observed(stored, "se", _ACTIVITY, measure(Measure.EXERTION), _exertion(session.rpe))
        yield {**felt, "partOf": part_of}


def _check_in(stored: Stored[Any], day: CheckIn) -> Iterator[Json]:
    if day.morning_pain is not None:
        yield _pain(stored, "cm", day.morning_pain, PainMoment.NEXT_MORNING, day.side)
    if day.worst_pain is not None:
        yield _pain(stored, "cw", day.worst_pain, PainMoment.WORST, day.side)


def _score(stored: Stored[Any], response: QuestionnaireResponse | Entry) -> Iterator[Json]:
    score = stored.derived.get("score")
    if not isinstance(response, QuestionnaireResponse) or score is None:
        return
    code = measure(Measure.SCORE)
    code["coding"].append({"system": INSTRUMENT, "code": response.instrument.value})
    scored = _observed(stored, "q", _SURVEY, code, quantity(score, "points", "{score}"))
    answers = Place(stored.patient_id, response.id).id
    yield {**scored, "derivedFrom": [{"reference": f"QuestionnaireResponse/{answers}"}]}


def _minutes(seconds: int) -> Json:
    return quantity(round(seconds / _SECONDS_A_MINUTE, _DIGITS), "minute", "min")


def _exertion(rpe: float) -> Json:
    return quantity(rpe, "points of 10", "{score}")
