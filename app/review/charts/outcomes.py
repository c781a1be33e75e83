"""Outcomes: a small panel for each measure on its whole scale, with the change that matters drawn as a band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.outcomes.domain.instruments import Instrument
from app.outcomes.domain.progress import Point, Towards
from app.outcomes.domain.words import Better
from app.outcomes.labels import INSTRUMENT_LABELS
from app.outcomes.overview import Series
from app.review.charts.form import (
    BLACK,
    BLUE,
    GRID,
    INK,
    ORANGE,
    QUIET,
    SMALL,
    USUAL,
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

_PANEL, _HEIGHT, _COLUMNS = 330, 130, 2
_MOST_TICKS = 6
GRADED = "grade"
_STYLES: Mapping[str | None, tuple[str, str, list[int]]] = {
    "left": (BLUE, "circle", [1, 0]),
    "right": (ORANGE, "square", [6, 3]),
    None: (BLACK, "triangle-up", [1, 0]),
}
"""Of each side: colour, shape, dashes."""
_NAME_ABOVE, _NAME_BELOW = -7, 8  # pixels that a side's name stands above or below the end of its line
_DOT = {"filled": True, "size": 62, "opacity": 1}


def outcomes(window: Window, sections: Mapping[str, Any], language: str) -> Chart:
    """Return the chart of every measure with a score in the window; of one measure the sides share a panel."""
    said = words_of(language)
    title = said["outcomes"].format(since=day(window.since, language), until=day(window.until, language))
    shown = [(series, points) for series in sections["outcomes"] if (points := _points(series, window))]
    panels: dict[tuple[str, str | None], list[tuple[Series, list[Point]]]] = {}
    for series, points in shown:
        panels.setdefault((str(series.instrument.id), series.variant), []).append((series, points))
    drawn = [_panel(window, one, language) for one in panels.values()]
    parts: Json = (
        {"concat": drawn, "columns": _COLUMNS, "spacing": {"row": 22, "column": 70}}
        if drawn
        else message(said["no_outcomes"], 120)
    )
    told = [_in_words(series, language) for series, _ in shown] or [as_sentence(said["no_outcomes"])]
    return Chart(title, " ".join([f"{title}.", *told]), _table(shown, language), parts)


def _points(series: Series, window: Window) -> list[Point]:
    return [point for point in series.points if point.counts and window.holds(point.on)]


def _panel(window: Window, listed: Sequence[tuple[Series, list[Point]]], language: str) -> Json:
    said, instrument = words_of(language), listed[0][0].instrument
    x = days_axis(window, said, most=_MOST_TICKS)
    y = {"type": "quantitative", "axis": {"title": None, **_marks(instrument)}}
    y["scale"] = _scale(listed)
    layers = _bands(window, listed, x, y)
    is_banded = layers != []
    highest = max(points[-1].score or 0.0 for _, points in listed)
    placed = [_NAME_ABOVE if points[-1].score == highest else _NAME_BELOW for _, points in listed]
    if len(listed) > 1 and placed[0] == placed[1]:
        placed = [_NAME_ABOVE, _NAME_BELOW, 0]
    for (series, points), above in zip(listed, placed, strict=False):
        layers += _line(series, points, x, y, said, above if len(listed) > 1 else 0)
    better = said["higher" if instrument.better is Better.HIGHER else "lower"] if instrument.better else ""
    subtitle = ", ".join(
        one for one in (said.get(instrument.unit, instrument.unit), better, said["band"] if is_banded else "") if one
    )
    heading = {"text": _name(listed[0][0], language), "subtitle": subtitle, "anchor": "start", "frame": "group"}
    look = {"fontSize": USUAL, "subtitleFontSize": SMALL, "subtitleColor": QUIET, "color": INK, "fontWeight": "bold"}
    return {
        "width": _PANEL,
        "height": _HEIGHT,
        "title": {**heading, **look},
        "layer": layers,
    }


def _line(series: Series, points: Sequence[Point], x: Json, y: Json, said: Mapping[str, str], above: int) -> list[Json]:
    """Return one side's line with its own colour, dash and shape, and the side's name at its end."""
    side = _side(series)
    colour, shape, dash = _STYLES[side]
    data = rows([{"at": noon(point.on), "score": point.score} for point in points])
    place = {"x": {"field": "at", **x}, "y": {"field": "score", **y}}
    last = rows([{"at": noon(points[-1].on), "score": points[-1].score, "side": said[side] if side else ""}])
    named = labels(place, "side", align="left", dx=9, dy=above, color=colour)
    return [
        {"data": data, "mark": {"type": "line", "color": colour, "strokeDash": dash}, "encoding": place},
        {"data": data, "mark": {"type": "point", "color": colour, "shape": shape, **_DOT}, "encoding": place},
        *({"data": last, **layer} for layer in named),
    ]


def _marks(instrument: Instrument) -> Json:
    """Return where the scale is marked: at each grade, as there is nothing between two of them."""
    if instrument.unit == GRADED and instrument.high is not None:
        return {"values": list(range(int(instrument.low or 0), int(instrument.high) + 1)), "format": "d"}
    return {"tickCount": 4}


def _scale(listed: Sequence[tuple[Series, list[Point]]]) -> Json:
    """Show the whole scale of points or grades, and the values from 0 where it is a measurement without an end."""
    instrument = listed[0][0].instrument
    if instrument.is_test and instrument.unit != GRADED:
        return {"zero": True, "nice": True}
    return {"domain": [instrument.low, instrument.high], "nice": False}


def _bands(window: Window, listed: Sequence[tuple[Series, list[Point]]], x: Json, y: Json) -> list[Json]:
    """Shade what is no change that matters around the first score, where the panel is of one side."""
    series = listed[0][0]
    important, first = series.instrument.important, series.first
    if len(listed) > 1 or important is None or important.in_grades or first is None or first.score is None:
        return []
    value = {
        "from": moment(window.since),
        "to": moment(window.until, end=True),
        "low": first.score - important.value,
        "high": first.score + important.value,
    }
    mark = {"type": "rect", "color": GRID, "opacity": 0.75, "clip": True}
    encoding = {
        "x": {"field": "from", **x},
        "x2": {"field": "to"},
        "y": {"field": "low", **y},
        "y2": {"field": "high"},
    }
    return [{"data": rows([value]), "mark": mark, "encoding": encoding}]


def _in_words(series: Series, language: str) -> str:
    said, change = words_of(language), series.change
    first, newest = (number(point.score if point else None, language) for point in (series.first, series.newest))
    side = f", {said[side]}" if (side := _side(series)) else ""
    if change.change is None:
        verdict = said["one_score"]
    elif not change.is_important or change.towards is Towards.SAME:
        verdict = said["no_matter"]
    else:
        verdict = said["better_matters" if change.towards is Towards.BETTER else "worse_matters"]
    measure = f"{_name(series, language)}{side}"
    return said["alt_outcome"].format(measure=measure, first=first, newest=newest, verdict=verdict)


def _table(shown: Sequence[tuple[Series, list[Point]]], language: str) -> Table:
    said = words_of(language)
    columns = [said[name] for name in ("measure", "side", "day", "score", "change", "important")]
    listed = []
    for series, points in shown:
        for point in points:
            is_last = point is points[-1] and point is series.newest
            important = series.change.is_important if is_last else None
            told = None if important is None else said["yes" if important else "no"]
            side = said[_side(series) or "unsaid"]
            change = series.change.change if is_last else None
            listed.append([_name(series, language), side, point.on.isoformat(), point.score, change, told])
    return Table(columns, listed)


def _name(series: Series, language: str) -> str:
    labels = INSTRUMENT_LABELS[series.instrument.id]
    label = labels.get(language, labels["en"])
    variant = words_of(language).get(series.variant or "", series.variant)
    return f"{label} ({variant})" if variant else label


def _side(series: Series) -> str | None:
    return series.side.value if series.side is not None else None
