"""Everything the rules ask about, worked out once from the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice, tee

from app.guidance.domain.cycles import CycleReport, find_cycles
from app.guidance.domain.history import RunnerHistory
from app.guidance.domain.policy import Policy
from app.guidance.domain.readings import Reading, clean_in_a_row, over_in_a_row, read_run, readings_back
from app.guidance.domain.ruleset import RUN_SPEAKS_DAYS
from app.guidance.domain.timeline import Timeline, by_day
from app.guidance.domain.trend import Trend, weekly_trend
from app.guidance.domain.volume import Volume, measure


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run while it still speaks: less than 14 days old, or than the break of the policy."""

    reading: Reading
    over_in_a_row: int
    clean_in_a_row: int
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known on the day of asking; `run` is None without a run that still speaks."""

    history: RunnerHistory
    gap_days: int | None
    run: LastRun | None
    morning_today: float | None
    volume: Volume
    cycles: CycleReport
    future_dated: int

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


def gather(history: RunnerHistory, policy: Policy, as_of: date) -> Facts:
    """Work out all facts of the day; nothing after `as_of` is looked at."""
    timeline = by_day(history, as_of)
    return Facts(
        history=history,
        gap_days=timeline.gap_days(),
        run=_last_run(timeline, policy),
        morning_today=_morning_today(timeline),
        volume=measure(timeline, policy, history.declared_longest_km),
        cycles=find_cycles(timeline, policy),
        future_dated=timeline.future_dated,
    )


def _last_run(timeline: Timeline, policy: Policy) -> LastRun | None:
    gap = timeline.gap_days()
    if gap is None or gap >= max(RUN_SPEAKS_DAYS, policy.gap_reduce_days):
        return None
    over, clean = tee(readings_back(timeline, policy))
    return LastRun(
        read_run(timeline.runs[-1], timeline, policy),
        over_in_a_row(over),
        clean_in_a_row(islice(clean, policy.progress_after_clean)),
        weekly_trend(timeline, policy.trend_min_points),
    )


def _morning_today(timeline: Timeline) -> float | None:
    """Return the worst reading of this morning: from the log, or given with yesterday's runs."""
    scores = [timeline.log.morning_worst.get(timeline.today)]
    for run in reversed(timeline.runs):
        if run.day < timeline.today - 1:
            break
        if run.day == timeline.today - 1:
            scores.append(run.entry.pain_next_morning)
    return max((score for score in scores if score is not None), default=None)
