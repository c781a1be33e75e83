"""How much was run: the one unit of load that covers it, the longest runs, the weekly sums."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import fsum

from app.guidance.domain.history import RunEntry
from app.guidance.domain.policy import Policy
from app.guidance.domain.ratio import quotient
from app.guidance.domain.ruleset.numbers import (
    FOUR_WEEKS_DAYS,
    LOAD_UNIT_DAYS,
    LOG_FOR_WEEK_RATIO_DAYS,
    WEEK_DAYS,
)
from app.guidance.domain.timeline import Timeline

KM, MIN = "km", "min"


@dataclass(frozen=True, slots=True)
class Volume:
    """Loads in `unit` (km or min); None is not known, and everything is None without a unit."""

    unit: str | None
    last: float | None = None
    longest: float | None = None
    longest_before_last: float | None = None
    mean_before_break: float | None = None
    week: float = 0.0
    week_before: float = 0.0
    four_weeks: float = 0.0
    log_days: int = 0

    def session_ratio(self) -> float | None:
        """Return the last run beside the longest of the days before it."""
        if self.last is None or self.longest_before_last is None:
            return None
        return quotient(self.last, self.longest_before_last)

    def week_ratio(self) -> float | None:
        """Return this week beside the one before; None with less than 14 days of log."""
        return quotient(self.week, self.week_before) if self.log_days >= LOG_FOR_WEEK_RATIO_DAYS else None

    def usual_week(self) -> float | None:
        """Return the load of the last 7 days, else a quarter of the last 28, else None."""
        return self.week or self.four_weeks / (FOUR_WEEKS_DAYS // WEEK_DAYS) or None


@dataclass(frozen=True, slots=True)
class _Loads:
    """Known loads of runs with the numbers of their days, oldest first."""

    days: list[int]
    loads: list[float]

    def between(self, first: int, last: int) -> list[float]:
        return self.loads[bisect_left(self.days, first) : bisect_right(self.days, last)]


def measure(timeline: Timeline, policy: Policy, declared_longest_km: float | None) -> Volume:
    """Measure what was run up to today, in the unit every run of the last 30 days has."""
    unit = unit_of_load(timeline, declared_longest_km)
    if unit is None:
        return Volume(None)
    declared = declared_longest_km if unit == KM else None
    if not timeline.runs:
        return Volume(unit, longest=declared)
    return _measured(timeline, policy, unit, declared)


def unit_of_load(timeline: Timeline, declared_longest_km: float | None) -> str | None:
    """Return km if every run of the last 30 days has it, else min if every one has that, else None."""
    recent = [run.entry for run in timeline.runs if run.day > timeline.today - LOAD_UNIT_DAYS]
    if not timeline.runs:
        return KM if declared_longest_km is not None else None
    return common_unit(recent or [timeline.runs[-1].entry])


def common_unit(entries: list[RunEntry]) -> str | None:
    """Return the unit of load that all of these runs have, km first."""
    if all(entry.distance_km is not None for entry in entries):
        return KM
    return MIN if all(entry.duration_min is not None for entry in entries) else None


def load_of(entry: RunEntry, unit: str) -> float | None:
    """Return the load of one run in this unit."""
    return entry.distance_km if unit == KM else entry.duration_min


def _measured(timeline: Timeline, policy: Policy, unit: str, declared: float | None) -> Volume:
    today, last = timeline.today, timeline.runs[-1]
    loads = _known_loads(timeline, unit)
    # The unit is one that the last run has, so these are never none.
    before_break = loads.between(last.day - FOUR_WEEKS_DAYS + 1, last.day)
    return Volume(
        unit,
        last=load_of(last.entry, unit),
        longest=_longest(loads.between(today - policy.lookback_days + 1, today), declared),
        longest_before_last=_longest(loads.between(last.day - policy.lookback_days, last.day - 1), declared),
        mean_before_break=fsum(before_break) / len(before_break),
        week=fsum(loads.between(today - WEEK_DAYS + 1, today)),
        week_before=fsum(loads.between(today - 2 * WEEK_DAYS + 1, today - WEEK_DAYS)),
        four_weeks=fsum(loads.between(today - FOUR_WEEKS_DAYS + 1, today)),
        log_days=today - timeline.runs[0].day + 1,
    )


def _known_loads(timeline: Timeline, unit: str) -> _Loads:
    known = [(run.day, load) for run in timeline.runs if (load := load_of(run.entry, unit)) is not None]
    return _Loads([day for day, _ in known], [load for _, load in known])


def _longest(loads: list[float], declared: float | None) -> float | None:
    return max(loads, default=declared)
