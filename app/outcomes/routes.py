"""The operations on outcomes: answers, measurements, what they show, what is due, and the instruments."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from flask import Response

from app.kernel.clock import now
from app.kernel.errors import NotVisible
from app.kernel.permissions import Permission, Role
from app.logbook.offering import offer_entries
from app.outcomes import service
from app.outcomes.domain.instruments import INSTRUMENTS
from app.outcomes.domain.measurements import Measurement
from app.outcomes.domain.words import Recorder
from app.outcomes.kinds import MEASUREMENT, RESPONSE
from app.outcomes.schemas.entries import (
    MeasurementSchema,
    MeasurementsQuerySchema,
    QuestionnaireResponseSchema,
    ResponsesQuerySchema,
    StoredMeasurementSchema,
    StoredQuestionnaireResponseSchema,
)
from app.outcomes.schemas.instruments import (
    InstrumentInFullSchema,
    InstrumentListSchema,
    InstrumentTextsSchema,
    StoredTextsSchema,
    shown_instrument,
    shown_texts,
)
from app.outcomes.schemas.overview import (
    DueQuerySchema,
    OutcomesDueSchema,
    OutcomesQuerySchema,
    OutcomesSchema,
    shown_due,
    shown_overview,
)
from app.web.answers import answer, no_content, require_match
from app.web.auth import actor
from app.web.feature import Feature
from app.web.languages import best_of, in_language, language
from app.web.transaction import db

outcomes = Feature("outcomes", "Questionnaires and clinical tests, and what they show.")

TEXTS = "/v1/instruments/<instrument>/texts/<language_tag>"
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)


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


@outcomes.operation(
    "GET",
    "/v1/patients/<id:patient_id>/outcomes",
    permission=Permission.PAIN_READ,
    query=OutcomesQuerySchema,
    answers={200: OutcomesSchema},
)
def get_outcomes(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read the scores of each instrument and side, what has changed, and how the legs compare."""
    found = service.overview(db(), patient_id, query["instrument"], query["since"], now())
    return answer(shown_overview(found))


@outcomes.operation(
    "GET",
    "/v1/patients/<id:patient_id>/outcomes/due",
    permission=Permission.PAIN_READ,
    query=DueQuerySchema,
    answers={200: OutcomesDueSchema},
)
def get_outcomes_due(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read which questionnaires and tests are due on a day, since when, and why."""
    as_of, start, items = service.due(db(), patient_id, query["as_of"], now())
    return answer({"as_of": as_of, "started_on": start, "items": [shown_due(item) for item in items]})


@outcomes.operation(
    "GET",
    "/v1/instruments",
    permission=Permission.LIBRARY_READ,
    answers={200: InstrumentListSchema, 304: None},
    replica=True,
)
def list_instruments() -> Response:
    """List the instruments: forms, items, allowed scores, and the change that matters."""
    loaded, spoken = service.languages_loaded(db()), language()
    items = [shown_instrument(one, loaded.get(one.id.value, []), spoken) for one in INSTRUMENTS.values()]
    return in_language(_tagged({"items": items}), spoken)


@outcomes.operation(
    "GET",
    "/v1/instruments/<instrument>",
    permission=Permission.LIBRARY_READ,
    answers={200: InstrumentInFullSchema, 304: None},
    replica=True,
)
def get_instrument(instrument: str) -> Response:
    """Read an instrument, with its wording where the clinic has loaded it in the reader's language."""
    found, spoken = service.read_instrument(instrument), language()
    loaded = service.languages_loaded(db()).get(instrument, [])
    best = best_of(loaded) if loaded else None
    texts = shown_texts(instrument, best, service.read_texts(db(), instrument, best)) if best else None
    return in_language(_tagged({**shown_instrument(found, loaded, spoken), "texts": texts}), spoken)


@outcomes.operation(
    "GET", TEXTS, permission=Permission.LIBRARY_READ, answers={200: StoredTextsSchema, 304: None}, replica=True
)
def get_instrument_texts(instrument: str, language_tag: str) -> Response:
    """Read the wording of an instrument in one language; empty, with a tag, where none was loaded."""
    found = service.read_texts(db(), instrument, _tag(language_tag))
    shown = shown_texts(instrument, language_tag, found)
    return answer(shown, etag=shown["revision"])


@outcomes.operation(
    "PUT",
    TEXTS,
    permission=Permission.INSTRUMENT_TEXTS_WRITE,
    body=InstrumentTextsSchema,
    answers={200: StoredTextsSchema},
    conditional=True,
)
def put_instrument_texts(instrument: str, language_tag: str, body: dict[str, Any]) -> Response:
    """Load the wording that the clinic is licensed to use."""
    found = service.put_texts(db(), instrument, _tag(language_tag), body, actor().account_id, now(), require_match)
    return answer(shown_texts(instrument, language_tag, found), etag=str(found.revision))


@outcomes.operation(
    "DELETE", TEXTS, permission=Permission.INSTRUMENT_TEXTS_WRITE, answers={204: None}, conditional=True
)
def delete_instrument_texts(instrument: str, language_tag: str) -> Response:
    """Take the wording away, as when a licence ends."""
    service.remove_texts(db(), instrument, _tag(language_tag), require_match)
    return no_content()


def _tag(language_tag: str) -> str:
    """Return the language of a path; raise NotVisible for what is none."""
    if not _LANGUAGE_TAG.fullmatch(language_tag):
        raise NotVisible
    return language_tag


def _tagged(body: dict[str, Any]) -> Response:
    """Answer with a strong entity tag that follows from the content."""
    return answer(body, etag=hashlib.sha256(orjson.dumps(body)).hexdigest()[:32])
