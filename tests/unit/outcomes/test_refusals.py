"""What is refused says where, with which code and in a sentence, whatever the instrument; and 0 is never refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.logbook.domain import Side
from app.outcomes.domain.measurements import LAG, NO_LAG, check_measurement, value_of
from app.outcomes.domain.questionnaires import AKPS_OPTIONS, akps, lefs, phq2, psfs, tsk11
from app.outcomes.domain.step_down import step_down
from app.outcomes.domain.strength import hip_expected, lsi
from app.outcomes.domain.words import Contraction, Rating, Sex
from tests.unit.outcomes.test_measurements import FORCE, a_measurement
from tests.unit.refusing import refused_at

NO_SIGN = {"arms": 0, "trunk": 0, "pelvis": 0, "knee": 0, "unsteady": 0}
BEST = {item: max(options) for item, options in AKPS_OPTIONS.items()}


@pytest.mark.parametrize(
    ("refusing", "refusal"),
    [
        (lambda: akps({**BEST, "limp": 2}), ("/answers/limp", "not_an_option")),
        (lambda: akps({**BEST, "mood": 5}), ("/answers/mood", "unknown_key")),
        (lambda: lefs([5, *[4] * 19]), ("/items/0", "out_of_range")),
        (lambda: tsk11([*[1] * 10, None]), ("/items/10", "missing")),
        (lambda: phq2([0, 4]), ("/items/1", "out_of_range")),
        (lambda: phq2([0]), ("/items", "wrong_length")),
        (lambda: psfs([3, 11]), ("/items/1", "out_of_range")),
        (lambda: psfs("3"), ("/items", "not_a_list")),
        (lambda: step_down({**NO_SIGN, "knee": 3}), ("/knee", "out_of_range")),
        (lambda: step_down({**NO_SIGN, "foot": 1}), ("/foot", "unknown_key")),
        (lambda: lsi(-1, 100), ("/involved", "out_of_range")),
        (lambda: lsi(100, None), ("/uninvolved", "not_a_number")),
        (lambda: hip_expected(-1, True), ("/age", "out_of_range")),
        (lambda: hip_expected(30, "yes"), ("/male", "not_a_flag")),
    ],
    ids=lambda told: told if isinstance(told, str) else "",
)
def test_a_score_that_cannot_be_says_where(refusing: Callable[[], object], refusal: tuple[str, str]) -> None:
    assert refused_at(refusing) == [refusal]


def test_nothing_at_all_is_a_score() -> None:
    assert (lefs([0] * 20), psfs([0]), phq2([0, 0]), lsi(0, 1)) == (0, 0.0, 0, 0.0)
    assert hip_expected(0, False).expected == 1.6


@pytest.mark.parametrize(("items", "score"), [([3, 3], 6), ([1, 2], 3), ([0, None], None), ([None, None], None)])
def test_phq2_is_the_sum_of_two(items: list[int | None], score: int | None) -> None:
    assert phq2(items) == score


@pytest.mark.parametrize(
    ("test", "fields", "refusal"),
    [
        ("knee_to_wall", {"distance_cm": 9.0, "pain": 0.0}, ("/pain", "not_of_this_test")),
        ("knee_to_wall", {}, ("/distance_cm", "required")),
        ("knee_to_wall", {"distance_cm": 9.0, "side": None}, ("/side", "required")),
        ("foot_in_squat", {"heel_lifts": False}, ("/foot_turns_out", "required")),
        ("hip_abduction_strength", {**FORCE, "torque_nm_kg": 1.0}, ("/torque_nm_kg", "one_of")),
        ("hip_abduction_strength", {"contraction": Contraction.ISOMETRIC}, ("/force_n", "required")),
        ("hip_abduction_strength", {**FORCE, "force_n": 1750.2}, ("/force_n", "out_of_range")),
        ("hip_abduction_strength", {**FORCE, "sex": Sex.MALE}, ("/age_years", "required")),
    ],
)
def test_a_measurement_that_does_not_fit_says_where(
    test: str, fields: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert refused_at(lambda: check_measurement(a_measurement(test, **fields))) == [refusal]


@pytest.mark.parametrize(
    ("test", "fields", "value", "grade"),
    [
        ("straight_leg_raise", {"pain": 0.0, "lag": False}, 0.0, NO_LAG),
        ("straight_leg_raise", {"pain": 2.5, "lag": True}, 2.5, LAG),
        ("quadriceps_activation", {"rating": Rating.GOOD}, 0.0, "good"),
        ("quadriceps_activation", {"rating": Rating.POOR}, 2.0, "poor"),
        ("resisted_extension", {"pain": 0.0}, 0.0, None),
        ("resisted_extension", {"pain": 4.0}, 4.0, None),
        ("foot_in_squat", {"foot_turns_out": False, "heel_lifts": False}, 0.0, None),
        ("foot_in_squat", {"foot_turns_out": True, "heel_lifts": False}, 1.0, None),
        ("foot_in_squat", {"foot_turns_out": False, "heel_lifts": True}, 1.0, None),
        ("foot_in_squat", {"foot_turns_out": True, "heel_lifts": True, "side": Side.RIGHT}, 2.0, None),
    ],
)
def test_what_is_felt_and_seen_comes_to_a_value(
    test: str, fields: dict[str, Any], value: float, grade: str | None
) -> None:
    measurement = a_measurement(test, **fields)
    check_measurement(measurement)
    assert (value_of(measurement).value, value_of(measurement).grade) == (value, grade)


def test_degrees_are_told_to_a_tenth() -> None:
    assert value_of(a_measurement("knee_to_wall", distance_cm=9.32)).dorsiflexion_deg == 33.6
