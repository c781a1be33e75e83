"""How severe the pain is, from the worst of seven days."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from app.outcomes.domain.numbers import MILD_MAX, MODERATE_MAX


class Severity(StrEnum):
    """How severe the pain is."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


def severity(worst_of_7_days: float | None) -> Severity | None:
    """How severe is pain that was this bad at worst? Without a score nobody knows."""
    if worst_of_7_days is None:
        return None
    if worst_of_7_days <= MILD_MAX:
        return Severity.MILD
    return Severity.MODERATE if worst_of_7_days <= MODERATE_MAX else Severity.SEVERE


def worst(scores: Sequence[float]) -> float | None:
    """Return the worst of the scores; 0 is a score, and none is no score."""
    return max(scores, default=None)
