"""How the knees bear bending under load, by the newest test of each bend and side; of two sides the worse counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.outcomes.domain.words import ClinicalTest

BENDING_TESTS = (ClinicalTest.SQUAT_PAIN, ClinicalTest.LOADED_BEND)


@dataclass(frozen=True, slots=True)
class Bending:
    """Pain of a squat (NRS) by its bend in degrees, and the loaded bend that is borne, degrees; None is not known."""

    squat_pain: Mapping[int, float]
    tolerated_bend_deg: float | None


def bending_of(tests: Iterable[tuple[str, int | None, float]]) -> Bending:
    """Return what newest tests tell: which test, to which bend in degrees (None: not told), and its value."""
    pains: dict[int, float] = {}
    borne: list[float] = []
    for test, bend, value in tests:
        if test == ClinicalTest.LOADED_BEND:
            borne.append(value)
        elif bend is not None:
            pains[bend] = max(value, pains.get(bend, value))
    return Bending(pains, min(borne, default=None))
