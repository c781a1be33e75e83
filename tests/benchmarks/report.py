"""What was measured, in words and tables for docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from statistics import median

from tests.benchmarks.goals import goals_table
from tests.benchmarks.growth import GROWING
from tests.benchmarks.load import CONNECTIONS, Sample, middle, percentile, times_of
from tests.benchmarks.results import IN_PROCESS, PLACES, PRODUCT, RAW, Results
from tests.benchmarks.review_work import REVIEWS
from tests.benchmarks.routes import ROUTES
from tests.benchmarks.sync_rounds import WORKLOADS

SHARE_GOAL = 0.15

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
* Each client sends its next request when the last one is answered, and one that was told to come again (503) after
  20 ms more, which count as its time; the routes are asked by {connections} clients.
  {rounds} rounds, in each round every work once and its baselines right before or after it, in a new shuffled order;
  writers are new people in every round.
* The patients of the routes have 90 days behind them: 45 runs, about 130 scores, 60 check-ins. The lists are of a
  patient with 120 runs.
* The figures a second are medians of the rounds, with the lowest and the highest; p50, p95 and p99 are of all rounds
  together, in milliseconds; a ratio is one median divided by another of the same run.
* Logging in is left out: its time is argon2's, and is meant to be.
* {machine}. {date}.

What sync is measured with:

* *push 100* is what a phone sends after a month away, all of it new: 15 runs, 14 sessions of six sets, 43 pain scores,
  28 check-ins; by patients with 90 days (315 records) before that, or with a year (1,277 records). After each
  measurement the rows are counted: the product and the baselines must have left the same 202 (each record and
  one advice, in its table and in the ledger).
* For a push, raw takes the numbers, and writes each table by one statement and the ledger by one: on PostgreSQL
  `INSERT … SELECT FROM json_to_recordset`, on SQLite `executemany` with ids as `bytes` (the product hands over what the
  driver takes without looking for an adapter: decision 0051). Over HTTP it reads the same JSON and answers as the
  product does.
* *pull 1,000* fetches the newest thousand of 5,000 records, *first sync* all of them in five pages; raw is the select
  of the same rows (the newest version of each record), the stored JSON handed on as it is, and orjson.
* For *read one run* raw selects the same row, for *nothing new, 304* the head.
* Before each round PostgreSQL is told to `VACUUM ANALYZE`, which it does by itself a minute later.
* *a year of progress* is read by a patient with a year (1,277 records) and a programme since then, *caseload of 200* by
  a therapist whose patients have 290 days each and a programme, ten of them with rising pain. Raw asks the very
  statements that the product's answer was made from, noted once, with the bare driver, and writes their rows as JSON.
* Growth is measured with databases of each size side by side, in turn, by the same few patients; all the others have
  7 records and an advice each. Patients who push do it several times, so the figures compare with each other only.
"""

_MEANING = """\
## What the figures mean

A *ratio* of 0.5 says: the product does half as many of these a second as the least code that could do the same
writes. What lies between the two is the token and the device session, the validation of input, the object mapping,
and for writes the reading of the history and the rules. On reads it is mostly the first three.

The time of one client's push beside raw *in-process* is the strictest figure: the one pays for HTTP, Flask and the
reading of the JSON, the other for none of it. Many clients beside raw in-process compare with one connection that
does one thing at a time.

The *share of advice* is how much faster writing would be if nobody were advised. The goal is under {goal} %.
"""


def markdown(results: Results, conditions: Mapping[str, str], *, rounds: int, workers: int, threads: int) -> str:
    """Return the page; what was not measured is left out."""
    how = _HOW.format(
        workers=workers,
        threads=threads,
        connections=CONNECTIONS,
        rounds=rounds,
        machine=_machine(),
        date=datetime.now(UTC).date().isoformat(),
        **conditions,
    )
    picture = "![Ratios of the product to the raw baseline over HTTP, and the goals](benchmarks.svg)\n"
    meaning = _MEANING.format(goal=round(SHARE_GOAL * 100))
    return "\n".join(["# Benchmarks\n", how, picture, *_tables(results), meaning])


def _tables(results: Results) -> Iterator[str]:
    yield from goals_table(results)
    for place in PLACES:
        yield from _works_table(results, place, "sync", {work: load.clients for work, load in WORKLOADS.items()})
        yield from _works_table(results, place, "review", REVIEWS)
        yield from _works_table(results, place, "routes", dict.fromkeys(ROUTES, CONNECTIONS))
    if results.bare:
        yield f"A bare Flask route that touches no database answered {_per_s(results.bare)} requests/s here.\n"
    if results.growth:
        yield from _growth_table(results)
    if results.shares:
        yield from _share_table(results)


def _works_table(results: Results, place: str, title: str, works: Mapping[str, int]) -> Iterator[str]:
    if not all(results.has(work) for work in works):
        return
    yield f"## {PLACES[place]}: {title}\n"
    yield "| work | clients | a second (of rounds) | p50 | p95 | p99 | raw over HTTP | ratio | raw in-process | ratio |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for work, clients in works.items():
        own = results.samples[place, PRODUCT, work]
        beside = " | ".join(
            f"{_per_s(results.samples[place, target, work])} | {results.ratio(place, work, target):.2f}"
            for target in (RAW, IN_PROCESS)
        )
        yield f"| {work} | {clients} | {_per_s(own)} | {_percentiles(times_of(own))} | {beside} |"
    yield ""


def _growth_table(results: Results) -> Iterator[str]:
    sizes = results.sizes()
    yield "## Growth: p95 in milliseconds beside so many patients\n"
    yield f"| | work | {' | '.join(f'{size:,}' for size in sizes)} | highest beside the smallest |"
    yield f"|---|---|{'---|' * len(sizes)}---|"
    for place, name in PLACES.items():
        for work in GROWING:
            times = " | ".join(f"{results.p95(place, size, work):.1f}" for size in sizes)
            yield f"| {name} | {work} | {times} | {results.growth_of(place, work):.2f} |"
    yield ""


def _share_table(results: Results) -> Iterator[str]:
    yield "## The share of advice in a write, with 90 days of history\n"
    yield "| | share (middle half) | a write, ms | its advice, ms | writes | under the goal |"
    yield "|---|---|---|---|---|---|"
    for place, share in results.shares.items():
        low, high = percentile(share.shares, 0.25), percentile(share.shares, 0.75)
        met = "yes" if share.middle < SHARE_GOAL else "**no**"
        yield (
            f"| {PLACES[place]} | {share.middle:.0%} ({low:.0%} to {high:.0%}) | {median(share.whole_ms):.1f} "
            f"| {median(share.advice_ms):.1f} | {len(share.whole_ms)} | {met} |"
        )
    yield ""


def _percentiles(took: list[float]) -> str:
    return " | ".join(f"{percentile(took, share):.1f}" for share in (0.5, 0.95, 0.99))


def _per_s(samples: Iterable[Sample]) -> str:
    kept = list(samples)
    rates = [sample.per_s for sample in kept]
    return f"{_rate(middle(kept))} ({_rate(min(rates))} to {_rate(max(rates))})"


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _machine() -> str:
    return (
        f"{os.cpu_count()} processor cores for server, database and clients together, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"
    )
