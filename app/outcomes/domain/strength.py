"""Strength beside the other leg, and beside what is expected for age and sex."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.outcomes.domain.numbers import (
    AGE_MAX_YEARS,
    HIP_INTERCEPT_NM_KG,
    HIP_MALE_NM_KG,
    HIP_PER_YEAR_NM_KG,
    HIP_SD_NM_KG,
    MEASURE_DIGITS,
    SCORE_DIGITS,
    STRENGTH_MAX,
)
from app.outcomes.domain.strict import flag, number


@dataclass(frozen=True)
class ExpectedStrength:
    """Expected eccentric hip abduction and its standard deviation, both Nm/kg."""

    expected: float
    sd: float


def lsi(involved: object, uninvolved: object) -> float | None:
    """Return the sore leg in percent of the other; None if the other measured (almost) 0."""
    sore = number(involved, 0, STRENGTH_MAX, "/involved")
    other = number(uninvolved, 0, STRENGTH_MAX, "/uninvolved")
    percent = 100 * sore / other if other else math.inf
    return round(percent, SCORE_DIGITS) if math.isfinite(percent) else None


def hip_expected(age: object, male: object) -> ExpectedStrength:
    """Return the expected strength for an age in years; eccentric hand-held tests only."""
    years = number(age, 0, AGE_MAX_YEARS, "/age")
    extra = HIP_MALE_NM_KG if flag(male, "/male") else 0.0
    return ExpectedStrength(
        round(HIP_INTERCEPT_NM_KG + HIP_PER_YEAR_NM_KG * years + extra, MEASURE_DIGITS), HIP_SD_NM_KG
    )
