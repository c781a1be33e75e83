"""The numbers the rules turn on: each with its unit, its meaning, its source and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from app.guidance.domain.presets import PRESETS
from app.kernel.errors import FieldFault, Invalid
from app.outcomes.domain.strict import is_number, refusal


class PolicyError(Invalid):
    """A policy nobody may set: unknown preset or key, or a number outside its limits."""

    code = "PolicyError"
    title = "The policy is not valid"


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
class Policy:
    """One complete pain rule; refuses to exist with a number outside its limits.

    Raises InputError for a wrong type or a number that is not finite, PolicyError for the rest.
    Sources are keys of the references, E an engineering choice with no study behind it.
    """

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

    def __post_init__(self) -> None:
        for name, setting in SETTINGS.items():
            _check(name, getattr(self, name), setting)
        ordered = 0 <= self.progress_max <= self.acceptable_max <= self.high_max < self.pause_min <= 10
        if not ordered:
            raise _policy_error("acceptable_max", "not_in_order", "The pain limits must rise from 0 to 10.")

    def within(self, score: float, limit: float) -> bool:
        """Is a score inside the band that ends at this limit?"""
        return 0 <= score <= limit if self.upper_inclusive else 0 <= score < limit


SETTINGS: dict[str, Setting] = {item.name: item.metadata["setting"] for item in fields(Policy)}


def resolve_policy(preset: object, overrides: Mapping[str, object]) -> Policy:
    """Return the complete policy of a preset with a therapist's own numbers put in.

    Raises PolicyError for an unknown preset or key and for numbers outside their limits,
    InputError for a wrong type.
    """
    if not isinstance(preset, str) or preset not in _RESOLVED:
        raise PolicyError("No such preset.", faults=[FieldFault("/preset", "unknown_preset")])
    for key in overrides:
        if key not in SETTINGS:
            raise PolicyError("No such key.", faults=[FieldFault("/policy_overrides", "unknown_key")])
    chosen: dict[str, Any] = {key: _tidy(value, SETTINGS[key]) for key, value in overrides.items()}
    return replace(_RESOLVED[preset], **chosen) if chosen else _RESOLVED[preset]


def _tidy(value: object, setting: Setting) -> object:
    """Write a whole number as one, so that 2.0 days are 2 days everywhere after."""
    return int(value) if setting.whole and isinstance(value, float) and value.is_integer() else value


def _check(name: str, value: object, setting: Setting) -> None:
    if value is None and setting.nullable:
        return
    if setting.unit == "flag" or setting.choices:
        _check_word(name, value, setting)
    else:
        _check_number(name, value, setting)


def _check_word(name: str, value: object, setting: Setting) -> None:
    if type(value) is not (str if setting.choices else bool):
        raise refusal(f"/policy_overrides/{name}", "wrong_type", "This setting is of another type.")
    if setting.choices and value not in setting.choices:
        raise _policy_error(name, "not_a_choice", "This setting has no such choice.")


def _check_number(name: str, value: object, setting: Setting) -> None:
    if not is_number(value):
        raise refusal(f"/policy_overrides/{name}", "not_a_number", "A finite number is needed.")
    assert isinstance(value, int | float)
    if not setting.low <= value <= setting.high:
        raise _policy_error(name, "out_of_range", f"From {setting.low} to {setting.high}.")
    if setting.whole and value != int(value):
        raise _policy_error(name, "not_whole", "A whole number is needed.")


def _preset(differences: Mapping[str, Any]) -> Policy:
    return Policy(**differences)


def _policy_error(name: str, code: str, detail: str) -> PolicyError:
    return PolicyError(detail, faults=[FieldFault(f"/policy_overrides/{name}", code, detail)])


_RESOLVED = {name: _preset(differences) for name, differences in PRESETS.items()}
