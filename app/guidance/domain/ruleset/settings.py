"""The numbers of the rules that a therapist may set, as the usual policy has them: each with unit, meaning and source.

E is an engineering choice with no study behind it; all other sources are keys of the references. The limits say how
far a number may be set. Published pain rules that differ from it stand in presets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Setting:
    """What one number of the policy means, where it comes from and how far it may go."""

    unit: str
    meaning: str
    source: str
    low: float = 0
    high: float = 10
    whole: bool = False
    nullable: bool = False
    choices: tuple[str, ...] = ()


def _setting(default: object, unit: str, meaning: str, source: str, **limits: Any) -> Any:
    return field(default=default, metadata={"setting": Setting(unit, meaning, source, **limits)})


def _days(default: int, low: int, high: int, meaning: str, source: str) -> Any:
    return _setting(default, "days", meaning, source, low=low, high=high, whole=True)


def _cut(default: int, meaning: str, source: str) -> Any:
    return _setting(default, "percent of the load", meaning, source, low=-100, high=0)


@dataclass(frozen=True, slots=True)
class Settings:
    """One complete pain rule, in numbers; what they begin with is the usual policy."""

    progress_max: float = _setting(2.0, "NRS", "highest pain in a run that still adds load", "trek_pfp_runners")
    acceptable_max: float = _setting(3.0, "NRS", "highest pain in a run that is accepted", "acupuncture_pfps_page")
    high_max: float = _setting(5.0, "NRS", "above it, rest first", "E")
    pause_min: float = _setting(8.0, "NRS", "from it on, stop and be seen", "E")
    upper_inclusive: bool = _setting(True, "flag", "a score at a limit is inside it", "vincent2017")
    after_window_min: float = _setting(
        60, "minutes", "when pain after a run is asked", "esculier2018", low=1, high=1440
    )
    after_tolerance: float | None = _setting(1.0, "NRS", "rise after a run that is accepted", "E", nullable=True)
    after_abs_max: float | None = _setting(None, "NRS", "highest pain after a run that is accepted", "E", nullable=True)
    after_action: str = _setting(
        "hold",
        "decision",
        "what unsettled pain after a run means",
        "esculier2018",
        choices=("hold", "reduce"),
    )
    after_required: bool = _setting(False, "flag", "no progress without pain after the run", "esculier2018")
    morning_tolerance: float = _setting(1.0, "NRS", "rise next morning that is accepted", "piva2009")
    morning_large: float = _setting(3.0, "NRS", "rise next morning that is a flare", "E")
    trend_tolerance: float = _setting(0.5, "NRS", "rise of the weekly mean that is accepted", "E")
    trend_large: float = _setting(1.5, "NRS", "rise of the weekly mean that cuts load", "E")
    trend_min_points: int = _setting(2, "days", "days with pain needed in each week", "E", low=1, high=7, whole=True)
    repeat_window_days: int = _days(28, 7, 365, "how far back over and clean runs are counted", "E")
    progress_after_clean: int = _setting(
        2, "runs", "clean runs in a row before load is added", "crowell2023", low=2, high=20, whole=True
    )
    progress_pct: float = _setting(10, "percent of the load", "added to the week", "buist2008", high=30)
    cycle_progress_pct: float = _setting(
        5, "percent of the load", "added to the week after a confirmed cycle", "E", high=30
    )
    reduce_pct: float = _cut(-20, "one level down", "trek_pfp_runners")
    reduce_more_pct: float = _cut(-30, "two signals at once, or twice in a row", "trek_pfp_runners")
    rest_pct: float = _cut(-40, "after a rest for a flare", "trek_pfp_runners")
    rest_more_pct: float = _cut(-50, "after a third over run in a row", "E")
    gap_reduce_pct: float = _cut(-40, "after a break", "E")
    gap_restart_pct: float = _cut(-60, "after a long break", "E")
    rest_days: int = _days(2, 0, 28, "rest after a flare", "soreness_rules")
    rest_days_more: int = _days(3, 0, 28, "rest after a third over run in a row", "E")
    lookback_days: int = _days(30, 7, 90, "how far back the longest run is looked for", "frandsen2025")
    session_spike_ratio: float = _setting(
        1.10, "ratio", "longest step beyond the longest run", "frandsen2025", low=1, high=2
    )
    week_spike_ratio: float = _setting(
        1.30, "ratio", "largest step beyond the week before", "nielsen2014", low=1, high=3
    )
    gap_hold_days: int = _days(7, 1, 14, "days off that stop progress", "E")
    gap_reduce_days: int = _days(14, 1, 28, "days off that cut the load", "E")
    gap_restart_days: int = _days(28, 1, 56, "days off that go back to the ladder", "E")
    cadence_ceiling: float = _setting(
        170, "steps per minute", "above it no advice to step faster", "lenhart2014", low=60, high=260
    )
