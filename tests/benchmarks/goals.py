"""The goals, and whether a run has held them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tests.benchmarks.growth import GROWING
from tests.benchmarks.results import IN_PROCESS, PLACES, RAW, Results
from tests.benchmarks.review_work import CASELOAD, PROGRESS
from tests.benchmarks.sync_rounds import ALONE, FIRST_SYNC, NOTHING_NEW, PULL, PUSH, PUSH_ONE, PUSH_YEAR, READ_ONE

LONGEST, YEAR_LEAST, FLAT = 2.5, 0.8, 1.3
BESIDE_RAW = {
    PUSH: ("W1", 0.5),
    PULL: ("W2", 0.8),
    PUSH_ONE: ("W3", 0.5),
    READ_ONE: ("W4", 0.6),
    NOTHING_NEW: ("W4", 0.6),
    PROGRESS: ("W5", 0.7),
    CASELOAD: ("W6", 0.5),
    FIRST_SYNC: ("W8", 0.7),
}
"""How many of each the product is to do in a second, as a part of what raw over HTTP does."""
MARKS = {ALONE: 1 / LONGEST, **{work: least for work, (_, least) in BESIDE_RAW.items()}}
"""Where the goals lie in the picture."""


@dataclass(frozen=True)
class Goal:
    """One goal: where it comes from, what it is about, its figure, and the bound that the figure keeps to."""

    name: str
    about: str
    value: Callable[[Results, str], float]
    bound: float
    at_most: bool = False

    @property
    def asks(self) -> str:
        """Return the bound as it is written."""
        return f"{'at most' if self.at_most else 'at least'} {self.bound:.2f}"

    def verdict(self, results: Results, place: str) -> str:
        """Return the figure and whether it is good enough."""
        value = self.value(results, place)
        held = value <= self.bound if self.at_most else value >= self.bound
        return f"{value:.2f}, {'held' if held else '**not held**'}"


def goals_table(results: Results) -> Iterator[str]:
    """Return the table of the goals that this run has measured."""
    goals = [*_work_goals(results), *(_growth_goals() if results.growth else ())]
    if not goals:
        return
    yield "## The goals\n"
    yield f"| goal | what | asked | {' | '.join(PLACES.values())} |"
    yield f"|---|---|---|{'---|' * len(PLACES)}"
    for goal in goals:
        yield f"| {goal.name} | {goal.about} | {goal.asks} | {' | '.join(goal.verdict(results, p) for p in PLACES)} |"
    yield ""


def _work_goals(results: Results) -> Iterator[Goal]:
    for beside in (RAW, IN_PROCESS) if results.has(ALONE) else ():
        took = partial(Results.times_as_long, work=ALONE, beside=beside)
        yield Goal("issue 3", f"time of a {ALONE}, beside {beside}", took, LONGEST, at_most=True)
    for work, (name, least) in BESIDE_RAW.items():
        if results.has(work):
            yield Goal(name, f"{work}, beside {RAW}", partial(Results.ratio, work=work, beside=RAW), least)
    if results.has(PUSH_YEAR):
        yield Goal("W7", f"{PUSH_YEAR}, beside {PUSH}", _year_beside_season, YEAR_LEAST)


def _growth_goals() -> Iterator[Goal]:
    for work in GROWING:
        grown = partial(Results.growth_of, work=work)
        yield Goal("growth", f"p95 of {work}, beside the smallest database", grown, FLAT, at_most=True)


def _year_beside_season(results: Results, place: str) -> float:
    return results.per_s(place, PUSH_YEAR) / results.per_s(place, PUSH)
