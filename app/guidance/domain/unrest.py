"""Which runs could open a pause at all: most days are calm, and a glance tells.

What is known of a run on a day is never worse than all that was ever told of it, and no knee hurts less than not at
all: so a run that is calm by that measure is calm on every day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from app.guidance.domain.policy import Policy
from app.guidance.domain.readings import could_be_over
from app.guidance.domain.ruleset.numbers import PAUSE_AFTER_OVER
from app.guidance.domain.timeline import DatedRun, DayLog


class Unrest:
    """The runs of a knee by the worst that was ever told of them; each is looked at once, when it is asked about."""

    def __init__(self, runs: Sequence[DatedRun], log: DayLog, policy: Policy) -> None:
        """Take the runs in order of their days, each with all that was ever told of it."""
        self._runs, self._log, self._policy = runs, log, policy
        self._days = [run.day for run in runs]
        self._weights: dict[int, int] = {}

    def could_pause(self, since: int, today: int) -> bool:
        """Could a rule pause today, by the runs from a day on? Where not, none does, whatever was told by then.

        Days by number. One run that hurt enough could, and so could some that were over.
        """
        weights = self._weights
        places = range(bisect_left(self._days, since), bisect_right(self._days, today))
        for place in places:
            if place not in weights:
                weights[place] = self._weight(self._runs[place])
        return sum(map(weights.__getitem__, places)) >= PAUSE_AFTER_OVER

    def _weight(self, run: DatedRun) -> int:
        """Return for how many runs that were over a run counts: one that hurt enough is as good as all it takes."""
        pain = run.entry.pain_during
        if pain is not None and pain >= self._policy.pause_min:
            return PAUSE_AFTER_OVER
        return int(could_be_over(run, self._log, self._policy))
