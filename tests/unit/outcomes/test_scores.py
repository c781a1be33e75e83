"""Scores and tests: what adds up, what is incomplete, what is refused."""

from __future__ import annotations

import math

import pytest

from app.outcomes.domain.questionnaires import AKPS_OPTIONS, akps, koos_pf, lefs, tsk11
from app.outcomes.domain.step_down import step_down
from app.outcomes.domain.strength import hip_expected, lsi
from app.outcomes.domain.strict import InputError

BEST = {item: max(options) for item, options in AKPS_OPTIONS.items()}
NO_SIGN = {"arms": 0, "trunk": 0, "pelvis": 0, "knee": 0, "unsteady": 0}


def test_akps_runs_from_0_to_100():
    assert akps(BEST) == 100
    assert akps(dict.fromkeys(BEST, 0)) == 0


def test_akps_needs_every_answer():
    assert akps({**BEST, "pain": None}) is None
    with pytest.raises(InputError):
        akps({item: score for item, score in BEST.items() if item != "pain"})


@pytest.mark.parametrize(("item", "score"), [("limp", 2), ("squatting", 1), ("running", True), ("pain", "10")])
def test_akps_refuses_what_the_1993_scale_does_not_have(item, score):
    with pytest.raises(InputError) as refused:
        akps({**BEST, item: score})
    assert refused.value.faults[0].pointer == f"/answers/{item}"


def test_koos_pf_needs_six_of_eleven():
    assert koos_pf([1] * 6 + [None] * 5) == 75.0
    assert koos_pf([1] * 5 + [None] * 6) is None
    assert koos_pf([4] * 11) == 0.0


def test_lefs_needs_all_twenty():
    assert lefs([4] * 20) == 80
    assert lefs([4] * 19 + [None]) is None


def test_tsk11_runs_from_11_to_44():
    assert (tsk11([1] * 11), tsk11([4] * 11)) == (11, 44)


@pytest.mark.parametrize("score", [None, 0, 5, 1.5, True, math.nan, "2"])
def test_tsk11_refuses_what_is_no_item_score(score):
    with pytest.raises(InputError):
        tsk11([2] * 10 + [score])


@pytest.mark.parametrize(("knee", "arms", "grade"), [(1, 0, "good"), (2, 0, "medium"), (2, 1, "medium")])
def test_the_step_down_is_graded_by_its_points(knee, arms, grade):
    assert step_down({**NO_SIGN, "knee": knee, "arms": arms}).grade == grade


def test_four_points_are_a_poor_step_down():
    found = step_down({"arms": 1, "trunk": 1, "pelvis": 1, "knee": 2, "unsteady": 1})
    assert (found.score, found.grade) == (6, "poor")
    assert step_down({**NO_SIGN, "knee": 2, "arms": 1, "trunk": 1}).grade == "poor"


@pytest.mark.parametrize("sign", NO_SIGN)
def test_a_sign_beyond_its_points_is_refused(sign):
    with pytest.raises(InputError):
        step_down({**NO_SIGN, sign: 3})


def test_the_legs_are_compared_in_percent():
    assert lsi(108, 126) == 85.7
    assert lsi(0, 126) == 0.0
    assert lsi(100, 0) is None
    assert lsi(100, 5e-324) is None


def test_expected_hip_strength_falls_with_age_and_is_higher_in_men():
    assert hip_expected(30, True).expected == 1.665
    assert hip_expected(45, False).expected == 1.375
    with pytest.raises(InputError):
        hip_expected(30, 1)
    with pytest.raises(InputError):
        hip_expected(121, True)
