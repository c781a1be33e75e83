"""Figures of daily load: week, change, monotony, strain and acute to chronic ratios; shown, never used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from statistics import stdev

from app.guidance.domain.ratio import quotient
from app.guidance.domain.ruleset.numbers import (
    FOUR_WEEKS_DAYS,
    IMPUTED_DAYS_MAX,
    LOAD_DIGITS,
    SERIES_DAYS_MAX,
    SHORT_RATIO_DIGITS,
    WEEK_DAYS,
    ZEROED_DAYS_MAX,
)
from app.guidance.domain.ruleset.numbers import (
    LOAD_MAX as LOAD_MAX,
)
from app.outcomes.domain.strict import number, rows

Series = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """Figures at the last day of a series; None where they mean nothing."""

    acute_7d: float | None
    week_change_percent: float | None
    monotony: float | None
    strain: float | None
    acwr_coupled: float | None
    acwr_uncoupled: float | None
    acwr_ewma: float | None


def load_figures(series: object) -> LoadFigures:
    """Work out all figures from daily loads, oldest first, None for an unknown day.

    Sources: foster2001 (monotony, strain), williams2017_ewma, lolli2019a (why no ratio decides).
    """
    days = [_day(load, place) for place, load in enumerate(rows(series, SERIES_DAYS_MAX, "/series"))]
    acute = weekly_load(days)
    monotony = _monotony(days)
    strain = None if acute is None or monotony is None else acute * monotony
    return LoadFigures(
        acute_7d=_rounded(acute, LOAD_DIGITS),
        week_change_percent=_rounded(week_change(days), LOAD_DIGITS),
        monotony=_rounded(monotony, SHORT_RATIO_DIGITS),
        strain=_rounded(strain, LOAD_DIGITS),
        acwr_coupled=_rounded(_coupled(days), SHORT_RATIO_DIGITS),
        acwr_uncoupled=_rounded(_uncoupled(days), SHORT_RATIO_DIGITS),
        acwr_ewma=_rounded(_ewma_ratio(days), SHORT_RATIO_DIGITS),
    )


def weekly_load(days: Series) -> float | None:
    """Add up the last 7 days; up to 2 unknown ones take the mean of the others."""
    week = days[-WEEK_DAYS:]
    known = [load for load in week if load is not None]
    if len(week) < WEEK_DAYS or len(known) < WEEK_DAYS - IMPUTED_DAYS_MAX:
        return None
    return fsum(known) * WEEK_DAYS / len(known)


def _day(load: object, place: int) -> float | None:
    return None if load is None else number(load, 0, LOAD_MAX, f"/series/{place}")


def _complete(days: Series, count: int) -> list[float] | None:
    """Return the last so many days if every one is known."""
    known = [load for load in days[-count:] if load is not None]
    return known if len(known) == count else None


def week_change(days: Series) -> float | None:
    """Return the change of the last 7 days to the 7 before in percent; None with any unknown day, or nothing before."""
    both = _complete(days, 2 * WEEK_DAYS)
    if both is None:
        return None
    ratio = quotient(fsum(both[WEEK_DAYS:]), fsum(both[:WEEK_DAYS]))
    return None if ratio is None else 100 * (ratio - 1)


def _monotony(days: Series) -> float | None:
    week = _complete(days, WEEK_DAYS)
    if week is None or max(week) == min(week):
        return None
    return quotient(fsum(week) / WEEK_DAYS, stdev(week))


def _filled(days: Series) -> list[float] | None:
    """Return the series with unknown days as 0, if the last four weeks have few of them."""
    window = days[-FOUR_WEEKS_DAYS:]
    if len(window) < FOUR_WEEKS_DAYS or window.count(None) > ZEROED_DAYS_MAX:
        return None
    return [load or 0.0 for load in days]


def _coupled(days: Series) -> float | None:
    filled = _filled(days)
    if filled is None:
        return None
    chronic = fsum(filled[-FOUR_WEEKS_DAYS:]) / (FOUR_WEEKS_DAYS / WEEK_DAYS)
    return quotient(fsum(filled[-WEEK_DAYS:]), chronic)


def _uncoupled(days: Series) -> float | None:
    filled = _filled(days)
    if filled is None:
        return None
    earlier = fsum(filled[-FOUR_WEEKS_DAYS:-WEEK_DAYS]) / (FOUR_WEEKS_DAYS / WEEK_DAYS - 1)
    return quotient(fsum(filled[-WEEK_DAYS:]), earlier)


def _ewma_ratio(days: Series) -> float | None:
    filled = _filled(days)
    return None if filled is None else quotient(_ewma(filled, WEEK_DAYS), _ewma(filled, FOUR_WEEKS_DAYS))


def _ewma(loads: Sequence[float], span_days: int) -> float:
    """Smooth the loads from the first day on; the weight of a day is 2 / (span + 1)."""
    weight = 2 / (span_days + 1)
    mean = loads[0]
    for load in loads[1:]:
        mean = weight * load + (1 - weight) * mean
    return mean


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
