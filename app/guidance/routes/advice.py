"""The operations of guidance: advice, its history, pauses, and the stateless question to the engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from app.guidance import repository, service
from app.guidance.domain.advise import evaluate
from app.guidance.routes.feature import GUIDANCE, PATIENT, guidance
from app.guidance.schemas.advice import (
    AdvicePageSchema,
    AdviceQuerySchema,
    AdviceSchema,
    ClosingSchema,
    EngineAnswerSchema,
    PauseListSchema,
    PauseSchema,
    QuestionSchema,
)
from app.guidance.schemas.shown import register, shown_advice, shown_body, shown_pause
from app.guidance.values import Closing, GivenAdvice, Override
from app.guidance.words.names import names_in
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.web.answers import answer
from app.web.auth import actor
from app.web.languages import in_language, language
from app.web.paging import Paged, page_by_seq
from app.web.transaction import db, looking

ADVICE = f"{GUIDANCE}/advice"
PAUSES = f"{PATIENT}/pauses"


@guidance.operation(
    "GET",
    ADVICE,
    permission=Permission.ADVICE_READ,
    query=AdviceQuerySchema,
    answers={200: AdviceSchema, 304: None},
    writes=True,
)
def get_advice(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read the advice for today; with as_of only look."""
    at, as_of = now(), query["as_of"]
    if as_of is not None:
        body = service.advice_as_of(db(), patient_id, as_of, at)
        return in_language(answer(shown_body(body, service.override_on(db(), patient_id, as_of, at))), language())
    given, override = _current(patient_id, at)
    shown = answer(shown_advice(given, override), etag=_tag(given, override))
    return in_language(shown, language())


@guidance.operation(
    "GET", f"{ADVICE}/history", permission=Permission.ADVICE_READ, query=Paged, answers={200: AdvicePageSchema}
)
def list_advice_history(patient_id: UUID, query: dict[str, Any]) -> Response:
    """List advice as it was given, newest first; superseded advice stays readable."""
    bound = ("advice", patient_id, actor().account_id)
    items, following = page_by_seq(query, bound, partial(repository.list_advice, db(), patient_id))
    overrides = repository.list_overrides(db(), patient_id)
    shown = [shown_advice(given, _then(overrides, given)) for given in items]
    return in_language(answer({"items": shown, "next_cursor": following}), language())


@guidance.operation("GET", f"{ADVICE}/<id:advice_id>", permission=Permission.ADVICE_READ, answers={200: AdviceSchema})
def get_given_advice(patient_id: UUID, advice_id: UUID) -> Response:
    """Read one advice as it was given."""
    given = service.advice_given(db(), patient_id, advice_id)
    then = _then(repository.list_overrides(db(), patient_id), given)
    return in_language(answer(shown_advice(given, then)), language())


@guidance.operation("GET", PAUSES, permission=Permission.ADVICE_READ, answers={200: PauseListSchema})
def list_pauses(patient_id: UUID) -> Response:
    """List pauses, closed ones as well."""
    return answer({"items": [shown_pause(patient_id, pause) for pause in repository.list_pauses(db(), patient_id)]})


@guidance.operation(
    "POST",
    f"{PAUSES}/<id:pause_id>/closure",
    permission=Permission.PAUSE_CLOSE,
    body=ClosingSchema,
    answers={201: PauseSchema},
)
def close_pause(patient_id: UUID, pause_id: UUID, body: dict[str, Any]) -> Response:
    """Close a pause, with a note."""
    closed = service.close_pause(db(), patient_id, pause_id, Closing(**body), actor(), now())
    return answer(shown_pause(patient_id, closed), 201)


@guidance.operation(
    "POST",
    "/v1/guidance/evaluate",
    permission=Permission.GUIDANCE_EVALUATE,
    body=QuestionSchema,
    answers={200: EngineAnswerSchema},
    writes=False,
)
def evaluate_guidance(body: dict[str, Any]) -> Response:
    """Ask the engine without storing anything; the question has the form of the golden vectors' input."""
    told = evaluate(body)
    return in_language(answer({**told, "names": names_in(told, language())}), language())


def _current(patient_id: UUID, at: datetime) -> tuple[GivenAdvice, Override | None]:
    """Return today's advice and what stands beside it; the engine is asked, and the lock taken, only if it must be."""
    who = actor()
    zone = who.zone if who.is_patient(patient_id) else None
    with looking() as session:
        given = service.standing_advice(session, patient_id, at, zone)
        if given is not None:
            return given, service.override_on(session, patient_id, given.as_of, at)
    given = service.current_advice(db(), patient_id, at, zone)
    return given, service.override_on(db(), patient_id, given.as_of, at)


def _then(overrides: Sequence[Override], given: GivenAdvice) -> Override | None:
    """Return the override that stood beside an advice when it was given."""
    return next((found for found in overrides if found.stands(given.as_of, given.given_at)), None)


def _tag(given: GivenAdvice, override: Override | None) -> str:
    """Return the tag of an advice as it is shown: it depends on the words, and on what stands beside it."""
    beside = f"-{override.id}" if override is not None else ""
    return f"{given.id}{beside}-{language()}-{register()}"
