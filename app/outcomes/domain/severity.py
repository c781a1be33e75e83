"""How severe the pain is, from the worst of seven days."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

WINDOW_DAYS = 7  # days whose worst pain counts (CLINICAL 5.1)
MILD_MAX = 3.0  # NRS, highest that is mild (E, CLINICAL 5.1)
MODERATE_MAX = 6.0  # NRS, highest that is moderate (E, CLINICAL 5.1)


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
