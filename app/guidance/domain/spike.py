"""One run beside the longest of the 30 days before it, in the classes of frandsen2025."""

from __future__ import annotations

from dataclasses import dataclass

from app.guidance.domain.policy import USUAL_POLICY
from app.guidance.domain.ratio import exceeds, quotient
from app.guidance.domain.ruleset.numbers import DISTANCE_MAX_KM, RATIO_DIGITS, SPIKE_MODERATE_MAX, SPIKE_SMALL_MAX
from app.outcomes.domain.strict import amount

CLASSES = (
    ("reference", USUAL_POLICY.session_spike_ratio),
    ("small", SPIKE_SMALL_MAX),
    ("moderate", SPIKE_MODERATE_MAX),
)
"""Each class with the highest ratio in it; beyond them all a spike is large."""


@dataclass(frozen=True, slots=True)
class Spike:
    """How far a run went beyond the longest; undefined without one."""

    ratio: float | None
    name: str


def spike(distance_km: object, longest_prev_30d_km: object) -> Spike:
    """Classify one run in km; None as the longest means there was no run in 30 days."""
    distance = amount(distance_km, DISTANCE_MAX_KM, "/distance_km")
    longest = None
    if longest_prev_30d_km is not None:
        longest = amount(longest_prev_30d_km, DISTANCE_MAX_KM, "/longest_prev_30d_km")
    ratio = None if longest is None else quotient(distance, longest)
    return Spike(None, "undefined") if ratio is None else Spike(round(ratio, RATIO_DIGITS), _class_of(ratio))


def _class_of(ratio: float) -> str:
    return next((name for name, highest in CLASSES if not exceeds(ratio, highest)), "large")
