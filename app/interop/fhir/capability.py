"""What this FHIR service can do, as it says of itself."""

from __future__ import annotations

from collections.abc import Sequence

from app.interop.fhir.coding import Json

FHIR_VERSION = "4.0.1"
_SEARCHES = {
    "patient": "reference",
    "subject": "reference",
    "_id": "token",
    "code": "token",
    "category": "token",
    "date": "date",
}
_ONLY_READ = ("Questionnaire",)


def capability_of(base: str, types: Sequence[str], since: str, software: str) -> Json:
    """Return the capability statement of the service at `base` for these types of a patient's resources."""
    patient = {
        "type": "Patient",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": "_id", "type": "token"}],
        "operation": [
            {"name": "everything", "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything"}
        ],
    }
    searched = [
        {
            "type": one,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": [{"name": name, "type": kind} for name, kind in _SEARCHES.items()],
        }
        for one in types
    ]
    read = [{"type": one, "interaction": [{"code": "read"}, {"code": "search-type"}]} for one in _ONLY_READ]
    security = {"description": "A bearer token of the API; what it opens is decided by the patient's consent."}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": since,
        "kind": "instance",
        "software": {"name": "Trochlea", "version": software},
        "implementation": {"description": "Rehabilitation of runner's knee, read only", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json"],
        "rest": [{"mode": "server", "security": security, "resource": [patient, *searched, *read]}],
    }
