"""The pages about one patient: what to do now, the course of some weeks, and the record."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request

from app.console.door import console
from app.console.opened import head_of, opens, scopes
from app.console.rendering import drawn, render
from app.guidance import service as guidance
from app.guidance.schemas.shown import notices_shown, opened_of, shown_advice
from app.guidance.service import stages
from app.kernel.clock import now
from app.kernel.errors import Denied
from app.kernel.permissions import Permission
from app.library import service as library
from app.review.charts.drawing import as_svg
from app.review.domain.progress import USUAL_DAYS
from app.review.domain.reviews import Review
from app.review.service.charts import ChartName, chart_of, check_open
from app.review.service.progress import progress_of
from app.review.service.reviews import list_reviews
from app.web.auth import actor
from app.web.languages import language
from app.web.transaction import db, looking, showing

PATIENT = "/patients/<id:patient_id>"
WEEKS = (4, 12, 26, 52)
DAYS = 7
MOST_REVIEWS = 50
NOW = frozenset({"limits", "pauses", "overrides", "adherence", "weeks"})
RECORD = frozenset({"notes", "flags", "pauses", "overrides", "treatments", "stages", "decisions", "limits"})
COURSE = frozenset({"weeks", "runs", "adherence", "outcomes"})


@console.page(PATIENT, permission=Permission.PROGRESS_READ, writes=True)
def patient(patient_id: UUID) -> Response:
    """Show what matters now: the advice with its reasons, what waits for a word, pain and load."""
    head = head_of(patient_id, "now")
    with looking() as session:
        found = progress_of(session, patient_id, scopes(), None, None, now(), only=NOW)
    told = {
        "chart": _chart(patient_id, ChartName.PAIN_AND_LOAD, None, None),
        "progress": found,
        "open_pauses": [one for one in found.sections["pauses"] or [] if one["closed_on"] is None],
        "reviews": _reviews(patient_id, 1),
        "proposals": _waiting(patient_id),
        "notices": _notices(patient_id),
        # Last, as it may write: where nothing was advised today the engine is asked.
        "advice": _advice(patient_id),
    }
    return render("patient.html", head=head, **told)


@console.page(f"{PATIENT}/course", permission=Permission.PROGRESS_READ, replica=True)
def course(patient_id: UUID) -> Response:
    """Show the course of some weeks: pain and load, adherence, outcomes, with their figures."""
    head, weeks = head_of(patient_id, "course"), _weeks()
    since = head["today"] - timedelta(days=weeks * DAYS - 1)
    charts = [_chart(patient_id, name, since, head["today"]) for name in ChartName]
    with showing() as session:
        found = progress_of(session, patient_id, scopes(), since, head["today"], now(), only=COURSE)
    return render(
        "course.html",
        head=head,
        charts=[one for one in charts if one],
        progress=found,
        weeks=weeks,
        choices=WEEKS,
        since=since,
    )


@console.page(f"{PATIENT}/record", permission=Permission.PROGRESS_READ, replica=True)
def record(patient_id: UUID) -> Response:
    """Show what was written and done: notes, signs, pauses, overrides, treatments, steps, reviews."""
    head, weeks = head_of(patient_id, "record"), _weeks()
    since = head["today"] - timedelta(days=weeks * DAYS - 1)
    with showing() as session:
        found = progress_of(session, patient_id, scopes(), since, head["today"], now(), only=RECORD)
    reviews = _reviews(patient_id, MOST_REVIEWS)
    return render("record.html", head=head, progress=found, reviews=reviews, weeks=weeks, choices=WEEKS, since=since)


def _weeks() -> int:
    asked = request.args.get("weeks", "")
    return int(asked) if asked in {str(one) for one in WEEKS} else USUAL_DAYS // DAYS


def _chart(patient_id: UUID, name: ChartName, since: date | None, until: date | None) -> dict[str, Any] | None:
    """Return a chart drawn, with its sentences and its figures; None where the scopes open nothing of it."""
    try:
        check_open(name, scopes())
    except Denied:
        return None
    with showing() as session:
        made = chart_of(session, patient_id, name, scopes(), since, until, language(), now())
    return {
        "name": name.value,
        "title": made.title,
        "alternative": made.alternative,
        "columns": made.table.columns,
        "rows": made.table.rows,
        # The title stands above it as a heading.
        "svg": drawn(as_svg({name: part for name, part in made.spec().items() if name != "title"})),
    }


def _advice(patient_id: UUID) -> dict[str, Any] | None:
    """Return today's advice as the API shows it, with its sources by name; None where it is not open."""
    if not opens(Permission.ADVICE_READ, patient_id):
        return None
    at = now()
    with looking() as session:
        given = guidance.standing_advice(session, patient_id, at, None)
        override = guidance.override_on(session, patient_id, given.as_of, at) if given is not None else None
    if given is None:
        given = guidance.current_advice(db(), patient_id, at)
        override = guidance.override_on(db(), patient_id, given.as_of, at)
    shown = shown_advice(given, override)
    keys = {key for found in shown["trace"] for key in found["sources"]}
    return {**shown, "sources": _sources(keys)}


def _notices(patient_id: UUID) -> list[dict[str, Any]]:
    """Return what is worth knowing beside the advice; nothing where that is not open."""
    if not opens(Permission.ADVICE_READ, patient_id):
        return []
    opened, nothing_said = opened_of(patient_id), guidance.Told(*[None] * len(fields(guidance.Told)))
    with looking() as session:
        found = guidance.notices_on(session, patient_id, None, nothing_said, now(), opened)
    keys = {key for one in found for key in one.sources}
    named = _sources(keys)
    return [
        {**one, "named": [named.get(key) for key in one["sources"] if key in named]} for one in notices_shown(found)
    ]


def _sources(keys: set[str]) -> dict[str, str]:
    """Return what each source is called: who wrote it, and when; a key that is no reference is a choice of ours."""
    found = library.sources_of(db(), keys) if keys else {}
    return {key: f"{one.authors} {one.year or ''}".strip() for key, one in found.items()}


def _waiting(patient_id: UUID) -> list[Any]:
    if not opens(Permission.ADVICE_READ, patient_id):
        return []
    with looking() as session:
        return [one for one in stages.list_proposals(session, patient_id) if one.is_waiting]


def _reviews(patient_id: UUID, most: int) -> list[dict[str, Any]] | None:
    """Return the reviews, newest first; notes of others only where notes are open. None where none is open."""
    if not opens(Permission.REVIEWS_READ, patient_id):
        return None
    with showing() as session:
        return [_review(one) for one in list_reviews(session, patient_id, None, most)]


def _review(signed: Review) -> dict[str, Any]:
    may_read = signed.signed_by == actor().account_id or "notes.read" in actor().scopes
    return {
        "signed_on": signed.signed_on,
        "by": signed.signed_by_name,
        "next_on": signed.next_on,
        "note": signed.note if may_read else None,
    }
