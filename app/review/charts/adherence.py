"""Adherence by week: bars with their figures, and the lines from which it counts as high and as moderate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.guidance.domain.ruleset.numbers import ADHERENCE_HIGH_PERCENT, ADHERENCE_MODERATE_PERCENT
from app.review.charts.form import (
    DARK,
    INK,
    MIDDLE,
    PALE,
    QUIET,
    SMALL,
    WIDTH,
    Chart,
    Json,
    Table,
    days_axis,
    labels,
    message,
    moment,
    noon,
    rows,
)
from app.review.charts.words import as_sentence, day, number, words_of
from app.review.domain.progress import Window

_MOST_LABELS = 26


def adherence(window: Window, sections: Mapping[str, Any], language: str) -> Chart:
    """Return the chart of the weeks of adherence."""
    said, weeks = words_of(language), sections["adherence"]
    title = said["adherence"].format(since=day(window.since, language), until=day(window.until, language))
    known = [week["percent"] for week in weeks if week["percent"] is not None]
    return Chart(
        title=title,
        alternative=f"{title}. {_in_words(weeks, known, language)}",
        table=Table(
            [said[name] for name in ("week_from", "week_to", "percent", "level")],
            [
                [week["begins_on"].isoformat(), week["ends_on"].isoformat(), week["percent"], week["level"]]
                for week in weeks
            ],
        ),
        parts=_bars(window, weeks, language) if known else message(said["no_adherence"], 120),
    )


def _bars(window: Window, weeks: Sequence[Json], language: str) -> Json:
    said = words_of(language)
    begun = next(place for place, week in enumerate(weeks) if week["percent"] is not None)
    is_labelled = len(weeks) <= _MOST_LABELS
    values = [_bar(week, is_labelled, is_labelled or place > begun, language) for place, week in enumerate(weeks)]
    x = days_axis(window, said)
    axis = {"title": said["adherence_axis"], "values": [0, 25, 50, 75, 100]}
    y = {"type": "quantitative", "scale": {"domain": [0, 112], "nice": False}, "axis": axis}
    levels = {"domain": ["high", "moderate", "low"], "range": [DARK, MIDDLE, PALE]}
    bars = {
        "mark": {"type": "bar", "stroke": DARK, "strokeWidth": 0.8},
        "encoding": {
            "x": {"field": "from", **x},
            "x2": {"field": "to"},
            "y": {"field": "percent", **y},
            "y2": {"datum": 0},
            "color": {"field": "level", "type": "nominal", "scale": levels, "legend": None},
        },
    }
    place = {"x": {"field": "middle", **x}, "y": {"field": "percent", **y}}
    lines = [
        {"percent": ADHERENCE_HIGH_PERCENT, "text": said["high"], "end": moment(window.until, end=True)},
        {"percent": ADHERENCE_MODERATE_PERCENT, "text": said["moderate"], "end": moment(window.until, end=True)},
    ]
    rule = {
        "data": rows(lines),
        "mark": {"type": "rule", "strokeDash": [6, 4], "color": INK, "strokeWidth": 1.2},
        "encoding": {"y": {"field": "percent", **y}},
    }
    label = {
        "data": rows(lines),
        "mark": {"type": "text", "align": "left", "dx": 8, "fontSize": SMALL, "color": QUIET},
        "encoding": {
            "x": {"field": "end", **x},
            "y": {"field": "percent", **y},
            "text": {"field": "text", "type": "nominal"},
        },
    }
    return {
        "width": WIDTH,
        "height": 200,
        "data": rows(values),
        "layer": [bars, rule, *labels(place, "text", dy=-9), label],
    }


def _bar(week: Json, labelled: bool, dashed: bool, language: str) -> Json:
    percent = week["percent"]
    middle = week["begins_on"] + (week["ends_on"] - week["begins_on"]) / 2
    return {
        "from": moment(week["begins_on"]),
        "to": moment(week["ends_on"], end=True),
        "middle": noon(middle),
        "percent": percent if percent is not None else 0,
        "level": week["level"] or "low",
        # A week in which nothing was due is not a week in which nothing was done.
        "text": ("-" if dashed else "") if percent is None else number(round(percent), language) if labelled else "",
    }


def _in_words(weeks: Sequence[Json], known: Sequence[float], language: str) -> str:
    said = words_of(language)
    if not known:
        return as_sentence(said["no_adherence"])
    mean = sum(known) / len(known)
    last = weeks[-1]["percent"]
    told = {"last": number(last, language), "mean": number(round(mean, 1), language), "weeks": len(known)}
    return said["alt_adherence"].format(**told)
