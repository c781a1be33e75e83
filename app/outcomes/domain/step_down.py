"""The lateral step-down: how the rated signs add up and which quality that is."""

from __future__ import annotations

from dataclasses import dataclass

from app.outcomes.domain.numbers import STEP_DOWN_GOOD_MAX, STEP_DOWN_MEDIUM_MAX, STEP_DOWN_SIGNS
from app.outcomes.domain.strict import record, whole


@dataclass(frozen=True)
class StepDown:
    """Points 0 to 6, lower is better, and the grade they mean."""

    score: int
    grade: str


def step_down(signs: object) -> StepDown:
    """Add up the five signs; refuse a sign that is missing or beyond its points."""
    given = record(signs, frozenset(STEP_DOWN_SIGNS), "")
    score = sum(whole(given[sign], 0, highest, f"/{sign}") for sign, highest in STEP_DOWN_SIGNS.items())
    return StepDown(score, _grade(score))


def _grade(score: int) -> str:
    if score <= STEP_DOWN_GOOD_MAX:
        return "good"
    return "medium" if score <= STEP_DOWN_MEDIUM_MAX else "poor"
