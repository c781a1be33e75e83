"""Compare and round loads so that binary fractions never decide about a knee."""

from __future__ import annotations

import math

from app.guidance.domain.ruleset.numbers import NRS_DIGITS, RATIO_BEYOND, SLACK


def quotient(part: float, whole: float) -> float | None:
    """Divide two loads of 0 or more; None where there is nothing to divide by."""
    return min(part / whole, RATIO_BEYOND) if whole > 0 else None


def exceeds(value: float, limit: float) -> bool:
    """Is the value above the limit by more than float noise?"""
    return value > limit + SLACK


def falls_short(value: float, limit: float) -> bool:
    """Is the value below the limit by more than float noise?"""
    return value < limit - SLACK


def nrs_difference(later: float, earlier: float) -> float:
    """Return by how many points pain rose, free of float noise."""
    return round(later - earlier, NRS_DIGITS)


def round_down_to_tenth(load: float) -> float:
    """Cut a cap (km or min) down to 0.1; a hair below a tenth is that tenth."""
    tenths = load * 10
    return math.floor(tenths + SLACK * max(1.0, tenths)) / 10
