"""A patient's charts, as far as the reader may see them, and the tag that says whether one is still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.consent.domain import Scope
from app.kernel.errors import Denied
from app.review.charts.adherence import adherence
from app.review.charts.form import Chart
from app.review.charts.outcomes import outcomes
from app.review.charts.pain_and_load import pain_and_load
from app.review.domain.progress import Window, is_open
from app.review.repository.progress import first_logged_on
from app.review.repository.streams import read_head
from app.review.service.progress import progress_of

CHARTS_VERSION = 3
"""Grows with every change of how a chart is drawn, so that no client keeps an old drawing."""


class ChartName(StrEnum):
    """What there is to look at."""

    PAIN_AND_LOAD = "pain-and-load"
    ADHERENCE = "adherence"
    OUTCOMES = "outcomes"


class ChartFormat(StrEnum):
    """How it can be had: as Vega-Lite, or drawn."""

    JSON = "json"
    SVG = "svg"
    PNG = "png"


_DRAWN: Mapping[ChartName, tuple[frozenset[str], Callable[[Window, Mapping[str, Any], str], Chart]]] = {
    ChartName.PAIN_AND_LOAD: (frozenset({"pain", "decisions", "weeks"}), pain_and_load),
    ChartName.ADHERENCE: (frozenset({"adherence"}), adherence),
    ChartName.OUTCOMES: (frozenset({"outcomes"}), outcomes),
}
"""Of each chart the sections of which one at least has to be open, and how it is made."""
BESIDE = frozenset({"check_ins", "runs", "limits", "flares"})
"""The sections that are drawn into another one's panel."""


def check_open(name: ChartName, scopes: frozenset[Scope] | None) -> None:
    """Raise Denied where the scopes open nothing of a chart."""
    if not any(is_open(section, scopes) for section in _DRAWN[name][0]):
        raise Denied


def tag_of(
    db: Session, patient_id: UUID, scopes: frozenset[Scope] | None, asked: tuple[object, ...], at: datetime
) -> str:
    """Return what changes whenever a chart can: with the patient's stream, the scopes, the question, and the hour.

    The hour, as what counts as late, and what a clock told ahead of time, changes without anything being written.
    """
    epoch, head = read_head(db, patient_id)
    open_to = None if scopes is None else sorted(scopes)
    told = (CHARTS_VERSION, epoch, head, open_to, at.strftime("%Y-%m-%dT%H"), *asked)
    return hashlib.sha256(repr([str(one) for one in told]).encode()).hexdigest()[:32]


def chart_of(
    db: Session,
    patient_id: UUID,
    name: ChartName,
    scopes: frozenset[Scope] | None,
    since: date | None,
    until: date | None,
    language: str,
    at: datetime,
) -> Chart:
    """Return a chart of a window in a language; raise ProgressWindow."""
    sections, draw = _DRAWN[name]
    found = progress_of(db, patient_id, scopes, since, until, at, only=sections | BESIDE)
    return draw(found.window, with_beginning(db, patient_id, found.sections), language)


def with_beginning(db: Session, patient_id: UUID, sections: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the sections with the day of the first entry: of the weeks before it nothing is known."""
    is_told = sections["weeks"] is not None
    return {**sections, "logged_since": first_logged_on(db, patient_id) if is_told else None}
