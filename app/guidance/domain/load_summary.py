"""The load of some weeks as it is shown: distance, time, effort, spikes and ratios, with what is not known."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.guidance.domain.load import LoadFigures, load_figures, week_change, weekly_load
from app.guidance.domain.policy import USUAL_POLICY
from app.guidance.domain.ruleset.numbers import BREAK_DAYS, HIDDEN_DAYS, LOAD_DIGITS
from app.guidance.domain.spike import Spike, spike


@dataclass(frozen=True, slots=True)
class DayLoad:
    """One day: km, minutes and session load in AU; None is not known, and 0 is a rest day."""

    on: date
    distance_km: float | None
    duration_min: float | None
    session_load: float | None


@dataclass(frozen=True, slots=True)
class WeekTotals:
    """The last 7 days of one measure, and the change to the 7 days before in percent."""

    total: float | None
    change_percent: float | None


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """All figures on one day; ratios are shown and never used, and hidden for a while after a break."""

    distance_km: WeekTotals
    duration_min: WeekTotals
    session_load: LoadFigures
    acwr_hidden: bool


def summarise(days: Sequence[DayLoad], run_days: Sequence[date]) -> LoadSummary:
    """Return the figures at the last of these days, the first of which is the first that was ever logged."""
    figures = load_figures([day.session_load for day in days])
    hidden = bool(days) and after_break(run_days, days[-1].on)
    return LoadSummary(
        distance_km=_totals([day.distance_km for day in days]),
        duration_min=_totals([day.duration_min for day in days]),
        session_load=_without_ratios(figures) if hidden else figures,
        acwr_hidden=hidden,
    )


def after_break(run_days: Sequence[date], today: date) -> bool:
    """Did a break of 14 days or more end within the last 28 days?"""
    ordered = sorted({day for day in run_days if day <= today})
    returns = [later for earlier, later in itertools.pairwise(ordered) if _is_break(earlier, later)]
    return bool(returns) and (today - returns[-1]).days < HIDDEN_DAYS


def run_spike(
    on: date, distance_km: float, others: Sequence[tuple[date, float]], declared_longest_km: float | None
) -> Spike:
    """Return a run beside the longest of the 30 days before its day; without any, beside the one that was declared."""
    earlier = [km for day, km in others if 1 <= (on - day).days <= USUAL_POLICY.lookback_days]
    return spike(distance_km, max(earlier, default=declared_longest_km))


def _is_break(earlier: date, later: date) -> bool:
    return (later - earlier).days >= BREAK_DAYS


def _totals(series: Sequence[float | None]) -> WeekTotals:
    return WeekTotals(_rounded(weekly_load(series)), _rounded(week_change(series)))


def _without_ratios(figures: LoadFigures) -> LoadFigures:
    return LoadFigures(
        figures.acute_7d, figures.week_change_percent, figures.monotony, figures.strain, None, None, None
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, LOAD_DIGITS)
