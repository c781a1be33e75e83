"""Questionnaires and tests in a report: one row a measure and side, from the first score to the newest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.outcomes.domain.progress import Point, Towards
from app.outcomes.labels import INSTRUMENT_LABELS
from app.outcomes.overview import Series
from app.review.charts.words import day, number
from app.review.domain.progress import Window
from app.review.report.form import Section
from app.review.report.words import words_of

_MOST_ROWS = 12
_SPOKEN = ("measure", "first", "newest", "verdict")


def outcomes_in(sections: Mapping[str, Any], window: Window, language: str) -> Iterator[Section]:
    """Yield the table of the measures that have a score in the window."""
    said = words_of(language)
    shown = [one for one in sections["outcomes"] or [] if one.newest is not None and window.holds(one.newest.on)]
    rows = [_row(series, language) for series in shown[:_MOST_ROWS]]
    if not rows:
        return
    more = [said["more"].format(count=len(shown) - _MOST_ROWS)] if len(shown) > _MOST_ROWS else []
    yield Section(said["outcomes"], more, columns=[said[name] for name in _SPOKEN], rows=rows)


def _row(series: Series, language: str) -> list[str]:
    said = words_of(language)
    name = INSTRUMENT_LABELS[series.instrument.id][language if language == "de" else "en"]
    side = f", {said[series.side]}" if series.side is not None else ""
    first, newest = (_scored(point, language) for point in (series.first, series.newest))
    return [f"{name}{side}", first, newest, _verdict(series, said)]


def _scored(point: Point | None, language: str) -> str:
    if point is None:
        return "-"
    return f"{number(point.score, language)} ({day(point.on, language)})"


def _verdict(series: Series, said: Mapping[str, str]) -> str:
    change = series.change
    if change.change is None or change.towards is None:
        return said["one_score"]
    if not change.is_important or change.towards is Towards.SAME:
        return said["no_matter"]
    return said["matters"].format(towards=said[change.towards])
