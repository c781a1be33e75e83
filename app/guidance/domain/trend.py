"""The weekly trend: is the worst pain of the days higher than a week ago?"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

from app.guidance.domain.ratio import nrs_difference
from app.guidance.domain.ruleset.numbers import TREND_DIGITS, WEEK_DAYS
from app.guidance.domain.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Trend:
    """Mean worst pain of this week and the week before, NRS, and the rise between them."""

    now: float
    before: float
    rise: float


def weekly_trend(timeline: Timeline, min_points: int) -> Trend | None:
    """Compare days 0-6 back with days 7-13 back; None with too few days in either week."""
    today = timeline.today
    pain = _worst_by_day(timeline, today - 2 * WEEK_DAYS + 1)
    now = [pain[day] for day in range(today - WEEK_DAYS + 1, today + 1) if day in pain]
    before = [pain[day] for day in range(today - 2 * WEEK_DAYS + 1, today - WEEK_DAYS + 1) if day in pain]
    if len(now) < min_points or len(before) < min_points:
        return None
    mean_now, mean_before = fsum(now) / len(now), fsum(before) / len(before)
    return Trend(mean_now, mean_before, round(nrs_difference(mean_now, mean_before), TREND_DIGITS))


def _worst_by_day(timeline: Timeline, first: int) -> dict[int, float]:
    """Take the worst pain of each day from the log, else the worst of that day's runs."""
    worst: dict[int, float] = {}
    for run in reversed(timeline.runs):
        if run.day < first:
            break
        if run.entry.pain_during is not None:
            worst[run.day] = max(run.entry.pain_during, worst.get(run.day, 0))
    logged = timeline.log.worst
    return worst | {day: logged[day] for day in range(first, timeline.today + 1) if day in logged}
