"""What a series of scores shows: changes that matter, and those that nobody can tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.kernel.ids import new_id
from app.logbook.domain import Side
from app.outcomes.domain.instruments import INSTRUMENTS
from app.outcomes.domain.progress import Change, Point, Towards, change_of
from app.outcomes.domain.severity import Severity, severity, worst
from app.outcomes.domain.symmetry import (
    BesideExpected,
    Difference,
    Leg,
    Symmetry,
    beside_expected,
    difference,
    symmetry,
)
from app.outcomes.domain.words import ClinicalTest, Sex

DAY = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOP, HIP = ClinicalTest.SINGLE_LEG_HOP, ClinicalTest.HIP_ABDUCTION_STRENGTH


def points(*scores: float | None, **changes: Any) -> list[Point]:
    """Return one point a week."""
    return [
        Point(new_id(), DAY + timedelta(weeks=n), (DAY + timedelta(weeks=n)).date(), score, **changes)
        for n, score in enumerate(scores)
    ]


def change(instrument: str, *scores: float | None) -> Change:
    """Return what has changed in a series of these scores."""
    return change_of(INSTRUMENTS[instrument], points(*scores))


@pytest.mark.parametrize(
    ("instrument", "scores", "met", "towards"),
    [
        ("nrs_worst", (6, 4), True, Towards.BETTER),
        ("nrs_worst", (4, 6), True, Towards.WORSE),
        ("nrs_worst", (4.1, 2.2), False, Towards.BETTER),
        ("akps", (70, 78), False, Towards.BETTER),
        ("akps", (70, 80), True, Towards.BETTER),
        ("akps", (80, 70), True, Towards.WORSE),
        ("koos_pf", (54, 70), False, Towards.BETTER),
        ("koos_pf", (54.1, 70.5), True, Towards.BETTER),
        ("lefs", (50, 58), False, Towards.BETTER),
        ("lefs", (50, 59), True, Towards.BETTER),
        ("tsk11", (28, 24), True, Towards.BETTER),
        ("tsk11", (28, 25), False, Towards.BETTER),
        ("psfs", (4, 4), False, Towards.SAME),
        ("knee_to_wall", (8, 9), True, Towards.BETTER),
        ("knee_to_wall", (8, 8.9), False, Towards.BETTER),
    ],
)
def test_a_change_is_important_from_the_size_that_the_sources_give(
    instrument: str, scores: tuple[float, float], met: bool, towards: Towards
) -> None:
    found = change(instrument, *scores)
    assert (found.is_important, found.towards) == (met, towards)


def test_the_change_is_from_the_first_to_the_newest_score_that_counts() -> None:
    assert change("akps", 60, None, 90, 75).change == 15
    assert change("akps", None, 60, 75, None).change == 15


def test_one_score_or_none_is_no_change() -> None:
    assert change("akps", 60).because == "one_score"
    assert change("akps", None, 60, None).because == "one_score"
    assert change("akps", None).because == "no_score"
    assert change("akps").is_important is None


def test_a_score_whose_clock_ran_ahead_never_makes_progress() -> None:
    ahead = [*points(60), *points(100, is_ahead=True)]
    assert change_of(INSTRUMENTS["akps"], ahead).because == "one_score"


def test_the_global_change_is_a_change_by_itself() -> None:
    assert change("global_change", 2) == Change(2, Towards.BETTER, True)
    assert change("global_change", 4, -1) == Change(-1, Towards.WORSE, False)
    assert change("global_change", 4, -2) == Change(-2, Towards.WORSE, True)


def test_a_psfs_of_other_activities_is_not_compared() -> None:
    told = [*points(3, about=("stairs",)), *points(8, about=("running",))]
    assert change_of(INSTRUMENTS["psfs"], told).because == "activities_differ"


@pytest.mark.parametrize(
    ("first", "newest", "met", "towards"),
    [
        ((4, "poor"), (3, "medium"), True, Towards.BETTER),
        ((3, "medium"), (2, "medium"), False, Towards.BETTER),
        ((1, "good"), (2, "medium"), True, Towards.WORSE),
    ],
)
def test_a_step_down_has_changed_when_its_grade_has(
    first: tuple[float, str], newest: tuple[float, str], met: bool, towards: Towards
) -> None:
    told = [*points(first[0], grade=first[1]), *points(newest[0], grade=newest[1])]
    found = change_of(INSTRUMENTS["lateral_step_down"], told)
    assert (found.is_important, found.towards) == (met, towards)


def test_a_measure_without_a_known_important_change_does_not_claim_one() -> None:
    found = change("single_leg_hop", 100, 130)
    assert (found.change, found.towards, found.is_important) == (30, Towards.BETTER, None)
    assert change("foot_posture", 2, 6).towards is None


# Legs


def legs(left: float, right: float, days_apart: int = 0, *, sore: str = "left") -> Symmetry:
    """Return how two hops compare."""
    day = DAY.date()
    sides = frozenset(Side(side) for side in sore.split())
    return symmetry(HOP, None, Leg(left, day), Leg(right, day - timedelta(days=days_apart)), sides)


def test_the_sore_leg_is_compared_with_the_other() -> None:
    assert (legs(108, 126).lsi_percent, legs(108, 126).is_below_limit) == (85.7, True)
    assert legs(126, 108, sore="right").lsi_percent == 85.7
    assert legs(90, 100).is_below_limit is False
    assert legs(89.9, 100).is_below_limit is True


def test_symmetry_misleads_when_both_knees_are_sore() -> None:
    found = legs(108, 126, sore="left right")
    assert (found.lsi_percent, found.is_below_limit, found.caution) == (None, None, "both_knees_sore")


def test_nobody_can_say_which_leg_lags_when_no_sore_knee_is_known() -> None:
    assert (legs(108, 126, sore="").lsi_percent, legs(108, 126, sore="").caution) == (None, "sore_side_unknown")


def test_legs_that_were_measured_far_apart_are_not_compared() -> None:
    assert legs(108, 126, 14).lsi_percent == 85.7
    assert (legs(108, 126, 15).lsi_percent, legs(108, 126, 15).caution) == (None, "measured_far_apart")


def test_a_leg_that_could_not_hop_is_no_measure_for_the_other() -> None:
    assert (legs(108, 0).lsi_percent, legs(108, 0).caution) == (None, "other_leg_zero")


def test_the_ankles_differ_from_more_than_one_and_a_half_centimetres_on() -> None:
    day = DAY.date()
    far = difference(Leg(9, day), Leg(10.6, day))
    near = difference(Leg(9, day), Leg(10.5, day))
    assert far is not None
    assert near is not None
    assert (far.is_above_limit, near.is_above_limit) == (True, False)
    assert difference(Leg(9, day), Leg(10, day - timedelta(days=15))) is None


@pytest.mark.parametrize(
    ("value", "age", "sex", "expected", "below"),
    [
        (1.312, 30, Sex.MALE, 1.665, False),
        (1.311, 30, Sex.MALE, 1.665, False),
        (1.310, 30, Sex.MALE, 1.665, True),
        (1.021, 45, Sex.FEMALE, 1.375, False),
        (1.020, 45, Sex.FEMALE, 1.375, True),
    ],
)
def test_a_hip_is_weak_below_one_standard_deviation_under_what_is_expected(
    value: float, age: int, sex: Sex, expected: float, below: bool
) -> None:
    found = beside_expected(Side.LEFT, value, age, sex)
    assert (found.expected, found.is_below) == (expected, below)


# Severity


@pytest.mark.parametrize(
    ("pain", "expected"),
    [
        (0, Severity.MILD),
        (3, Severity.MILD),
        (3.1, Severity.MODERATE),
        (6, Severity.MODERATE),
        (6.1, Severity.SEVERE),
        (10, Severity.SEVERE),
    ],
)
def test_severity_follows_the_worst_pain(pain: float, expected: Severity) -> None:
    assert severity(pain) is expected


def test_pain_that_nobody_told_of_is_not_mild() -> None:
    assert severity(worst([])) is None
    assert severity(worst([0, 0])) is Severity.MILD


@pytest.mark.parametrize(
    ("sore", "caution"), [("left", None), ("left right", "both_knees_sore"), ("", "sore_side_unknown")]
)
def test_a_comparison_keeps_what_was_compared(sore: str, caution: str | None) -> None:
    day, sides = DAY.date(), frozenset(Side(side) for side in sore.split())
    left, right = Leg(90, day), Leg(100, day)
    found = symmetry(HIP, "eccentric", left, right, sides)
    told = (Side.LEFT, 90.0, False) if caution is None else (None, None, None)
    assert found == Symmetry(HIP, "eccentric", left, right, *told, caution)


def test_a_difference_and_a_strength_beside_the_expected_keep_what_they_saw() -> None:
    day = DAY.date()
    assert difference(Leg(9, day), Leg(10.6, day - timedelta(days=14))) == Difference(
        ClinicalTest.KNEE_TO_WALL, 1.6, True
    )
    assert beside_expected(Side.LEFT, 1.0, 30, Sex.MALE) == BesideExpected(
        Side.LEFT, 1.0, 1.665, 0.354, True, 30, Sex.MALE
    )


def test_a_first_or_newest_score_of_nothing_is_a_score() -> None:
    assert change("nrs_worst", 4, 0).change == -4
    assert change("nrs_worst", 0, 4).change == 4
    assert change("global_change", 0) == Change(0, Towards.SAME, False)
