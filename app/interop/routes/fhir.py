"""The operations that other systems read FHIR R4 by; what may be read is decided as everywhere, by consent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, current_app

from app.consent.domain import Scope
from app.interop.fhir.bundle import bundle_of
from app.interop.fhir.capability import capability_of
from app.interop.fhir.coding import Json
from app.interop.fhir.ids import place_of
from app.interop.fhir.records import questionnaire_of
from app.interop.fhir.search import BadSearch
from app.interop.routes.feature import interop
from app.interop.schemas.fhir import (
    FhirBundleSchema,
    FhirPageSchema,
    FhirPatientSearchSchema,
    FhirResourceSchema,
    FhirSearchSchema,
)
from app.interop.service import fhir as service
from app.interop.service.fhir import TYPES, Question, Reader
from app.kernel.clock import now
from app.kernel.errors import FieldFault, NotVisible
from app.kernel.ids import parse_id
from app.kernel.permissions import Permission, Role
from app.outcomes.domain.instruments import INSTRUMENTS
from app.web.answers import answer
from app.web.auth import actor, admit, note_look
from app.web.languages import in_language, language
from app.web.openapi import VERSION
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import db

FHIR = "/fhir"
FHIR_JSON = "application/fhir+json"
_SINCE = "2026-11-21"
_OURS = {"_id": "ids", "_count": "count"}


@interop.operation(
    "GET", f"{FHIR}/metadata", permission=Permission.PUBLIC, answers={200: FhirResourceSchema}, media=(FHIR_JSON,)
)
def read_fhir_metadata() -> Response:
    """Read what this FHIR service can do."""
    return _resource(capability_of(_base(), TYPES, _SINCE, VERSION))


@interop.operation(
    "GET",
    f"{FHIR}/Patient",
    permission=Permission.FHIR_USE,
    query=FhirPatientSearchSchema,
    answers={200: FhirBundleSchema},
    media=(FHIR_JSON,),
    replica=True,
)
def search_fhir_patients(query: dict[str, Any]) -> Response:
    """Find the patients that one may see: oneself, or those whose link is in force."""
    told = _told(query, "_id", "_count")
    bound = ("fhir", actor().account_id, "Patient", told)
    (first,) = read_cursor(query["cursor"], *bound) or [0]
    found, more = service.find_patients(db(), actor(), _split(query["ids"]), first, query["count"], now())
    for one in found:
        note_look(Permission.FHIR_READ, UUID(one["id"]))
    return _bundle("Patient", told, found, make_cursor(more, *bound) if more else None)


@interop.operation(
    "GET",
    f"{FHIR}/Patient/<id:patient_id>",
    permission=Permission.FHIR_READ,
    answers={200: FhirResourceSchema},
    media=(FHIR_JSON,),
    replica=True,
)
def read_fhir_patient(patient_id: UUID) -> Response:
    """Read a patient."""
    return _resource(service.read_patient(db(), _reader_of(patient_id)))


@interop.operation(
    "GET",
    f"{FHIR}/Patient/<id:patient_id>/$everything",
    permission=Permission.FHIR_READ,
    query=FhirPageSchema,
    answers={200: FhirBundleSchema},
    media=(FHIR_JSON,),
    translated=True,
    replica=True,
)
def read_fhir_everything(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read all of a patient that is open to whoever asks, page by page."""
    told = _told(query, "_count")
    bound = ("fhir", actor().account_id, patient_id, "everything", told)
    reader = _reader_of(patient_id)
    found, more = service.everything(db(), reader, read_cursor(query["cursor"], *bound), query["count"])
    cursor = make_cursor(more, *bound) if more else None
    return in_language(_bundle(f"Patient/{patient_id}/$everything", told, found, cursor), reader.language)


@interop.operation(
    "GET",
    f"{FHIR}/Questionnaire",
    permission=Permission.FHIR_USE,
    answers={200: FhirBundleSchema},
    media=(FHIR_JSON,),
)
def search_fhir_questionnaires() -> Response:
    """List the questionnaires: their items by number and bounds, without a wording."""
    found = [questionnaire_of(one) for one in INSTRUMENTS.values() if not one.is_test]
    return _bundle("Questionnaire", {}, found, None)


