"""The operation that reads one patient over a window."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response

from app.consent.domain import Scope
from app.guidance.schemas.shown import register
from app.guidance.words import preset_cautions
from app.guidance.words.steps import step_in_words
from app.kernel.clock import now
from app.kernel.permissions import Actor, Permission
from app.outcomes.overview import Series
from app.outcomes.schemas.overview import shown_series
from app.review.domain.progress import StageStep, Window
from app.review.routes.feature import PATIENT, review
from app.review.schemas.progress import ProgressQuerySchema, ProgressSchema
from app.review.service.progress import progress_of
from app.web.answers import answer
from app.web.auth import actor
from app.web.languages import in_language, language
from app.web.transaction import db


@review.operation(
    "GET",
    f"{PATIENT}/progress",
    permission=Permission.PROGRESS_READ,
    query=ProgressQuerySchema,
    answers={200: ProgressSchema},
    replica=True,
)
def get_progress(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read pain, load, decisions, adherence, outcomes, stages and notes of some weeks, as far as they are open."""
    found = progress_of(db(), patient_id, scopes_of(actor(), patient_id), query["since"], query["until"], now())
    told = {
        "patient_id": patient_id,
        "display_name": found.display_name,
        "zone": found.zone,
        "as_of": found.as_of,
        "since": found.window.since,
        "until": found.window.until,
        **found.sections,
        "cautions": preset_cautions({one["preset"] for one in found.sections["limits"] or []}, language(), register()),
    }
    if found.sections["stages"] is not None:
        told["stages"] = [_step(step) for step in found.sections["stages"]]
    if found.sections["outcomes"] is not None:
        told["outcomes"] = [_within(series, found.window) for series in found.sections["outcomes"]]
    return in_language(answer(told), language())


def _step(step: StageStep) -> dict[str, Any]:
    """Show a step of the programme with its reason in words."""
    return {**asdict(step), "reason_text": step_in_words(step.reason, step.made_by_role, language(), register())}


def scopes_of(who: Actor, patient_id: UUID) -> frozenset[Scope] | None:
    """Return the scopes that somebody reads a patient with; None is the patient."""
    return None if who.is_patient(patient_id) else frozenset(Scope(scope) for scope in who.scopes)


def _within(series: Series, window: Window) -> dict[str, Any]:
    """Show the points of the window; what has changed is told from the first of all to the newest up to its end."""
    shown = shown_series(series)
    shown["points"] = [point for point in shown["points"] if window.holds(point["performed_on"])]
    return shown
