"""Findings by domain (load, hip, knee, ankle, mind): points, never a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.guidance.domain.policy import USUAL_POLICY
from app.guidance.domain.ratio import exceeds, falls_short
from app.guidance.domain.ruleset.numbers import (
    FOOT_POSTURE_MIN,
    KNEE_TO_WALL_MIN_CM,
    MEASURED_POINTS,
    OBSERVED_POINTS,
    PHQ2_MIN,
    POSITIVE_POINTS,
    RATIO_OR_PERCENT_MAX,
    TSK11_HIGH_MIN,
)
from app.outcomes.domain.numbers import (
    AGE_MAX_YEARS,
    FOOT_POSTURE_MOST,
    ITEM_WORST,
    KNEE_TO_WALL_MAX_CM,
    KNEE_TO_WALL_SIDES_MAX_CM,
    LSI_MIN_PERCENT,
    PHQ2_ITEM_WORST,
    PHQ2_ITEMS,
    TORQUE_MAX_NM_KG,
    TSK11_ITEM_LOWEST,
    TSK11_ITEMS,
)
from app.outcomes.domain.strength import hip_expected
from app.outcomes.domain.strict import flag, number, record, refusal, whole

MECHANICAL = ("local_knee", "descending_hip", "ascending_ankle")
GRADES = ("good", "fair", "poor")

RANGES: dict[str, tuple[float, float]] = {
    "session_spike_ratio": (0, RATIO_OR_PERCENT_MAX),
    "week_spike_ratio": (0, RATIO_OR_PERCENT_MAX),
    "hip_abd_lsi": (0, RATIO_OR_PERCENT_MAX),
    "hip_abd_nm_kg": (0, TORQUE_MAX_NM_KG),
    "age": (0, AGE_MAX_YEARS),
    "quad_lsi": (0, RATIO_OR_PERCENT_MAX),
    "ktw_affected_cm": (0, KNEE_TO_WALL_MAX_CM),
    "ktw_other_cm": (0, KNEE_TO_WALL_MAX_CM),
}
POINTS: dict[str, tuple[int, int]] = {
    "fpi6": (-FOOT_POSTURE_MOST, FOOT_POSTURE_MOST),
    "tsk11": (TSK11_ITEMS * TSK11_ITEM_LOWEST, TSK11_ITEMS * ITEM_WORST),
    "phq2": (0, PHQ2_ITEMS * PHQ2_ITEM_WORST),
}
MEASURES = frozenset(
    {
        *RANGES,
        *POINTS,
        "single_leg_squat",
        "terrain_or_shoe_change",
        "return_after_gap_without_step_down",
        "male",
        "pelvic_drop",
        "quad_lag_or_poor_activation",
        "pain_resisted_extension",
        "foot_turn_out_or_heel_lift",
        "avoids_activity_from_fear",
    }
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which domains stand out, which pattern that is, and where to begin; None: nowhere."""

    pattern: str
    positive: tuple[str, ...]
    address_first: str | None
    points: Mapping[str, int]


def classify(given: object) -> Pattern:
    """Add up the points of what was measured; an absent or null measure scores nothing.

    Raises InputError for an unknown key, a wrong type or a value outside the range of its measure.
    """
    found = read_measures(given)
    points = {
        "load_error": _load_error(found),
        "descending_hip": _hip(found),
        "local_knee": _knee(found),
        "ascending_ankle": _ankle(found),
        "psychosocial": _mind(found),
    }
    positive = tuple(name for name, count in points.items() if count >= POSITIVE_POINTS)
    first = max(positive, key=points.__getitem__, default=None)
    return Pattern(_pattern(positive, points), positive, first, points)


def read_measures(given: object) -> dict[str, Any]:
    """Check every measure that was taken; leave out those that were not."""
    taken = record(given, frozenset(), "", MEASURES)
    return {name: _read(name, value) for name, value in taken.items() if value is not None}


def _read(name: str, value: object) -> object:
    """Return a measure in its own kind: a number, whole points, a grade, or yes and no."""
    pointer = f"/{name}"
    if name in RANGES:
        return number(value, *RANGES[name], pointer)
    if name in POINTS:
        return whole(value, *POINTS[name], pointer)
    return _grade(value, pointer) if name == "single_leg_squat" else flag(value, pointer)


def _grade(value: object, pointer: str) -> object:
    if type(value) is not str or value not in GRADES:
        raise refusal(pointer, "not_a_choice", "good, fair or poor is needed.")
    return value


def _pattern(positive: tuple[str, ...], points: Mapping[str, int]) -> str:
    mechanical = [name for name in positive if name in MECHANICAL]
    if len(mechanical) > 1:
        return "combined"
    if mechanical:
        return mechanical[0]
    return max(positive, key=points.__getitem__, default="unclassified")


def _load_error(found: Mapping[str, Any]) -> int:
    return _scored(
        [
            exceeds(found.get("session_spike_ratio", 0), USUAL_POLICY.session_spike_ratio),
            exceeds(found.get("week_spike_ratio", 0), USUAL_POLICY.week_spike_ratio),
        ],
        [found.get("terrain_or_shoe_change"), found.get("return_after_gap_without_step_down")],
    )


def _hip(found: Mapping[str, Any]) -> int:
    return _scored(
        [_below(found.get("hip_abd_lsi"), LSI_MIN_PERCENT), _weaker_than_expected(found)],
        [found.get("single_leg_squat") == "poor", found.get("pelvic_drop")],
    )


def _knee(found: Mapping[str, Any]) -> int:
    return _scored(
        [_below(found.get("quad_lsi"), LSI_MIN_PERCENT)],
        [found.get("quad_lag_or_poor_activation"), found.get("pain_resisted_extension")],
    )


def _ankle(found: Mapping[str, Any]) -> int:
    return _scored(
        [_below(found.get("ktw_affected_cm"), KNEE_TO_WALL_MIN_CM), _sides_differ(found)],
        [found.get("foot_turn_out_or_heel_lift"), _reaches(found.get("fpi6"), FOOT_POSTURE_MIN)],
    )


def _mind(found: Mapping[str, Any]) -> int:
    return _scored(
        [_reaches(found.get("tsk11"), TSK11_HIGH_MIN), _reaches(found.get("phq2"), PHQ2_MIN)],
        [found.get("avoids_activity_from_fear")],
    )


def _scored(measured: Sequence[bool], observed: Sequence[bool | None]) -> int:
    """Add up the points of measured findings and of observed ones."""
    return MEASURED_POINTS * sum(measured) + OBSERVED_POINTS * sum(map(bool, observed))


def _reaches(value: float | None, limit: float) -> bool:
    return value is not None and value >= limit


def _below(value: float | None, limit: float) -> bool:
    return value is not None and falls_short(value, limit)


def _weaker_than_expected(found: Mapping[str, Any]) -> bool:
    """Is hip strength more than one standard deviation below what age and sex let expect?"""
    if not {"hip_abd_nm_kg", "age", "male"} <= found.keys():
        return False
    usual = hip_expected(found["age"], found["male"])
    return _below(found["hip_abd_nm_kg"], usual.expected - usual.sd)


def _sides_differ(found: Mapping[str, Any]) -> bool:
    if not {"ktw_affected_cm", "ktw_other_cm"} <= found.keys():
        return False
    return exceeds(abs(found["ktw_other_cm"] - found["ktw_affected_cm"]), KNEE_TO_WALL_SIDES_MAX_CM)
