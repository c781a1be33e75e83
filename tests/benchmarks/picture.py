"""The ratios as horizontal bars: an SVG that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.goals import MARKS
from tests.benchmarks.results import PLACES, RAW, Results
from tests.benchmarks.review_work import REVIEWS
from tests.benchmarks.routes import ROUTES
from tests.benchmarks.sync_rounds import WORKLOADS

_BAR, _GAP, _LEFT, _WIDTH, _RIGHT, _TOP = 14, 14, 190, 420, 70, 60
_COLOURS = {"sqlite": "#1b6ca8", "postgresql": "#d9822b"}
_GOAL = "#b00020"
_TITLE = "How many the product does, beside raw statements over HTTP (1.0 = as many)"


def picture(results: Results) -> str:
    """Return the ratios to the raw baseline over HTTP, with the goal where there is one."""
    works = [work for work in (*WORKLOADS, *REVIEWS, *ROUTES) if results.has(work)]
    width, height = _LEFT + _WIDTH + _RIGHT, _TOP + len(works) * (2 * _BAR + _GAP) + 6
    drawn = [line for number, work in enumerate(works) for line in _bars(results, work, number)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="sans-serif" font-size="13" fill="#222">\n<title>{_TITLE}</title>\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n'
        f'<text x="12" y="20" font-weight="bold">{_TITLE}</text>\n' + "\n".join([*_legend(), *drawn]) + "\n</svg>\n"
    )


def _legend() -> Iterator[str]:
    for number, (place, name) in enumerate(PLACES.items()):
        x = _LEFT + 120 * number
        yield f'<rect x="{x}" y="32" width="12" height="12" fill="{_COLOURS[place]}"/>'
        yield f'<text x="{x + 18}" y="43">{name}</text>'
    x = _LEFT + 120 * len(PLACES)
    yield f'<rect x="{x + 5}" y="30" width="2" height="16" fill="{_GOAL}"/><text x="{x + 18}" y="43">the goal</text>'


def _bars(results: Results, work: str, number: int) -> Iterator[str]:
    y = _TOP + number * (2 * _BAR + _GAP)
    yield f'<text x="{_LEFT - 10}" y="{y + _BAR + 5}" text-anchor="end">{work}</text>'
    yield f'<rect x="{_LEFT}" y="{y - 2}" width="{_WIDTH}" height="{2 * _BAR + 4}" fill="#eee"/>'
    for row, place in enumerate(PLACES):
        ratio, at = results.ratio(place, work, RAW), y + row * _BAR
        width = round(min(ratio, 1.0) * _WIDTH)
        yield f'<rect x="{_LEFT}" y="{at}" width="{width}" height="{_BAR - 1}" fill="{_COLOURS[place]}"/>'
        yield f'<text x="{_LEFT + _WIDTH + 8}" y="{at + _BAR - 3}">{ratio:.2f}</text>'
    if work in MARKS:
        x = _LEFT + round(MARKS[work] * _WIDTH)
        yield f'<rect x="{x - 1}" y="{y - 4}" width="2" height="{2 * _BAR + 8}" fill="{_GOAL}"/>'
