"""Draws a Vega-Lite chart as SVG or PNG; it fetches nothing, whatever a chart says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

VEGA_LITE = "5.21"
"""The version of the language that the charts are written in."""
SCALE = 2  # pixels of the PNG for one of the chart
NOWHERE: list[str] = []


def as_svg(spec: Mapping[str, Any]) -> str:
    """Return the chart as SVG, with its title and its alternative for those who do not see it."""
    import vl_convert  # where it is used: seldom, and it is large

    drawn: str = vl_convert.vegalite_to_svg(json.dumps(spec), vl_version=VEGA_LITE, allowed_base_urls=NOWHERE)
    start = drawn.index(">") + 1
    named = f"<title>{escape(spec['usermeta']['title'])}</title><desc>{escape(spec['description'])}</desc>"
    opening = drawn[: start - 1] + ' role="img">'
    return opening + named + drawn[start:]


def as_png(spec: Mapping[str, Any]) -> bytes:
    """Return the chart as PNG, two pixels for one."""
    import vl_convert

    drawn = vl_convert.vegalite_to_png(json.dumps(spec), vl_version=VEGA_LITE, scale=SCALE, allowed_base_urls=NOWHERE)
    return bytes(drawn)
