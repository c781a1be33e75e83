"""Findings by domain (load, hip, knee, ankle, mind): points, never a diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.guidance.domain.ratio import SLACK, exceeds
from app.outcomes.domain.strength import AGE_MAX_YEARS, hip_expected
from app.outcomes.domain.strict import flag, number, record, refusal, whole

POSITIVE_POINTS = 2  # points that make a domain positive (E)
STRONG, WEAK = 2, 1  # points of a measured finding and of an observed one (E)
SPIKE_MAX = 1.10  # ratio of a run to the longest before it (frandsen2025)
WEEK_MAX = 1.30  # ratio of a week to the one before (nielsen2014)
LSI_MIN = 90  # percent of the other leg (hop_lsi90)
KNEE_TO_WALL_MIN_CM = 9  # cm (E)
KNEE_TO_WALL_SIDES_MAX_CM = 1.5  # cm between the sides (chisholm2012)
FOOT_POSTURE_MIN = 6  # FPI-6 score (E)
TSK11_MIN = 24  # points (E, scaled from the long form)
PHQ2_MIN = 3  # points (E)

MECHANICAL = ("local_knee", "descending_hip", "ascending_ankle")
GRADES = ("good", "fair", "poor")

_Check = Callable[[object, str], object]


def _within(low: float, high: float) -> _Check:
    return lambda value, pointer: number(value, low, high, pointer)


def _points(low: int, high: int) -> _Check:
    return lambda value, pointer: whole(value, low, high, pointer)


def _grade(value: object, pointer: str) -> object:
    if type(value) is not str or value not in GRADES:
        raise refusal(pointer, "not_a_choice", "good, fair or poor is needed.")
    return value


_PERCENT_OR_RATIO, _CM = _within(0, 1000), _within(0, 50)
MEASURES: dict[str, _Check] = {
    "session_spike_ratio": _PERCENT_OR_RATIO,
    "week_spike_ratio": _PERCENT_OR_RATIO,
    "terrain_or_shoe_change": flag,
    "return_after_gap_without_step_down": flag,
    "hip_abd_lsi": _PERCENT_OR_RATIO,
    "hip_abd_nm_kg": _within(0, 10),
    "age": _within(0, AGE_MAX_YEARS),
    "male": flag,
    "single_leg_squat": _grade,
    "pelvic_drop": flag,
    "quad_lsi": _PERCENT_OR_RATIO,
    "quad_lag_or_poor_activation": flag,
    "pain_resisted_extension": flag,
    "ktw_affected_cm": _CM,
    "ktw_other_cm": _CM,
    "foot_turn_out_or_heel_lift": flag,
    "fpi6": _points(-12, 12),
    "tsk11": _points(11, 44),
    "phq2": _points(0, 6),
    "avoids_activity_from_fear": flag,
}


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
    taken = record(given, frozenset(), "", frozenset(MEASURES))
    return {name: MEASURES[name](value, f"/{name}") for name, value in taken.items() if value is not None}


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
            exceeds(found.get("session_spike_ratio", 0), SPIKE_MAX),
            exceeds(found.get("week_spike_ratio", 0), WEEK_MAX),
        ],
        [found.get("terrain_or_shoe_change"), found.get("return_after_gap_without_step_down")],
    )


def _hip(found: Mapping[str, Any]) -> int:
    return _scored(
        [_below(found.get("hip_abd_lsi"), LSI_MIN), _weaker_than_expected(found)],
        [found.get("single_leg_squat") == "poor", found.get("pelvic_drop")],
    )


def _knee(found: Mapping[str, Any]) -> int:
    return _scored(
        [_below(found.get("quad_lsi"), LSI_MIN)],
        [found.get("quad_lag_or_poor_activation"), found.get("pain_resisted_extension")],
    )


def _ankle(found: Mapping[str, Any]) -> int:
    return _scored(
        [_below(found.get("ktw_affected_cm"), KNEE_TO_WALL_MIN_CM), _sides_differ(found)],
        [found.get("foot_turn_out_or_heel_lift"), _reaches(found.get("fpi6"), FOOT_POSTURE_MIN)],
    )


def _mind(found: Mapping[str, Any]) -> int:
    return _scored(
        [_reaches(found.get("tsk11"), TSK11_MIN), _reaches(found.get("phq2"), PHQ2_MIN)],
        [found.get("avoids_activity_from_fear")],
    )


def _scored(measured: Sequence[bool], observed: Sequence[bool | None]) -> int:
    """Add up the points of measured findings and of observed ones."""
    return STRONG * sum(measured) + WEAK * sum(map(bool, observed))


def _reaches(value: float | None, limit: float) -> bool:
    return value is not None and value >= limit


def _below(value: float | None, limit: float) -> bool:
    return value is not None and value < limit - SLACK


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
