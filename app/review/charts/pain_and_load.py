"""Pain above, advice in the middle, load below: three panels on one line of days, each with an axis of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.review.charts.form import (
    BLACK,
    BLUE,
    DARK,
    GRID,
    INK,
    MIDDLE,
    ORANGE,
    PALE,
    PAPER,
    QUIET,
    WIDTH,
    Chart,
    Json,
    days_axis,
    labels,
    message,
    moment,
    noon,
    rows,
)
from app.review.charts.told import DECISIONS, KNEES, METRES, SECONDS, in_words, known_weeks, points_of, table_of
from app.review.charts.words import day, number, words_of
from app.review.domain.progress import WeekOfLoad, Window

SPIKES = frozenset({"small", "moderate", "large"})
"""The classes of a run beyond the longest of the 30 days before it (frandsen2025)."""
_MOST_LABELS = 16
_TOP = 3  # pixels below the upper edge
_DAYS_OF_LARGE_DOTS = 120
_DOT, _SMALL_DOT = 48, 20  # square pixels
_LOAD_HEIGHT = 130  # pixels of the panel
_ROOM_FOR_WORDS = 0.2  # of the panel's width
_DAY = timedelta(days=1)


def pain_and_load(window: Window, sections: Mapping[str, Any], language: str) -> Chart:
    """Return the chart of the sections that are open; those that are None are left out."""
    said = words_of(language)
    panels = []
    if sections["pain"] is not None:
        panels.append(_pain(window, sections, language))
    if sections["decisions"] is not None:
        panels.append(_advice(window, sections["decisions"], said))
    if sections["weeks"] is not None:
        panels.append(_load(window, sections, language))
    return Chart(
        title=said["pain_and_load"].format(since=day(window.since, language), until=day(window.until, language)),
        alternative=" ".join(in_words(window, sections, language)),
        table=table_of(window, sections, language),
        parts={"vconcat": panels, "resolve": {"scale": dict.fromkeys(("shape", "stroke", "fill"), "independent")}},
    )


def _pain(window: Window, sections: Mapping[str, Any], language: str) -> Json:
    said, points = words_of(language), points_of(sections)
    if not points:
        return message(said["no_pain"], 150)
    x = days_axis(window, said, shown=False)
    y = _pain_axis(said)
    layers = [_scores(points, window, x, y, said)]
    if sections["limits"] is not None:
        # Below the scores: a label must not hide one.
        layers = [*_limit(window, sections["limits"], x, y, language), *layers]
    if sections["flares"]:
        layers.append(_flares(sections["flares"], x, y, said))
    return {"width": WIDTH, "height": 210, "layer": layers}


def _scores(points: Sequence[Json], window: Window, x: Json, y: Json, said: Mapping[str, str]) -> Json:
    """Return the worst score of each day, knee and kind: shape and colour tell the knee, hollow is the next morning."""
    worst: dict[tuple[date, str], float] = {}
    for told in points:
        kind = "next_morning" if told["moment"] == "next_morning" else "of_the_day"
        key = told["on"], said[kind].format(knee=said[told["side"] or "unsaid"])
        worst[key] = max(told["score"], worst.get(key, 0.0))
    values = [{"at": noon(on), "score": score, "series": series} for (on, series), score in worst.items()]
    every = [
        (said[kind].format(knee=said[knee]), shape, colour, colour if kind == "of_the_day" else PAPER)
        for knee, shape, colour in zip(KNEES, ("circle", "square", "triangle-up"), (BLUE, ORANGE, BLACK), strict=True)
        for kind in ("of_the_day", "next_morning")
    ]
    known = [one for one in every if any(value["series"] == one[0] for value in values)]
    names, *looks = ([one[place] for one in known] for place in range(len(every[0])))
    series = {"field": "series", "type": "nominal", "title": said["moment"]}
    styles = {
        name: {**series, "scale": {"domain": names, "range": look}}
        for name, look in zip(("shape", "stroke", "fill"), looks, strict=True)
    }
    return {
        "data": rows(values),
        "mark": {"type": "point", "strokeWidth": 1.4, "opacity": 1, "size": _dot(window)},
        "encoding": {"x": {"field": "at", **x}, "y": {"field": "score", **y}, **styles},
    }


def _dot(window: Window) -> int:
    return _DOT if window.days <= _DAYS_OF_LARGE_DOTS else _SMALL_DOT


def _pain_axis(said: Mapping[str, str]) -> Json:
    axis = {"title": said["pain_axis"], "values": list(range(0, 11, 2))}
    return {"type": "quantitative", "scale": {"domain": [0, 10.6], "nice": False}, "axis": axis}


def _limit(window: Window, limits: Sequence[Json], x: Json, y: Json, language: str) -> list[Json]:
    """Return the limit as a line from day to day, and what it is at its newest."""
    said = words_of(language)
    ends = [limit["from_on"] for limit in limits[1:]] + [window.until + _DAY]
    values = [
        {
            "from": moment(max(limit["from_on"], window.since)),
            "to": moment(end - _DAY, end=True),
            "limit": limit["acceptable_max"],
            "text": said["limit"].format(limit=number(limit["acceptable_max"], language)),
        }
        for limit, end in zip(limits, ends, strict=True)
    ]
    rule = {"type": "rule", "color": INK, "strokeDash": [6, 4], "strokeWidth": 1.4}
    place = {"x": {"field": "from", **x}, "y": {"field": "limit", **y}}
    line = {"data": rows(values), "mark": rule, "encoding": {**place, "x2": {"field": "to"}}}
    # Those that no longer stand are named at the top, where hardly a score lies.
    before = labels({**place, "y": {"value": _TOP}}, "text", align="left", dx=4, color=QUIET)
    newest = labels({**place, "x": {"field": "to", **x}}, "text", align="left", dx=8)
    listed = [({"data": rows(values[:-1]), **one}) for one in before] if len(values) > 1 else []
    return [line, *listed, *({"data": rows(values[-1:]), **one} for one in newest)]


def _flares(flares: Sequence[Json], x: Json, y: Json, said: Mapping[str, str]) -> Json:
    values = [{"at": noon(one["on"]), "score": one["score"], "text": said["flare"]} for one in flares]
    place = {"x": {"field": "at", **x}, "y": {"field": "score", **y}}
    ring = {"type": "point", "shape": "circle", "size": 260, "color": INK, "strokeWidth": 1.8, "filled": False}
    return {
        "data": rows(values),
        "layer": [{"mark": ring, "encoding": place}, *labels(place, "text", dy=-17, fontWeight="bold")],
    }


def _advice(window: Window, decisions: Sequence[Json], said: Mapping[str, str]) -> Json:
    known = [said[one] for one in DECISIONS]
    values = [{"at": noon(one["on"]), "decision": said[one["decision"]]} for one in decisions]
    shapes = ["triangle-up", "square", "triangle-down", "diamond", "cross"]
    return {
        "width": WIDTH,
        "height": 96,
        "data": rows(values),
        "mark": {"type": "point", "strokeWidth": 0, "size": _dot(window), "opacity": 1},
        "encoding": {
            "x": {"field": "at", **days_axis(window, said, shown=False)},
            "y": {
                "field": "decision",
                "type": "nominal",
                "sort": known,
                "scale": {"domain": known},
                "axis": {"title": said["decision"], "grid": True, "ticks": False, "domain": False},
            },
            "shape": {
                "field": "decision",
                "type": "nominal",
                "scale": {"domain": known, "range": shapes},
                "legend": None,
            },
            "fill": {
                "field": "decision",
                "type": "nominal",
                "scale": {"domain": known, "range": [MIDDLE, MIDDLE, DARK, DARK, INK]},
                "legend": None,
            },
        },
    }


def _load(window: Window, sections: Mapping[str, Any], language: str) -> Json:
    """Return the weeks as bars in km, or in minutes where no run has a distance; an unknown week says so."""
    said, weeks = words_of(language), known_weeks(sections)
    if not any(week.runs for week in weeks):
        return message(said["no_load"], 100)
    in_km = any(week.distance_m for week in weeks)
    values = [_bar(week, in_km, len(sections["weeks"]) <= _MOST_LABELS, language) for week in weeks]
    spikes = _spiked_weeks(weeks, sections["runs"])
    x = days_axis(window, said)
    y = {"type": "quantitative", "axis": {"title": said["km_axis" if in_km else "minutes_axis"], "tickCount": 4}}
    most = max(value["load"] or 0 for value in values)
    y["scale"] = {"domain": [0, most * 1.22 or 1], "nice": False}
    bar = {"type": "bar", "color": PALE, "stroke": DARK, "strokeWidth": 0.8}
    bars = {"x": {"field": "from", **x}, "x2": {"field": "to"}, "y": {"field": "load", **y}, "y2": {"datum": 0}}
    place = {"x": {"field": "middle", **x}, "y": {"field": "load", **y}}
    layers: list[Json] = [*_before(window, sections, x, said), {"mark": bar, "encoding": bars}]
    layers += labels(place, "text", dy=-8)
    if spikes:
        marked = [{**value, "spike": said["spike"]} for place, value in enumerate(values) if place in spikes]
        layers.append(_spikes(marked, x, y))
    return {"width": WIDTH, "height": _LOAD_HEIGHT, "data": rows(values), "layer": layers}


def _before(window: Window, sections: Mapping[str, Any], x: Json, said: Mapping[str, str]) -> list[Json]:
    """Shade the weeks before the first entry, and say what they are where there is room for it: not 0."""
    unknown = len(sections["weeks"]) - len(known_weeks(sections))
    if not unknown:
        return []
    last = sections["weeks"][unknown - 1].ends_on
    span = {"from": moment(window.since), "to": moment(last, end=True)}
    middle = noon(window.since + (last - window.since) / 2)
    shade = {"x": {"field": "from", **x}, "x2": {"field": "to"}, "y": {"value": 0}, "y2": {"value": _LOAD_HEIGHT}}
    layers: list[Json] = [
        {"data": rows([span]), "mark": {"type": "rect", "color": GRID, "opacity": 0.55}, "encoding": shade}
    ]
    if (last - window.since).days >= window.days * _ROOM_FOR_WORDS:
        place = {"x": {"field": "at", **x}, "y": {"value": _LOAD_HEIGHT}}
        words = labels(place, "not_yet", dy=-12, color=QUIET)
        layers += [{"data": rows([{"at": middle, "not_yet": said["not_yet"]}]), **one} for one in words]
    return layers


def _bar(week: WeekOfLoad, in_km: bool, labelled: bool, language: str) -> Json:
    amount = week.distance_m if in_km else week.run_duration_s
    load = None if amount is None else amount / (METRES if in_km else SECONDS)
    middle = week.begins_on + (week.ends_on - week.begins_on) / 2
    return {
        "from": moment(week.begins_on),
        "to": moment(week.ends_on, end=True),
        "middle": noon(middle),
        "load": load if load is not None else 0,
        "text": "?" if load is None else number(round(load, 1), language) if labelled else "",
    }


def _spiked_weeks(weeks: Sequence[WeekOfLoad], runs: Iterable[Json] | None) -> set[int]:
    spiked = [run["on"] for run in runs or () if run["spike"] in SPIKES]
    return {place for place, week in enumerate(weeks) if any(week.begins_on <= on <= week.ends_on for on in spiked)}


def _spikes(values: Sequence[Json], x: Json, y: Json) -> Json:
    return {
        "data": rows(values),
        "mark": {
            "type": "point",
            "fill": INK,
            "stroke": INK,
            "strokeWidth": 0.5,
            "size": 60,
            "opacity": 1,
            "yOffset": 11,
        },
        "encoding": {
            "x": {"field": "middle", **x},
            "y": {"field": "load", **y},
            "shape": {
                "field": "spike",
                "type": "nominal",
                "title": None,
                "scale": {"range": ["triangle-up"]},
            },
        },
    }
