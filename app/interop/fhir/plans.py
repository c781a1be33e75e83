"""What was prescribed and advised: care plans, service requests, guidance responses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.guidance.values import GivenAdvice
from app.interop.fhir.coding import EXERCISE, PHYSICAL_ACTIVITY, Json, concept, knee
from app.interop.fhir.ids import Place, patient_reference
from app.interop.fhir.told import instant
from app.programmes.domain.plan import Dosage, PrescribedExercise
from app.programmes.domain.programme import Programme
from app.programmes.domain.words import Status

MODULE = "urn:trochlea:ruleset:"
_STATES = {Status.ACTIVE: "active", Status.STOPPED: "on-hold", Status.ENDED: "completed"}
_CAPS = ("session_cap_km", "week_cap_km", "session_cap_min", "week_cap_min")


def care_plan_of(programme: Programme) -> Json:
    """Return a programme as its newest revision has it, with its exercises as service requests."""
    newest, patient = programme.newest, programme.patient_id
    state = _STATES[newest.status]
    period = {"start": programme.started_on.isoformat()}
    if state == "completed":
        period["end"] = newest.effective_on.isoformat()
    found = {
        "resourceType": "CarePlan",
        "id": Place(patient, programme.id).id,
        "meta": {"versionId": str(programme.ver), "lastUpdated": instant(newest.made_at)},
        "status": state,
        "intent": "plan",
        "category": [concept(PHYSICAL_ACTIVITY, "PhysicalActivity", "Physical Activity")],
        "title": programme.protocol or "own plan",
        "description": f"stage: {newest.stage.value}",
        "subject": patient_reference(patient),
        "period": period,
        "created": instant(newest.made_at),
    }
    activities = [
        {"reference": {"reference": f"ServiceRequest/{Place(patient, exercise.id).id}"}}
        for exercise in newest.plan.exercises
    ]
    return {**found, "activity": activities} if activities else found


def service_requests_of(programme: Programme) -> list[Json]:
    """Return each prescribed exercise of a programme."""
    return [_service_request(programme, exercise) for exercise in programme.newest.plan.exercises]


def _service_request(programme: Programme, exercise: PrescribedExercise) -> Json:
    newest, patient = programme.newest, programme.patient_id
    state = _STATES[newest.status]
    found: Json = {
        "resourceType": "ServiceRequest",
        "id": Place(patient, exercise.id).id,
        "meta": {"versionId": str(programme.ver), "lastUpdated": instant(newest.made_at)},
        "basedOn": [{"reference": f"CarePlan/{Place(patient, programme.id).id}"}],
        "status": state,
        "intent": "order",
        "category": [concept(PHYSICAL_ACTIVITY, "PhysicalActivity", "Physical Activity")],
        "code": concept(EXERCISE, exercise.exercise, exercise.exercise.replace("_", " ")),
        "orderDetail": [{"text": _amount(exercise.dosage)}],
        "subject": patient_reference(patient),
        "occurrenceTiming": _timing(exercise.dosage),
        "authoredOn": instant(newest.made_at),
        "bodySite": [knee(exercise.side)],
    }
    return {**found, "patientInstruction": exercise.instruction} if exercise.instruction else found


def _timing(dosage: Dosage) -> Json:
    return {"repeat": {"frequency": dosage.days_per_week, "period": 1, "periodUnit": "wk"}}


def _amount(dosage: Dosage) -> str:
    told = [f"{dosage.sets} sets of {dosage.repetitions}"]
    if dosage.hold_seconds:
        told.append(f"hold {dosage.hold_seconds} s")
    if dosage.load_kg is not None:
        told.append(f"{dosage.load_kg:g} kg")
    if dosage.tempo:
        told.append(f"tempo {dosage.tempo}")
    return ", ".join([*told, f"rest {dosage.rest_seconds} s"])


def guidance_response_of(patient_id: UUID, given: GivenAdvice, words: dict[str, Any]) -> Json:
    """Return an advice as it was given: the decision, the caps and what speaks against its preset as parameters.

    The words, the caution among them, are notes as well.
    """
    caution = words.get("caution")
    said = [
        {"name": "decision", "valueCode": given.decision},
        {"name": "rule", "valueString": given.rule},
        {"name": "ruleset_version", "valueString": given.ruleset_version},
        {"name": "as_of", "valueDate": given.as_of.isoformat()},
        *({"name": name, "valueDecimal": given.body[name]} for name in _CAPS if given.body.get(name) is not None),
        *({"name": "source", "valueString": source} for source in _sources(given)),
        *([{"name": "caution", "valueString": caution}] if caution else []),
    ]
    return {
        "resourceType": "GuidanceResponse",
        "id": Place(patient_id, given.id).id,
        "meta": {"lastUpdated": instant(given.superseded_at or given.given_at)},
        "contained": [{"resourceType": "Parameters", "id": "said", "parameter": said}],
        "moduleUri": MODULE + given.ruleset_version,
        "status": "success",
        "subject": patient_reference(patient_id),
        "occurrenceDateTime": instant(given.given_at),
        "note": [{"text": text} for text in words.values() if isinstance(text, str) and text],
        "outputParameters": {"reference": "#said"},
    }


def _sources(given: GivenAdvice) -> list[str]:
    return sorted({source for item in given.body.get("trace", ()) for source in item.get("sources", ())})
