"""What was measured, in words and tables for docs/benchmarks.md, and as bars."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from tests.benchmarks.load import CONNECTIONS, Sample, middle, percentile
from tests.benchmarks.routes import ROUTES
from tests.benchmarks.share import Share

PRODUCT, RAW, IN_PROCESS = "product", "raw over HTTP", "raw in-process"
TARGETS = (PRODUCT, RAW, IN_PROCESS)
SHARE_GOAL = 0.15
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

_HOW = """\
Written by `make bench`; run it on your machine and read the ratios. **No absolute figure here is a goal**:
machines differ, and this one was shared while it was measured.

## How it was measured

* The product is the real server: gunicorn, gthread, {workers} workers with {threads} threads each, on 127.0.0.1,
  with its checks of the token and the device session, its rules, and its advice stored with each write. Settings as
  shipped: SQLite {sqlite}; PostgreSQL {postgresql}.
* *raw over HTTP* is a bare Flask application on the same server that executes the same writes with the bare driver
  (sqlite3, psycopg): the number of the stream, the entry, its version, the advice, its version, in one transaction;
  and the same selects. It asks nobody who they are, checks nothing and thinks nothing.
* *raw in-process* is the same statements over one connection without a server, one after the other.
* A bare Flask route that touches no database answered {bare} requests/s on this machine; nothing in Flask is faster.
* {connections} connections, each sending its next request when the last one is answered. {rounds} rounds, in each round
  every pair of target and route once, in a new shuffled order; new people in every round. Patients have 90 days behind
  them: 45 runs, about 130 scores, 60 check-ins. The lists are of a patient with 120 runs.
* Requests/s are medians of the rounds, with the lowest and the highest; p50, p95 and p99 are of all requests of all
  rounds, in milliseconds; a ratio is one median divided by another of the same run.
* Logging in is left out: its time is argon2's, and is meant to be.
* {machine}. {date}.
"""

_MEANING = """\
## What the figures mean

A *ratio* of 0.5 says: the product does half as many of these a second as the least code that could do the same
writes. What lies between the two is the token and the device session, the validation of input, the object mapping,
and for writes the reading of ninety days and the rules. On reads it is mostly the first three.

