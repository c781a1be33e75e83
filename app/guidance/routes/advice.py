"""The operations of guidance: advice, its history, pauses, and the stateless question to the engine."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response

from app.guidance import repository, service
from app.guidance.domain.advise import evaluate
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
from app.guidance.values import Closing, GivenAdvice, Pause
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.web.answers import answer
from app.web.auth import actor
from app.web.feature import Feature
from app.web.paging import Paged, make_cursor, read_cursor
from app.web.transaction import db

guidance = Feature("guidance", "The pain rule and load advice.")

ADVICE = "/v1/patients/<id:patient_id>/guidance/advice"
PAUSES = "/v1/patients/<id:patient_id>/pauses"


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
    if query["as_of"] is not None:
        return answer(service.advice_as_of(db(), patient_id, query["as_of"], now()))
    given = service.current_advice(db(), patient_id, now())
    return answer(_shown(given), etag=str(given.id))


@guidance.operation(
    "GET", f"{ADVICE}/history", permission=Permission.ADVICE_READ, query=Paged, answers={200: AdvicePageSchema}
)
def list_advice_history(patient_id: UUID, query: dict[str, Any]) -> Response:
    """List advice as it was given, newest first; superseded advice stays readable."""
    bound = ("advice", patient_id, actor().account_id)
    position = read_cursor(query["cursor"], *bound)
    found = repository.list_advice(db(), patient_id, position[0] if position else None, query["limit"] + 1)
    items, more = found[: query["limit"]], len(found) > query["limit"]
    following = make_cursor([items[-1].seq], *bound) if more else None
    return answer({"items": [_shown(given) for given in items], "next_cursor": following})


@guidance.operation("GET", f"{ADVICE}/<id:advice_id>", permission=Permission.ADVICE_READ, answers={200: AdviceSchema})
def get_given_advice(patient_id: UUID, advice_id: UUID) -> Response:
    """Read one advice as it was given."""
    return answer(_shown(service.advice_given(db(), patient_id, advice_id)))


@guidance.operation("GET", PAUSES, permission=Permission.ADVICE_READ, answers={200: PauseListSchema})
def list_pauses(patient_id: UUID) -> Response:
    """List pauses, closed ones as well."""
    return answer({"items": [_pause(pause) for pause in repository.list_pauses(db(), patient_id)]})


@guidance.operation(
    "POST",
    f"{PAUSES}/<id:pause_id>/closure",
    permission=Permission.PAUSE_CLOSE,
    body=ClosingSchema,
    answers={201: PauseSchema},
)
def close_pause(patient_id: UUID, pause_id: UUID, body: dict[str, Any]) -> Response:
    """Close a pause, with a note."""
    return answer(_pause(service.close_pause(db(), patient_id, pause_id, Closing(**body), actor(), now())), 201)


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
    return answer(evaluate(body))


def _shown(given: GivenAdvice) -> dict[str, Any]:
    kept = ("id", "given_at", "supersedes", "superseded_at", "superseded_by")
    return {**given.body, **{name: getattr(given, name) for name in kept}}


def _pause(pause: Pause) -> dict[str, Any]:
    shown = asdict(pause)
    del shown["cause"]
    return shown
