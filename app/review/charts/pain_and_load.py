"""Pain above, advice in the middle, load below: three panels on one line of days, each with an axis of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.review.charts.form import (
    BLACK,
    BLUE,
    DARK,
    INK,
    MIDDLE,
    ORANGE,
    PALE,
    PAPER,
    QUIET,
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
from app.review.charts.words import day, number, words_of
from app.review.domain.progress import WeekOfLoad, Window

MOMENTS = ("during", "next_morning", "worst")
KNEES = ("left", "right", "unsaid")
DECISIONS = ("progress", "hold", "reduce", "rest_day", "pause_and_refer")
"""In the order of caution, as the engine has it."""
SPIKES = frozenset({"small", "moderate", "large"})
"""The classes of a run beyond the longest of the 30 days before it (frandsen2025)."""
_MOST_LABELS = 16
_TOP = 3  # pixels below the upper edge
_DAYS_OF_LARGE_DOTS = 120
_DOT, _SMALL_DOT = 48, 20  # square pixels
_DAY = timedelta(days=1)
_METRES, _SECONDS = 1000, 60


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
        alternative=" ".join(_alternative(window, sections, language)),
        table=_table(window, sections, language),
        parts={"vconcat": panels, "resolve": {"scale": dict.fromkeys(("shape", "stroke", "fill"), "independent")}},
    )


def _points(sections: Mapping[str, Any]) -> list[Json]:
    return [told for told in sections["pain"] if told["moment"] in MOMENTS]


def _pain(window: Window, sections: Mapping[str, Any], language: str) -> Json:
    said, points = words_of(language), _points(sections)
    if not points:
        return message(said["no_pain"], 150)
    x = days_axis(window.since, window.until, said["days"], shown=False)
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
    size = _DOT if window.days <= _DAYS_OF_LARGE_DOTS else _SMALL_DOT
    return {
        "data": rows(values),
        "mark": {"type": "point", "strokeWidth": 1.4, "opacity": 1, "size": size},
        "encoding": {"x": {"field": "at", **x}, "y": {"field": "score", **y}, **styles},
    }


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
        "mark": {"type": "point", "strokeWidth": 0, "size": _DOT, "opacity": 1},
        "encoding": {
            "x": {"field": "at", **days_axis(window.since, window.until, said["days"], shown=False)},
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
    said, weeks = words_of(language), sections["weeks"]
    if not any(week.runs for week in weeks):
        return message(said["no_load"], 100)
    in_km = any(week.distance_m for week in weeks)
    values = [_bar(week, in_km, len(weeks) <= _MOST_LABELS, language) for week in weeks]
    spikes = _spiked_weeks(weeks, sections["runs"])
    x = days_axis(window.since, window.until, said["days"])
    y = {"type": "quantitative", "axis": {"title": said["km_axis" if in_km else "minutes_axis"], "tickCount": 4}}
    most = max(value["load"] or 0 for value in values)
    y["scale"] = {"domain": [0, most * 1.22 or 1], "nice": False}
    bar = {"type": "bar", "color": PALE, "stroke": DARK, "strokeWidth": 0.8}
    bars = {"x": {"field": "from", **x}, "x2": {"field": "to"}, "y": {"field": "load", **y}, "y2": {"datum": 0}}
    place = {"x": {"field": "middle", **x}, "y": {"field": "load", **y}}
    layers: list[Json] = [{"mark": bar, "encoding": bars}, *labels(place, "text", dy=-8)]
    if spikes:
        marked = [{**value, "spike": said["spike"]} for place, value in enumerate(values) if place in spikes]
        layers.append(_spikes(marked, x, y))
    return {"width": WIDTH, "height": 130, "data": rows(values), "layer": layers}


def _bar(week: WeekOfLoad, in_km: bool, labelled: bool, language: str) -> Json:
    amount = week.distance_m if in_km else week.run_duration_s
    load = None if amount is None else amount / (_METRES if in_km else _SECONDS)
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
        "mark": {"type": "point", "fill": INK, "strokeWidth": 0, "size": 60, "opacity": 1, "yOffset": 11},
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


def _alternative(window: Window, sections: Mapping[str, Any], language: str) -> Iterable[str]:
    said = words_of(language)
    yield said["pain_and_load"].format(since=day(window.since, language), until=day(window.until, language)) + "."
    if sections["pain"] is not None:
        yield _pain_in_words(sections, language)
    if sections["flares"]:
        yield said["alt_flares"].format(days=", ".join(day(one["on"], language) for one in sections["flares"]))
    if sections["decisions"]:
        last = sections["decisions"][-1]
        yield said["alt_decision"].format(decision=said[last["decision"]], on=day(last["on"], language))
    if sections["weeks"] is not None:
        kms = [None if week.distance_m is None else week.distance_m / _METRES for week in sections["weeks"]]
        before = kms[-2] if len(kms) > 1 else None
        most = max((km for km in kms if km is not None), default=None)
        told = {"last": kms[-1], "before": before, "most": most}
        yield said["alt_load"].format(
            **{name: number(None if km is None else round(km, 1), language) for name, km in told.items()}
        )


def _pain_in_words(sections: Mapping[str, Any], language: str) -> str:
    said = words_of(language)
    worst: dict[date, float] = {}
    for told in _points(sections):
        worst[told["on"]] = max(told["score"], worst.get(told["on"], 0.0))
    if not worst:
        return said["no_pain"] + "."
    on = max(worst, key=lambda one: (worst[one], one))
    facts = {"worst": number(worst[on], language), "on": day(on, language), "days": len(worst)}
    if sections["limits"] is None:
        return said["alt_pain_alone"].format(**facts)
    above = sum(score > _limit_on(sections["limits"], on_day) for on_day, score in worst.items())
    return said["alt_pain"].format(**facts, above=above)


def _limit_on(limits: Sequence[Json], on: date) -> float:
    standing = [limit["acceptable_max"] for limit in limits if limit["from_on"] <= on]
    return float(standing[-1] if standing else limits[0]["acceptable_max"])


def _table(window: Window, sections: Mapping[str, Any], language: str) -> Table:
    """Return one row a week; a column whose section is not open is left out."""
    said = words_of(language)
    columns = [said["week_from"], said["week_to"]]
    columns += [said[f"worst_{knee}"] for knee in KNEES] if sections["pain"] is not None else []
    columns += [said["flares"]] if sections["flares"] is not None else []
    columns += [said["strictest"]] if sections["decisions"] is not None else []
    if sections["weeks"] is not None:
        columns += [said[name] for name in ("runs", "distance", "minutes", "sessions")]
    return Table(columns, [_week_row(week, sections, said) for week in window.weeks()])


def _week_row(week: Window, sections: Mapping[str, Any], said: Mapping[str, str]) -> list[Any]:
    row: list[Any] = [week.since.isoformat(), week.until.isoformat()]
    if sections["pain"] is not None:
        inside = [told for told in _points(sections) if week.holds(told["on"])]
        row += [
            max((told["score"] for told in inside if (told["side"] or "unsaid") == knee), default=None)
            for knee in KNEES
        ]
    if sections["flares"] is not None:
        row.append(sum(week.holds(one["on"]) for one in sections["flares"]))
    if sections["decisions"] is not None:
        given = [one["decision"] for one in sections["decisions"] if week.holds(one["on"])]
        row.append(said[max(given, key=DECISIONS.index)] if given else None)
    if sections["weeks"] is not None:
        load = next(one for one in sections["weeks"] if one.ends_on == week.until)
        row += [
            load.runs,
            None if load.distance_m is None else round(load.distance_m / _METRES, 1),
            None if load.run_duration_s is None else round(load.run_duration_s / _SECONDS),
            load.sessions,
        ]
    return row
