"""One leg beside the other, and beside what is expected; when that comparison misleads, it says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.logbook.domain import Side
from app.outcomes.domain.numbers import (
    COMPARED_WITHIN_DAYS,
    KNEE_TO_WALL_SIDES_MAX_CM,
    LSI_MIN_PERCENT,
    MEASURE_DIGITS,
)
from app.outcomes.domain.strength import hip_expected, lsi
from app.outcomes.domain.words import ClinicalTest, Sex

LSI_TESTS = frozenset(
    {ClinicalTest.HIP_ABDUCTION_STRENGTH, ClinicalTest.QUADRICEPS_STRENGTH, ClinicalTest.SINGLE_LEG_HOP}
)

BOTH_KNEES_SORE = "both_knees_sore"
SORE_SIDE_UNKNOWN = "sore_side_unknown"
MEASURED_FAR_APART = "measured_far_apart"
OTHER_LEG_ZERO = "other_leg_zero"


@dataclass(frozen=True, slots=True)
class Leg:
    """The newest value of one leg."""

    value: float
    on: date


@dataclass(frozen=True, slots=True)
class Symmetry:
    """The sore leg in percent of the other; where that would mislead it is None, and `caution` says why."""

    test: ClinicalTest
    variant: str | None
    left: Leg
    right: Leg
    sore_side: Side | None
    lsi_percent: float | None
    is_below_limit: bool | None
    caution: str | None
    limit_percent: float = LSI_MIN_PERCENT


@dataclass(frozen=True, slots=True)
class Difference:
    """How far the sides of a test lie apart, and whether that is more than measuring allows."""

    test: ClinicalTest
    difference_cm: float
    is_above_limit: bool
    limit_cm: float = KNEE_TO_WALL_SIDES_MAX_CM


@dataclass(frozen=True, slots=True)
class BesideExpected:
    """Eccentric hip abduction beside what is expected for age and sex, all in Nm/kg."""

    side: Side
    value: float
    expected: float
    sd: float
    is_below: bool
    age_years: int
    sex: Sex


def symmetry(test: ClinicalTest, variant: str | None, left: Leg, right: Leg, sore: frozenset[Side]) -> Symmetry:
    """How strong is the sore leg beside the other? With both knees sore, or none known to be, nobody can say."""
    caution = _caution(left, right, sore)
    if caution is not None:
        return Symmetry(test, variant, left, right, None, None, None, caution)
    (side,) = sore
    mine, other = (left, right) if side is Side.LEFT else (right, left)
    percent = lsi(mine.value, other.value)
    below = None if percent is None else percent < LSI_MIN_PERCENT
    return Symmetry(test, variant, left, right, side, percent, below, OTHER_LEG_ZERO if percent is None else None)


def difference(left: Leg, right: Leg) -> Difference | None:
    """Does the ankle bend further on one side? None where the sides were measured far apart."""
    if abs(left.on - right.on) > timedelta(days=COMPARED_WITHIN_DAYS):
        return None
    apart = round(abs(left.value - right.value), MEASURE_DIGITS)
    return Difference(ClinicalTest.KNEE_TO_WALL, apart, apart > KNEE_TO_WALL_SIDES_MAX_CM)


def beside_expected(side: Side, value_nm_kg: float, age_years: int, sex: Sex) -> BesideExpected:
    """Is the hip weaker than one standard deviation below what is expected? Eccentric hand-held tests only."""
    found = hip_expected(age_years, sex is Sex.MALE)
    is_below = value_nm_kg < round(found.expected - found.sd, MEASURE_DIGITS)
    return BesideExpected(side, value_nm_kg, found.expected, found.sd, is_below, age_years, sex)


def _caution(left: Leg, right: Leg, sore: frozenset[Side]) -> str | None:
    if abs(left.on - right.on) > timedelta(days=COMPARED_WITHIN_DAYS):
        return MEASURED_FAR_APART
    if len(sore) > 1:
        return BOTH_KNEES_SORE
    return None if sore else SORE_SIDE_UNKNOWN
