"""A patient's report, as far as the reader may see it, and the tag that says whether one is still the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.consent.domain import Scope
from app.kernel.errors import Denied
from app.review.charts.adherence import adherence
from app.review.charts.drawing import as_svg
from app.review.charts.form import Chart
from app.review.charts.pain_and_load import pain_and_load
from app.review.domain.progress import is_open
from app.review.domain.reviews import Review
from app.review.report.contents import CLINICAL, USED, Pictures, report_of
from app.review.report.drawing import REPORT_VERSION
from app.review.report.form import Register, Report
from app.review.repository import reviews as reviews_repository
from app.review.service.charts import BESIDE, tag_of, with_beginning
from app.review.service.progress import Progress, progress_of

_MOST_REVIEWS = 3
_DRAWN = frozenset({"pain", "decisions", "weeks"})
_ALL = USED | CLINICAL | BESIDE


def opens_report(scopes: frozenset[Scope] | None) -> bool:
    """Do the scopes open anything of a report?"""
    return any(is_open(section, scopes) for section in USED | CLINICAL)


def check_report_open(scopes: frozenset[Scope] | None) -> None:
    """Raise Denied where the scopes open nothing of a report."""
    if not opens_report(scopes):
        raise Denied


def tag_of_report(
    db: Session,
    patient_id: UUID,
    reader_id: UUID,
    scopes: frozenset[Scope] | None,
    since: date | None,
    until: date | None,
    register: Register,
    language: str,
    at: datetime,
) -> str:
    """Return what changes whenever the report that `report_on` makes of the same can."""
    asked = ("report", REPORT_VERSION, register, reader_id, since, until, language)
    return tag_of(db, patient_id, scopes, asked, at)


def report_on(
    db: Session,
    patient_id: UUID,
    reader_id: UUID,
    scopes: frozenset[Scope] | None,
    since: date | None,
    until: date | None,
    register: Register,
    language: str,
    at: datetime,
) -> Report:
    """Return the report of a window for somebody with these scopes (None: the patient); raise ProgressWindow."""
    wanted = _ALL if register is Register.CLINICIAN else _ALL - CLINICAL | {"stages"}
    found = progress_of(db, patient_id, scopes, since, until, at, only=wanted)
    reviews = _reviews(db, patient_id, reader_id, scopes)
    pictures = _pictures(found, with_beginning(db, patient_id, found.sections), language)
    return report_of(
        found.display_name, found.window, found.as_of, found.sections, reviews, pictures, register, language
    )


def _reviews(db: Session, patient_id: UUID, reader_id: UUID, scopes: frozenset[Scope] | None) -> list[Review]:
    """Return the newest reviews, their notes as the reader may see them; none without the scope that opens them."""
    if scopes is not None and Scope.ADVICE_READ not in scopes:
        return []
    listed = reviews_repository.list_reviews(db, patient_id, None, _MOST_REVIEWS)
    if scopes is None or Scope.NOTES_READ in scopes:
        return listed
    return [one if one.signed_by == reader_id else replace(one, note=None) for one in listed]


def _pictures(found: Progress, sections: Mapping[str, Any], language: str) -> Pictures:
    charts: dict[str, Chart] = {}
    if any(sections[name] is not None for name in _DRAWN):
        charts["pain_and_load"] = pain_and_load(found.window, sections, language)
    if sections["adherence"] is not None:
        charts["adherence_by_week"] = adherence(found.window, sections, language)
    return {name: (chart.alternative, as_svg(_untitled(chart))) for name, chart in charts.items()}


def _untitled(chart: Chart) -> dict[str, Any]:
    """Return the chart without its title, which stands above it on the page."""
    return {name: part for name, part in chart.spec().items() if name != "title"}
