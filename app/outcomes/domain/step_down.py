"""The lateral step-down: how the rated signs add up and which quality that is."""

from __future__ import annotations

from dataclasses import dataclass

from app.outcomes.domain.strict import record, whole

SIGN_MAX = {"arms": 1, "trunk": 1, "pelvis": 1, "knee": 2, "unsteady": 1}  # points (piva2006)
GOOD_MAX = 1  # points (piva2006)
MEDIUM_MAX = 3  # points (piva2006)


@dataclass(frozen=True)
class StepDown:
    """Points 0 to 6, lower is better, and the grade they mean."""

    score: int
    grade: str


def step_down(signs: object) -> StepDown:
    """Add up the five signs; refuse a sign that is missing or beyond its points."""
    given = record(signs, frozenset(SIGN_MAX), "")
    score = sum(whole(given[sign], 0, highest, f"/{sign}") for sign, highest in SIGN_MAX.items())
    return StepDown(score, _grade(score))


def _grade(score: int) -> str:
    if score <= GOOD_MAX:
        return "good"
    return "medium" if score <= MEDIUM_MAX else "poor"
