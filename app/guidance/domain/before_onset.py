"""What was run before the pain began: spikes of single runs and of weeks, and returns from a break (CLINICAL 5.4).

Only what is known is said: a week with a run of unknown length is not compared, and nothing is said without an onset.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum

from app.guidance.domain.load_summary import run_spike
from app.guidance.domain.policy import USUAL_POLICY
from app.guidance.domain.ratio import exceeds, quotient
from app.guidance.domain.ruleset.numbers import (
    FOUR_WEEKS_DAYS,
    LOG_FOR_WEEK_RATIO_DAYS,
    ONSET_DAYS,
    RATIO_DIGITS,
    WEEK_DAYS,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of a day; the distance in km, None where it is not known."""

    on: date
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class BeforeOnset:
    """The largest ratios of the 30 days up to the onset, and whether a return was taken too fast; None is not known."""

    session_spike_ratio: float | None = None
    week_spike_ratio: float | None = None
    return_after_gap_without_step_down: bool | None = None


def before_onset(runs: Sequence[PastRun], onset: date, declared_longest_km: float | None) -> BeforeOnset:
    """Return what the runs up to the onset show; the day of the onset counts: often pain begins in the run itself."""
    past = sorted((run for run in runs if run.on <= onset), key=lambda run: run.on)
    first = onset - ONSET_DAYS * _DAY
    recent = [run for run in past if run.on >= first]
    return BeforeOnset(
        _largest([_session_ratio(run, past, declared_longest_km) for run in recent]),
        _largest([_week_ratio(past, onset - back * _DAY) for back in range(ONSET_DAYS + 1)]),
        _returned_too_fast(past, recent),
    )


def _largest(ratios: Sequence[float | None]) -> float | None:
    return max((ratio for ratio in ratios if ratio is not None), default=None)


def _session_ratio(run: PastRun, past: Sequence[PastRun], declared_km: float | None) -> float | None:
    if run.distance_km is None:
        return None
    others = [(one.on, one.distance_km) for one in past if one.distance_km is not None]
    return run_spike(run.on, run.distance_km, others, declared_km).ratio


def _week_ratio(past: Sequence[PastRun], last: date) -> float | None:
    """Return the seven days up to one beside the seven before, as LOAD_WEEK_SPIKE takes them."""
    known = [run for run in past if run.on <= last]
    if not known or (last - known[0].on).days + 1 < LOG_FOR_WEEK_RATIO_DAYS:
        return None
    week, before = _km(known, last), _km(known, last - WEEK_DAYS * _DAY)
    if week is None or before is None:
        return None
    ratio = quotient(week, before)
    return None if ratio is None else round(ratio, RATIO_DIGITS)


def _km(runs: Sequence[PastRun], last: date) -> float | None:
    """Return the distance of the seven days up to one; None where that of a run is not known."""
    first = last - (WEEK_DAYS - 1) * _DAY
    distances = [run.distance_km for run in runs if first <= run.on <= last]
    known = [km for km in distances if km is not None]
    return fsum(known) if len(known) == len(distances) else None


def _returned_too_fast(past: Sequence[PastRun], recent: Sequence[PastRun]) -> bool | None:
    """Was any first run after a break longer than the rules of breaks allow? None where that cannot be told."""
    if not recent:
        return None
    answers = [_too_long(run, past) for run in recent]
    if any(answers):
        return True
    return None if None in answers else False


def _too_long(run: PastRun, past: Sequence[PastRun]) -> bool | None:
    """Is a run, if it is a first one after a break, beyond the share of the runs before the break that is left?"""
    earlier = [one for one in past if one.on < run.on]
    if not earlier:
        return False
    last = earlier[-1].on
    away = (run.on - last).days
    if away < USUAL_POLICY.gap_reduce_days:
        return False
    usual = [one.distance_km for one in earlier if (last - one.on).days < FOUR_WEEKS_DAYS]
    known = [km for km in usual if km is not None]
    if run.distance_km is None or len(known) < len(usual):
        return None
    long = away >= USUAL_POLICY.gap_restart_days
    cut = USUAL_POLICY.gap_restart_pct if long else USUAL_POLICY.gap_reduce_pct
    return exceeds(run.distance_km, fsum(known) / len(known) * (100 + cut) / 100)