@interop.operation(
    "GET",
    f"{FHIR}/Questionnaire/<resource_id>",
    permission=Permission.FHIR_USE,
    answers={200: FhirResourceSchema},
    media=(FHIR_JSON,),
)
def read_fhir_questionnaire(resource_id: str) -> Response:
    """Read one questionnaire."""
    found = [questionnaire_of(one) for one in INSTRUMENTS.values() if not one.is_test]
    for one in found:
        if one["id"] == resource_id:
            return _resource(one)
    raise NotVisible


def _declare(resource: str) -> None:
    """Declare the search and the read of one type of a patient's resources."""

    def search(query: dict[str, Any]) -> Response:
        reader = _asked_of(query)
        told = _told(query, "patient", "subject", "_id", "code", "category", "date", "_count")
        bound = ("fhir", actor().account_id, reader.patient_id, resource, told)
        question = Question(query["date"], query["code"], query["category"], frozenset(_split(query["ids"])))
        after = read_cursor(query["cursor"], *bound)
        found, more = service.search(db(), reader, resource, question, after, query["count"])
        cursor = make_cursor(more, *bound) if more else None
        return in_language(_bundle(resource, told, found, cursor), reader.language)

    def read(resource_id: str) -> Response:
        place = place_of(resource_id)
        if place is None:
            raise NotVisible
        admit(Permission.FHIR_READ, place.patient_id)
        reader = _reader_of(place.patient_id)
        return in_language(_resource(service.read(db(), reader, resource, place)), reader.language)

    search.__name__, search.__doc__ = f"search_fhir_{resource.lower()}", f"Search a patient's {resource} resources."
    read.__name__, read.__doc__ = f"read_fhir_{resource.lower()}", f"Read one {resource}."
    interop.operation(
        "GET",
        f"{FHIR}/{resource}",
        permission=Permission.FHIR_USE,
        query=FhirSearchSchema,
        answers={200: FhirBundleSchema, 404: None},
        media=(FHIR_JSON,),
        translated=True,
        replica=True,
    )(search)
    interop.operation(
        "GET",
        f"{FHIR}/{resource}/<resource_id>",
        permission=Permission.FHIR_USE,
        answers={200: FhirResourceSchema},
        media=(FHIR_JSON,),
        translated=True,
        replica=True,
    )(read)


for _type in TYPES:
    _declare(_type)


def _asked_of(query: dict[str, Any]) -> Reader:
    """Return the reader of the patient that a search names, once consent lets them; a patient asks of themselves."""
    told = {one.removeprefix("Patient/") for one in (query["patient"], query["subject"]) if one is not None}
    if not told and actor().role is Role.PATIENT:
        told = {str(actor().account_id)}
    if len(told) != 1:
        raise BadSearch(faults=[FieldFault("/patient", "required", "Name one patient.")])
    patient_id = parse_id(told.pop())
    if patient_id is None:
        raise NotVisible
    admit(Permission.FHIR_READ, patient_id)
    return _reader_of(patient_id)


def _reader_of(patient_id: UUID) -> Reader:
    who = actor()
    is_own = who.is_patient(patient_id)
    scopes = None if is_own else frozenset(Scope(scope) for scope in who.scopes)
    return Reader(patient_id, scopes, language(), "patient" if is_own else "clinician", now())


def _split(ids: str | None) -> list[str]:
    return [one for one in (ids or "").split(",") if one]


def _told(query: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return what was asked, in the words of FHIR."""
    return {name: query[_OURS.get(name, name)] for name in names}


def _base() -> str:
    return f"{current_app.config['JWT_ENCODE_ISSUER']}{FHIR}"


def _resource(found: Json) -> Response:
    return answer(found, mimetype=FHIR_JSON)


def _bundle(asked: str, query: dict[str, Any], found: Sequence[Json], cursor: str | None) -> Response:
    return answer(bundle_of(_base(), asked, query, found, cursor), mimetype=FHIR_JSON)
