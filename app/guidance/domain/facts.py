"""Everything the rules ask about, worked out once from the history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice, takewhile, tee

from app.guidance.domain.cycles import CycleReport, find_cycles
from app.guidance.domain.history import RunnerHistory
from app.guidance.domain.policy import Policy
from app.guidance.domain.readings import Reading, clean_in_a_row, over_in_a_row, read_run, readings_back
from app.guidance.domain.ruleset.numbers import RUN_SPEAKS_DAYS
from app.guidance.domain.timeline import Timeline, by_day
from app.guidance.domain.trend import Trend, weekly_trend
from app.guidance.domain.volume import Volume, measure


@dataclass(frozen=True)
class LastRun:
    """The last run while it still speaks: less than 14 days old, or than the break of the policy."""

    timeline: Timeline
    policy: Policy

    @cached_property
    def reading(self) -> Reading:
        """What it says by itself."""
        return read_run(self.timeline.runs[-1], self.timeline, self.policy)

    @cached_property
    def over_in_a_row(self) -> int:
        """How many runs up to it were over, with no calm one between."""
        return over_in_a_row(self._backwards[0])

    @cached_property
    def clean_in_a_row(self) -> int:
        """How many runs up to it were clean, counted as far as it matters."""
        return clean_in_a_row(islice(self._backwards[1], self.policy.progress_after_clean))

    @cached_property
    def trend(self) -> Trend | None:
        """The weekly trend of the worst pain up to today."""
        return weekly_trend(self.timeline, self.policy.trend_min_points)

    @cached_property
    def _backwards(self) -> tuple[Iterator[Reading], Iterator[Reading]]:
        """The runs one by one, the last one first, for both counts; each run is read once, and only when counted."""
        over, clean = tee(readings_back(self.timeline, self.policy))
        return over, clean


@dataclass(frozen=True)
class Facts:
    """What is known on the day of asking; each is worked out when it is first asked for."""

    history: RunnerHistory
    policy: Policy
    timeline: Timeline

    @property
    def gap_days(self) -> int | None:
        """Days since the last run, 0 if it was today; None without a run."""
        return self.timeline.gap_days()

    @property
    def future_dated(self) -> int:
        """How many entries lie after the day of asking."""
        return self.timeline.future_dated

    @cached_property
    def run(self) -> LastRun | None:
        """The last run, if it still speaks."""
        return _last_run(self.timeline, self.policy)

    @cached_property
    def morning_today(self) -> float | None:
        """The worst reading of this morning, NRS."""
        return _morning_today(self.timeline)

    @cached_property
    def volume(self) -> Volume:
        """How much was run."""
        return measure(self.timeline, self.policy, self.history.declared_longest_km)

    @cached_property
    def cycles(self) -> CycleReport:
        """The rest-resume-hurt cycles of the last weeks."""
        return find_cycles(self.timeline, self.policy)

    @property
    def pain(self) -> float | None:
        """Pain during the last run, NRS."""
        return self.run.reading.entry.pain_during if self.run else None

    @property
    def morning_rise(self) -> float | None:
        """Rise of the morning after the last run over its baseline, NRS."""
        return self.run.reading.morning_rise if self.run else None

    @property
    def trend(self) -> Trend | None:
        """Weekly trend of the worst pain."""
        return self.run.trend if self.run else None


def gather(history: RunnerHistory, policy: Policy, as_of: date, timeline: Timeline | None = None) -> Facts:
    """Return the facts of the day; nothing after `as_of` is looked at. A timeline that is known need not be made."""
    return Facts(history, policy, timeline or by_day(history, as_of))


def _last_run(timeline: Timeline, policy: Policy) -> LastRun | None:
    gap = timeline.gap_days()
    if gap is None or gap >= max(RUN_SPEAKS_DAYS, policy.gap_reduce_days):
        return None
    return LastRun(timeline, policy)


def _morning_today(timeline: Timeline) -> float | None:
    """Return the worst reading of this morning: from the log, or given with yesterday's runs."""
    yesterday = timeline.today - 1
    recent = takewhile(lambda run: run.day >= yesterday, reversed(timeline.runs))
    scores = [timeline.log.morning_worst.get(timeline.today)]
    scores += [run.entry.pain_next_morning for run in recent if run.day == yesterday]
    return max((score for score in scores if score is not None), default=None)
