"""What every chart has in common: its parts, its look, and how it tells the same without a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.review.domain.progress import Window

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
WIDTH = 720  # pixels of a panel
INK, QUIET, GRID, PAPER = "#1a1a1a", "#5c5c5c", "#e3e3e3", "#ffffff"
BLUE, ORANGE, BLACK = "#0060a0", "#d55e00", "#1a1a1a"
"""Told apart by those who see no red or green, and of different lightness; shapes say the same."""
PALE, DARK, MIDDLE = "#b9cfe0", "#2f4b63", "#7e97ab"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SMALL, USUAL, LARGE = 11, 12, 15  # pixels of type
DAYS_BY_DAY, DAYS_BY_WEEK = 14, 119
"""Up to so many days each day is marked, and up to so many each week."""
MOST_TICKS = 17

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The chart's figures as a table: a heading for each column, and its rows."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: what it is called, what it shows in a few sentences, its figures, and how it is drawn."""

    title: str
    alternative: str
    table: Table
    parts: Mapping[str, Any]

    def spec(self) -> Json:
        """Return the chart as Vega-Lite; table and title stand in `usermeta`, the alternative is its description."""
        return {
            "$schema": SCHEMA,
            "description": self.alternative,
            "usermeta": {
                "title": self.title,
                "table": {"columns": list(self.table.columns), "rows": [list(row) for row in self.table.rows]},
            },
            "background": PAPER,
            "padding": 16,
            "title": {"text": self.title, "anchor": "start", "fontSize": LARGE, "color": INK, "offset": 12},
            "config": _config(),
            **self.parts,
        }


def _config() -> Json:
    axis = {
        "labelColor": QUIET,
        "titleColor": INK,
        "gridColor": GRID,
        "domainColor": QUIET,
        "tickColor": QUIET,
        "labelFontSize": SMALL,
        "titleFontSize": USUAL,
        "titleFontWeight": "normal",
    }
    legend = {"labelColor": INK, "titleColor": QUIET, "labelFontSize": SMALL, "titleFontSize": SMALL}
    return {
        "font": FONT,
        "axis": axis,
        "legend": {**legend, "orient": "right", "symbolStrokeWidth": 1.5, "titleFontWeight": "normal"},
        "view": {"stroke": None},
        "concat": {"spacing": 18},
    }


def days_axis(window: Window, said: Mapping[str, str], *, shown: bool = True, most: int = MOST_TICKS) -> Json:
    """Return a time axis over a window; days have no hours, so they are read as UTC.

    It is marked where something begins: each day of a short window, each week of a middle one (as its bars do), each
    month of a long one, and every other one of them where there would be more than `most`.
    """
    days, form = _marked(window)
    every = -(-len(days) // most) if days else 1
    axis = {
        "format": said[form],
        "values": [_milliseconds(day) for day in days[::-every][::-1]],
        "labelOverlap": True,
        "grid": False,
        "title": None,
    }
    return {
        "type": "temporal",
        "scale": {"type": "utc", "domain": [moment(window.since), moment(window.until, end=True)]},
        "axis": axis if shown else {"labels": False, "ticks": False, "grid": False, "title": None},
    }


def _marked(window: Window) -> tuple[list[date], str]:
    """Return the days that are marked, and how they are written."""
    every_day = [window.since + timedelta(days=ahead) for ahead in range(window.days)]
    if window.days <= DAYS_BY_DAY:
        return every_day, "days"
    if window.days <= DAYS_BY_WEEK:
        return [week.since for week in window.weeks()], "days"
    return [day for day in every_day if day.day == 1], "months"


def _milliseconds(day: date) -> int:
    return round(datetime.combine(day, time(), UTC).timestamp() * 1000)


def moment(day: date, *, end: bool = False) -> str:
    """Return a day as an instant for the axis: its noon, its end."""
    return f"{day.isoformat()}T{'23:59:59' if end else '00:00:00'}Z"


def noon(day: date) -> str:
    """Return the middle of a day, where a point of that day stands."""
    return f"{day.isoformat()}T12:00:00Z"


def labels(place: Json, field: str, **look: Any) -> list[Json]:
    """Return text that stays legible on whatever it stands: a broad pale writing, and the text over it."""
    text = {"field": field, "type": "nominal"}
    mark = {"type": "text", "fontSize": SMALL, "color": INK, **look}
    halo = {**mark, "stroke": PAPER, "strokeWidth": 4, "strokeJoin": "round"}
    return [{"mark": one, "encoding": {**place, "text": text}} for one in (halo, mark)]


def rows(values: Sequence[Json]) -> Json:
    """Return rows as the data of a chart."""
    return {"values": list(values)}


def message(text: str, height: int) -> Json:
    """Return a panel that says that there is nothing to show."""
    return {
        "width": WIDTH,
        "height": height,
        "data": rows([{"text": text}]),
        "mark": {"type": "text", "color": QUIET, "fontSize": USUAL},
        "encoding": {"text": {"field": "text", "type": "nominal"}},
    }
