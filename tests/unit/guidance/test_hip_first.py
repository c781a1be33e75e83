"""Hip first: what turns the rule on and off, what it leaves out, and what is known of irritability."""

from __future__ import annotations

from typing import Any

import pytest

from app.guidance.domain.criterion import Criterion, Verdict
from app.guidance.domain.hip_first import (
    HipFirstFacts,
    hidden_because,
    hip_and_knee,
    hip_first,
    hip_first_along,
    known_irritability,
)
from app.guidance.domain.policy import Policy
from app.library.domain.words import Group, PfjLoad, WeightBearing
from tests.unit.library.test_wholeness import an_exercise

POLICY = Policy()
SOURCES = ("droracle_2025", "dolak2011", "ferber2015")


def criterion(code: str, verdict: Verdict, value: object, thresholds: dict[str, object], *sources: str) -> Criterion:
    return Criterion(code, verdict, {"value": value}, thresholds, sources or ("E",))


def test_it_says_each_condition_with_what_it_saw_and_the_number_it_was_measured_by() -> None:
    found = hip_first(HipFirstFacts(irritability="low", squat_45_pain=3.1, squat_60_pain=2), POLICY)
    assert found.conditions == (
        criterion("irritability", Verdict.NOT_MET, "low", {"one_of": ["high"]}),
        criterion("squat_45_pain", Verdict.MET, 3.1, {"above": 3.0}, *SOURCES),
        criterion("tolerated_loaded_bend_deg", Verdict.UNKNOWN, None, {"below": 45}, *SOURCES),
    )
    assert found.off == criterion("squat_60_pain", Verdict.MET, 2, {"at_most": 2})
    assert found.on


@pytest.mark.parametrize(
    ("facts", "on"),
    [
        ({}, False),
        ({"irritability": "high"}, True),
        ({"irritability": "moderate"}, False),
        ({"squat_45_pain": 3.0}, False),
        ({"squat_45_pain": 3.1}, True),
        ({"tolerated_loaded_bend_deg": 45}, False),
        ({"tolerated_loaded_bend_deg": 44.9}, True),
    ],
)
def test_one_condition_turns_it_on(facts: dict[str, Any], on: bool) -> None:
    assert hip_first(HipFirstFacts(**facts), POLICY).on is on


@pytest.mark.parametrize(("squat_60", "on"), [(None, True), (2.1, True), (2.0, False), (0.0, False)])
def test_once_on_only_a_calm_deep_squat_turns_it_off(squat_60: float | None, on: bool) -> None:
    assert hip_first(HipFirstFacts(squat_60_pain=squat_60), POLICY, was_on=True).on is on


def test_it_stands_after_all_that_was_told_in_order() -> None:
    sore, calm, silent = HipFirstFacts(squat_45_pain=5), HipFirstFacts(squat_60_pain=1), HipFirstFacts()
    assert not hip_first_along([], POLICY)[-1].on
    assert hip_first_along([sore, silent], POLICY)[-1].on
    assert not hip_first_along([sore, calm, silent], POLICY)[-1].on
    assert hip_first_along([calm, sore], POLICY)[-1].on


@pytest.mark.parametrize(
    ("load", "bearing", "bend", "reasons"),
    [
        (PfjLoad.LOW, WeightBearing.NONE, 90, ()),
        (PfjLoad.MODERATE, WeightBearing.NONE, 90, ("pfj_load",)),
        (PfjLoad.LOW, WeightBearing.DOUBLE, 45, ()),
        (PfjLoad.LOW, WeightBearing.DOUBLE, 46, ("loaded_bend",)),
        (PfjLoad.LOW, WeightBearing.SINGLE, 60, ("loaded_bend",)),
        (PfjLoad.LOW, WeightBearing.PARTIAL, 90, ()),
        (PfjLoad.HIGH, WeightBearing.SINGLE, 90, ("pfj_load", "loaded_bend")),
    ],
)
def test_what_loads_the_kneecap_or_bends_it_deep_on_the_feet_is_left_out(
    load: PfjLoad, bearing: WeightBearing, bend: int, reasons: tuple[str, ...]
) -> None:
    found = an_exercise(pfj_load=load, weight_bearing=bearing, peak_knee_flexion_deg=bend)
    assert hidden_because(found) == reasons


def test_exercises_of_the_hip_and_of_the_knee_are_counted() -> None:
    groups = [Group.VMO_QUADRICEPS, Group.HIP_ABDUCTOR_EXTERNAL_ROTATOR, Group.HIP_ABDUCTOR_EXTERNAL_ROTATOR]
    assert hip_and_knee(iter(groups)) == (2, 1)
    assert hip_and_knee([]) == (0, 0)


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ((7.0, 24.1, None, None), "high"),
        ((7.0, 24.0, None, None), None),
        ((6.9, 24.1, None, None), None),
        ((None, None, True, True), "high"),
        ((None, None, True, False), None),
        ((7.0, None, True, None), "high"),
        ((None, 24.1, None, True), "high"),
        ((None, 1.0, False, False), None),
        ((3.0, None, False, False), None),
        ((3.0, 1.0, None, False), None),
        ((3.0, 1.0, False, None), None),
        ((3.0, 1.0, False, False), "low"),
        ((3.0, 2.0, False, False), "moderate"),
    ],
)
def test_two_known_signs_are_enough_for_high_and_nothing_less_than_all_for_low(
    told: tuple[Any, Any, Any, Any], level: str | None
) -> None:
    assert known_irritability(*told) == level
