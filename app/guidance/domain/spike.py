"""One run beside the longest of the 30 days before it, in the classes of frandsen2025."""

from __future__ import annotations

from dataclasses import dataclass

from app.guidance.domain.history import DISTANCE_MAX_KM
from app.guidance.domain.ratio import RATIO_DIGITS, exceeds, quotient
from app.outcomes.domain.strict import amount

# Highest ratio of each class (frandsen2025).
CLASS_MAX = (("reference", 1.10), ("small", 1.30), ("moderate", 2.00))


@dataclass(frozen=True, slots=True)
class Spike:
    """How far a run went beyond the longest; undefined without one."""

    ratio: float | None
    name: str


def spike(distance_km: object, longest_prev_30d_km: object) -> Spike:
    """Classify one run in km; None as the longest means there was no run in 30 days."""
    distance = amount(distance_km, DISTANCE_MAX_KM, "/distance_km")
    if longest_prev_30d_km is None:
        return Spike(None, "undefined")
    ratio = quotient(distance, amount(longest_prev_30d_km, DISTANCE_MAX_KM, "/longest_prev_30d_km"))
    return Spike(None, "undefined") if ratio is None else Spike(round(ratio, RATIO_DIGITS), _class_of(ratio))


def _class_of(ratio: float) -> str:
    return next((name for name, highest in CLASS_MAX if not exceeds(ratio, highest)), "large")
