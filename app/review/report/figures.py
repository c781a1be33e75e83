"""The figures of a report that are seen at a glance, each beside what it was a week before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.guidance.domain.ruleset.numbers import WEEK_DAYS
from app.review.charts.told import METRES, points_of
from app.review.charts.words import day
from app.review.charts.words import words_of as chart_words
from app.review.domain.progress import Window
from app.review.report.form import Figure
from app.review.report.words import words_of
from app.review.words import book_of

Sections = Mapping[str, Any]


def figures_of(sections: Sections, window: Window, language: str) -> list[Figure]:
    """Return the figures whose sections are open."""
    return [*_pain(sections, window, language), *_weekly(sections, language), *_standing(sections, language)]


def _pain(sections: Sections, window: Window, language: str) -> Iterator[Figure]:
    if sections["pain"] is None:
        return
    week = timedelta(days=WEEK_DAYS)
    now, before = (_worst(sections, last - week, last) for last in (window.until, window.until - week))
    yield _beside("worst_pain", "out_of_ten", now, before, language)


def _worst(sections: Sections, after: date, last: date) -> float | None:
    return max((one["score"] for one in points_of(sections) if after < one["on"] <= last), default=None)


def _weekly(sections: Sections, language: str) -> Iterator[Figure]:
    if sections["adherence"] is not None:
        percents = [
            None,
            *(None if week["percent"] is None else round(week["percent"]) for week in sections["adherence"]),
        ]
        yield _beside("adherence", "percent", *_last_two(percents), language)
    if sections["weeks"] is not None:
        metres = [None, *(week.distance_m for week in sections["weeks"])]
        kms = [None if one is None else one / METRES for one in metres]
        yield _beside("distance", "km", *_last_two(kms), language)


def _last_two(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    return values[-1], values[-2]


def _beside(label: str, form: str, now: float | None, before: float | None, language: str) -> Figure:
    said, book = words_of(language), book_of(language)
    value, was = (
        said["unknown"] if one is None else said[form].format(value=book.number(one)) for one in (now, before)
    )
    return Figure(said[label], value, said["before"].format(value=was))


def _standing(sections: Sections, language: str) -> Iterator[Figure]:
    said, book = words_of(language), book_of(language)
    if sections["decisions"] is not None:
        last = sections["decisions"][-1] if sections["decisions"] else None
        told = chart_words(language)[last["decision"]] if last else said["no_advice"]
        yield Figure(said["advice"], told, said["on_day"].format(day=day(last["on"], language)) if last else "")
    if sections["stages"]:
        step = sections["stages"][-1]
        yield Figure(said["stage"], book.stages[step.stage], said["since_day"].format(day=day(step.on, language)))
