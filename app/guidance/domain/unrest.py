"""Which runs could open a pause at all: most days are calm, and a glance tells.

What is known of a run on a day is never worse than all that was ever told of it, and no knee hurts less than not at
all: so a run that is calm by that measure is calm on every day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from app.guidance.domain.policy import Policy
from app.guidance.domain.readings import could_be_over
from app.guidance.domain.ruleset.numbers import PAUSE_AFTER_OVER
from app.guidance.domain.timeline import DatedRun, DayLog


@dataclass(frozen=True, slots=True)
class Unrest:
    """The days of the runs that could be over, and of those so painful that they could pause; in order, by number."""

    over: tuple[int, ...]
    severe: tuple[int, ...]

    def could_pause(self, since: int, today: int) -> bool:
        """Could a rule pause today, by the runs from a day on? Where not, none does, whatever was told by then."""
        return (
            _count_between(self.severe, since, today) > 0 or _count_between(self.over, since, today) >= PAUSE_AFTER_OVER
        )


def unrest_of(runs: Sequence[DatedRun], log: DayLog, policy: Policy) -> Unrest:
    """Find the days of unrest among runs in order of their days, each with all that was ever told of it."""
    over = tuple(run.day for run in runs if could_be_over(run, log, policy))
    pains = ((run.day, run.entry.pain_during) for run in runs)
    return Unrest(over, tuple(day for day, pain in pains if pain is not None and pain >= policy.pause_min))


def _count_between(days: Sequence[int], first: int, last: int) -> int:
    return bisect_right(days, last) - bisect_left(days, first)
