"""Hip first: while loaded bending is poorly tolerated, the hip is worked twice as much and the knee spared.

CLINICAL 5.1; droracle_2025 quoting neal2024, dolak2011, ferber2015.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.guidance.domain.criterion import Criterion, above, at_most, below, is_one_of
from app.guidance.domain.irritability import irritability
from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset.numbers import (
    BEND_MIN_DEG,
    HIGH_SIGNS,
    OFF_SQUAT_60_MAX,
    SIGN_SETTLE_ABOVE_HOURS,
    SIGN_WORST_MIN,
)
from app.library.domain.catalogue import Exercise
from app.library.domain.words import Group, PfjLoad, WeightBearing

SOURCES = ("droracle_2025", "dolak2011", "ferber2015")
_ON_THE_FEET = frozenset({WeightBearing.SINGLE, WeightBearing.DOUBLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class HipFirstFacts:
    """What is known of how the knee bears bending under load; None is not known."""

    irritability: str | None = None
    squat_45_pain: float | None = None
    tolerated_loaded_bend_deg: float | None = None
    squat_60_pain: float | None = None


@dataclass(frozen=True, slots=True)
class HipFirst:
    """Is the rule on, and why: the three conditions, and what turns it off again."""

    on: bool
    conditions: tuple[Criterion, ...]
    off: Criterion


def hip_first(facts: HipFirstFacts, policy: Policy, was_on: bool = False) -> HipFirst:
    """Is loaded bending poorly tolerated? Once it was, only a squat to 60 degrees at 2 or less ends it."""
    conditions = (
        is_one_of("irritability", facts.irritability, ("high",)),
        above("squat_45_pain", facts.squat_45_pain, policy.acceptable_max, *SOURCES),
        below("tolerated_loaded_bend_deg", facts.tolerated_loaded_bend_deg, BEND_MIN_DEG, *SOURCES),
    )
    off = at_most("squat_60_pain", facts.squat_60_pain, OFF_SQUAT_60_MAX)
    on = any(one.is_met for one in conditions) or (was_on and not off.is_met)
    return HipFirst(on, conditions, off)


def hip_first_along(told: Iterable[HipFirstFacts], policy: Policy) -> list[HipFirst]:
    """Return how the rule stands before anything was told, and after each telling, the oldest first."""
    found = [hip_first(HipFirstFacts(), policy)]
    known: dict[tuple[HipFirstFacts, bool], HipFirst] = {}  # most days tell nothing new
    before: HipFirstFacts | None = None
    for facts in told:
        if facts is before:  # told once more, it stands as it did
            found.append(found[-1])
            continue
        before, asked = facts, (facts, found[-1].on)
        if asked not in known:
            known[asked] = hip_first(facts, policy, found[-1].on)
        found.append(known[asked])
    return found


def hidden_because(exercise: Exercise) -> tuple[str, ...]:
    """Return why an exercise is left out while the rule is on; empty for one that stays."""
    reasons = []
    if exercise.pfj_load is not PfjLoad.LOW:
        reasons.append("pfj_load")
    if exercise.weight_bearing in _ON_THE_FEET and exercise.peak_knee_flexion_deg > BEND_MIN_DEG:
        reasons.append("loaded_bend")
    return tuple(reasons)


def hip_and_knee(groups: Iterable[Group]) -> tuple[int, int]:
    """Return how many exercises are for the hip and how many for the knee."""
    listed = list(groups)
    return listed.count(Group.HIP_ABDUCTOR_EXTERNAL_ROTATOR), listed.count(Group.VMO_QUADRICEPS)


def known_irritability(
    worst: float | None, settle_hours: float | None, low_load_provokes: bool | None, rest_or_night_pain: bool | None
) -> str | None:
    """Return how easily the knee is stirred up, as far as is known: high by two known signs, else None with a gap."""
    signs = [
        worst is not None and worst >= SIGN_WORST_MIN,
        settle_hours is not None and settle_hours > SIGN_SETTLE_ABOVE_HOURS,
        bool(low_load_provokes),
        bool(rest_or_night_pain),
    ]
    if sum(signs) >= HIGH_SIGNS:
        return "high"
    if worst is None or settle_hours is None or low_load_provokes is None or rest_or_night_pain is None:
        return None
    return irritability(worst, settle_hours, low_load_provokes, rest_or_night_pain)
