"""How far the next run and the next week may go, in the one known unit of load."""

from __future__ import annotations

from dataclasses import dataclass

from app.guidance.domain.decision import Decision
from app.guidance.domain.facts import Facts
from app.guidance.domain.finding import Finding
from app.guidance.domain.history import RunnerHistory
from app.guidance.domain.policy import Policy
from app.guidance.domain.ratio import exceeds, round_down_to_tenth
from app.guidance.domain.volume import KM, Volume


@dataclass(frozen=True, slots=True)
class Caps:
    """Longest next run and largest week in `unit` (km or min), rounded down to 0.1; None is not known."""

    unit: str | None
    session: float | None
    week: float | None

    def in_unit(self, unit: str) -> tuple[float | None, float | None]:
        """Return both caps if they are in this unit, else nothing."""
        return (self.session, self.week) if self.unit == unit else (None, None)


def cap(leading: Finding, facts: Facts, policy: Policy) -> Caps:
    """Work out both caps from the leading finding."""
    volume = facts.volume
    if volume.unit is None:
        return Caps(None, None, None)
    if leading.decision is Decision.PAUSE_AND_REFER:
        return Caps(volume.unit, 0.0, 0.0)
    session = _session(leading, facts, policy)
    week = _times(volume.usual_week(), _factor(leading))
    return Caps(volume.unit, _rounded(session), _rounded(week))


def planned_fits(caps: Caps, history: RunnerHistory) -> bool | None:
    """Is the planned run within the cap? None if either is not known in the unit of the cap."""
    planned = history.planned_next_km if caps.unit == KM else history.planned_next_min
    if planned is None or caps.session is None:
        return None
    return not exceeds(planned, caps.session)


def _session(leading: Finding, facts: Facts, policy: Policy) -> float | None:
    if leading.decision is Decision.PROGRESS:
        return _times(facts.volume.longest, policy.session_spike_ratio)
    if leading.decision is Decision.HOLD:
        return facts.volume.longest
    return _times(_last_or_mean(facts.volume, facts.gap_days, policy), _factor(leading))


def _last_or_mean(volume: Volume, gap_days: int | None, policy: Policy) -> float | None:
    """Return the last run, or after a break the mean run of the four weeks up to it."""
    after_break = gap_days is not None and gap_days >= policy.gap_reduce_days
    return volume.mean_before_break if after_break else volume.last


def _factor(leading: Finding) -> float:
    return (100 + leading.change_percent) / 100


def _times(load: float | None, factor: float) -> float | None:
    return None if load is None else load * factor


def _rounded(load: float | None) -> float | None:
    return None if load is None else round_down_to_tenth(load)