The *share of advice* is how much faster writing would be if nobody were advised. The goal is under {goal} %.
"""


@dataclass
class Results:
    """All samples of a run."""

    samples: dict[tuple[str, str, str], list[Sample]] = field(default_factory=dict)
    bare: list[Sample] = field(default_factory=list)
    shares: dict[str, Share] = field(default_factory=dict)

    def add(self, place: str, target: str, route: str, sample: Sample) -> None:
        """Keep one sample."""
        self.samples.setdefault((place, target, route), []).append(sample)

    def ratio(self, place: str, route: str, beside: str) -> float:
        """Return the product's requests a second, as a part of a baseline's."""
        return middle(self.samples[place, PRODUCT, route]) / middle(self.samples[place, beside, route])


def markdown(results: Results, conditions: Mapping[str, str], *, rounds: int, workers: int, threads: int) -> str:
    """Return the whole page."""
    how = _HOW.format(
        workers=workers,
        threads=threads,
        bare=_per_s(results.bare),
        connections=CONNECTIONS,
        rounds=rounds,
        machine=_machine(),
        date=datetime.now(UTC).date().isoformat(),
        **conditions,
    )
    meaning = _MEANING.format(goal=round(SHARE_GOAL * 100))
    tables = "\n".join(line for place in NAMES for line in _table(results, place))
    shares = "\n".join(_share_table(results))
    picture = "![Ratios of the product to the raw baseline over HTTP](benchmarks.svg)\n"
    return f"# Benchmarks\n\n{how}\n{picture}\n{tables}\n{shares}\n\n{meaning}"


def summary(results: Results) -> str:
    """Return the tables alone, for the terminal."""
    return "\n".join([*(line for place in NAMES for line in _table(results, place)), *_share_table(results)])


def _table(results: Results, place: str) -> Iterator[str]:
    yield f"## {NAMES[place]}\n"
    yield "| route | requests/s (of rounds) | p50 | p95 | p99 | raw over HTTP | ratio | raw in-process | ratio |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for route in ROUTES:
        own = results.samples[place, PRODUCT, route]
        took = [ms for sample in own for ms in sample.took_ms]
        times = " | ".join(f"{percentile(took, share):.1f}" for share in (0.5, 0.95, 0.99))
        beside = " | ".join(
            f"{_per_s(results.samples[place, target, route])} | {results.ratio(place, route, target):.2f}"
            for target in (RAW, IN_PROCESS)
        )
        yield f"| {route} | {_per_s(own)} | {times} | {beside} |"
    yield ""


def _share_table(results: Results) -> Iterator[str]:
    yield "## The share of advice in a write, with 90 days of history\n"
    yield "| | share (middle half) | a write, ms | its advice, ms | writes | under the goal |"
    yield "|---|---|---|---|---|---|"
    for place, share in results.shares.items():
        low, high = percentile(share.shares, 0.25), percentile(share.shares, 0.75)
        met = "yes" if share.middle < SHARE_GOAL else "**no**"
        yield (
            f"| {NAMES[place]} | {share.middle:.0%} ({low:.0%} to {high:.0%}) | {median(share.whole_ms):.1f} "
            f"| {median(share.advice_ms):.1f} | {len(share.whole_ms)} | {met} |"
        )


def _per_s(samples: list[Sample]) -> str:
    rates = [sample.per_s for sample in samples]
    return f"{middle(samples):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"


def _machine() -> str:
    return (
        f"{os.cpu_count()} processor cores for server, database and clients together, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    )


_BAR, _GAP, _LEFT, _WIDTH, _TOP = 16, 30, 190, 420, 56
_COLOURS = {"sqlite": "#1b6ca8", "postgresql": "#d9822b"}


def picture(results: Results) -> str:
    """Return the ratios to the raw baseline over HTTP as horizontal bars, an SVG that needs nothing else."""
    height = _TOP + len(ROUTES) * (2 * _BAR + _GAP) + 10
    bars = "\n".join(line for place in range(len(ROUTES)) for line in _bars(results, place))
    legend = "\n".join(
        f'<rect x="{_LEFT + 150 * n}" y="30" width="12" height="12" fill="{_COLOURS[place]}"/>'
        f'<text x="{_LEFT + 18 + 150 * n}" y="40">{name}</text>'
        for n, (place, name) in enumerate(NAMES.items())
    )
    title = "Requests a second beside raw statements over HTTP (1.0 = as fast)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 {height}" width="680" height="{height}" role="img" '
        f'font-family="sans-serif" font-size="13" fill="#222">\n<title>{title}</title>\n'
        f'<rect width="680" height="{height}" fill="#fff"/>\n<text x="12" y="20" font-weight="bold">{title}</text>\n'
        f"{legend}\n{bars}\n</svg>\n"
    )


def _bars(results: Results, number: int) -> Iterator[str]:
    route = list(ROUTES)[number]
    y = _TOP + number * (2 * _BAR + _GAP)
    yield f'<text x="{_LEFT - 10}" y="{y + _BAR + 5}" text-anchor="end">{route}</text>'
    yield f'<rect x="{_LEFT}" y="{y - 2}" width="{_WIDTH}" height="{2 * _BAR + 4}" fill="#eee"/>'
    for row, place in enumerate(NAMES):
        ratio = results.ratio(place, route, RAW)
        width = round(min(ratio, 1.0) * _WIDTH)
        at = y + row * _BAR
        yield f'<rect x="{_LEFT}" y="{at}" width="{width}" height="{_BAR - 2}" fill="{_COLOURS[place]}"/>'
        yield f'<text x="{_LEFT + _WIDTH + 8}" y="{at + _BAR - 4}">{ratio:.2f}</text>'
