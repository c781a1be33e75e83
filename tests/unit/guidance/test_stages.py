"""The stage engine: what a step up needs, what makes a step down, and what stops."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guidance.domain.criterion import Verdict
from app.guidance.domain.stage_facts import StageFacts
from app.guidance.domain.stages import Move, enough_shoulds, is_stuck, judge_stage
from app.programmes.domain.words import Stage

CALM = StageFacts(
    days_in_stage=30,
    worst_median_7_days=1,
    stairs_pain=1,
    walking_pain=0,
    quiet_mornings=7,
    effusion=False,
    red_flag=False,
    adherence_14_days=90,
    adherence_28_days=90,
    clean_long_runs=4,
    clean_long_runs_span_days=9,
    weeks_at_target=4,
    over_runs_28_days=0,
    over_runs_7_days=0,
    maintenance_percent=80,
    rest_day_decisions_14_days=0,
    bad_days_of_3=0,
    straight_leg_raise_lag=False,
    straight_leg_raise_pain=1,
    squat_45_pain=1,
    global_change=2,
    single_leg_squat="good",
    step_down=1,
    hip_lsi_percent=95,
    quadriceps_lsi_percent=95,
    knee_to_wall_difference_cm=0.5,
    hop_lsi_percent=95,
    hop_pain=0,
    akps=90,
    akps_rise=12,
    tsk11=20,
    tsk11_drop=5,
)
LEAVABLE = (Stage.RELIEVE, Stage.RESTORE, Stage.ELEVATE)
MUSTS: dict[Stage, dict[str, Any]] = {
    Stage.RELIEVE: {
        "days_in_stage": 6,
        "worst_median_7_days": 3.1,
        "stairs_pain": 2.1,
        "walking_pain": 2.1,
        "quiet_mornings": 4,
        "effusion": True,
        "red_flag": True,
        "adherence_14_days": 69.9,
    },
    Stage.RESTORE: {
        "days_in_stage": 13,
        "worst_median_7_days": 2.1,
        "clean_long_runs": 2,
        "clean_long_runs_span_days": 6,
        "adherence_28_days": 69.9,
    },
    Stage.ELEVATE: {"weeks_at_target": 3, "over_runs_28_days": 1},
}
EDGES: dict[Stage, dict[str, Any]] = {
    Stage.RELIEVE: {
        "days_in_stage": 7,
        "worst_median_7_days": 3,
        "stairs_pain": 2,
        "walking_pain": 2,
        "quiet_mornings": 5,
        "adherence_14_days": 70,
    },
    Stage.RESTORE: {
        "days_in_stage": 14,
        "worst_median_7_days": 2,
        "clean_long_runs": 3,
        "clean_long_runs_span_days": 7,
        "adherence_28_days": 70,
    },
    Stage.ELEVATE: {"weeks_at_target": 4, "over_runs_28_days": 0, "maintenance_percent": 75},
}
EACH_MUST = [(stage, name, value) for stage, broken in MUSTS.items() for name, value in broken.items()]


@pytest.mark.parametrize("stage", LEAVABLE)
def test_whoever_meets_everything_is_proposed_the_next_stage(stage: Stage) -> None:
    verdict = judge_stage(stage, CALM)
    assert (verdict.move, verdict.to_stage) == (Move.STEP_UP, list(Stage)[list(Stage).index(stage) + 1])


@pytest.mark.parametrize("stage", LEAVABLE)
def test_every_threshold_itself_is_good_enough(stage: Stage) -> None:
    assert judge_stage(stage, replace(CALM, **EDGES[stage])).move is Move.STEP_UP


@pytest.mark.parametrize(("stage", "name", "value"), EACH_MUST)
def test_one_must_that_is_not_met_keeps_the_stage(stage: Stage, name: str, value: Any) -> None:
    verdict = judge_stage(stage, replace(CALM, **{name: value}))
    assert verdict.move is not Move.STEP_UP
    assert any(one.verdict is Verdict.NOT_MET for one in verdict.must)


@pytest.mark.parametrize(("stage", "name", "_value"), EACH_MUST)
def test_one_must_that_nobody_told_keeps_the_stage(stage: Stage, name: str, _value: Any) -> None:
    verdict = judge_stage(stage, replace(CALM, **{name: None}))
    assert verdict.move is Move.STAY
    assert any(one.verdict is Verdict.UNKNOWN for one in verdict.must)


def test_shoulds_that_were_not_measured_leave_the_decision_to_the_therapist() -> None:
    unmeasured = replace(CALM, straight_leg_raise_lag=None, global_change=None)
    verdict = judge_stage(Stage.RELIEVE, unmeasured)
    assert (verdict.move, verdict.therapist_signs) == (Move.STAY, True)


def test_two_measured_and_met_are_enough_and_one_of_two_is_not() -> None:
    two = replace(CALM, global_change=None)
    assert judge_stage(Stage.RELIEVE, two).move is Move.STEP_UP
    assert judge_stage(Stage.RELIEVE, replace(two, squat_45_pain=3)).move is Move.STAY


def test_three_met_of_many_measured_are_enough() -> None:
    weak = {"single_leg_squat": "poor", "step_down": 5, "hip_lsi_percent": 80, "quadriceps_lsi_percent": 80}
    assert judge_stage(Stage.RESTORE, replace(CALM, **weak, knee_to_wall_difference_cm=2)).move is Move.STEP_UP
    weaker = replace(CALM, **weak, knee_to_wall_difference_cm=2, hop_pain=3)
    assert judge_stage(Stage.RESTORE, weaker).move is Move.STAY
    assert not enough_shoulds(judge_stage(Stage.RESTORE, weaker).should)


@pytest.mark.parametrize(
    ("stage", "worse"),
    [
        (Stage.ELEVATE, {"over_runs_7_days": 2}),
        (Stage.ELEVATE, {"rules": frozenset({"REPEAT_2"})}),
        (Stage.ELEVATE, {"rules": frozenset({"REPEAT_3"})}),
        (Stage.ELEVATE, {"rules": frozenset({"TREND_LARGE"})}),
        (Stage.RESTORE, {"rules": frozenset({"REPEAT_3"})}),
        (Stage.RESTORE, {"rest_day_decisions_14_days": 2}),
        (Stage.RESTORE, {"bad_days_of_3": 2}),
        (Stage.RESTORE, {"irritability": "high"}),
    ],
)
def test_a_knee_that_answers_with_more_than_the_stage_bears_goes_one_stage_down(
    stage: Stage, worse: dict[str, Any]
) -> None:
    verdict = judge_stage(stage, replace(CALM, **worse))
    before = {Stage.ELEVATE: Stage.RESTORE, Stage.RESTORE: Stage.RELIEVE}[stage]
    assert (verdict.move, verdict.to_stage) == (Move.STEP_DOWN, before)
    assert len(verdict.reasons) == 1


@pytest.mark.parametrize(
    ("stage", "bearable"),
    [
        (Stage.ELEVATE, {"over_runs_7_days": 1}),
        (Stage.RESTORE, {"rules": frozenset({"REPEAT_2"})}),
        (Stage.RESTORE, {"rest_day_decisions_14_days": 1, "bad_days_of_3": 1, "irritability": "moderate"}),
        (Stage.RELIEVE, {"irritability": "high", "rules": frozenset({"REPEAT_3"})}),
    ],
)
def test_what_the_stage_bears_moves_nothing_down(stage: Stage, bearable: dict[str, Any]) -> None:
    assert judge_stage(stage, replace(CALM, **bearable)).move not in (Move.STEP_DOWN, Move.STOP)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("rule", ["RED_FLAG", "PAIN_PAUSE", "REPEAT_4"])
def test_a_pausing_rule_stops_every_stage_before_anything_else(stage: Stage, rule: str) -> None:
    facts = replace(CALM, stopping=frozenset({rule}), rules=frozenset({"REPEAT_3"}), bad_days_of_3=3)
    assert judge_stage(stage, facts).move is Move.STOP


def test_self_managed_has_no_further_stage() -> None:
    assert judge_stage(Stage.SELF_MANAGED, CALM).move is Move.STAY


def test_a_stage_without_a_length_is_stuck_when_nothing_new_was_met_for_four_weeks() -> None:
    met = frozenset({"red_flag", "effusion"})
    assert is_stuck(28, met, met)
    assert is_stuck(40, met - {"effusion"}, met)
    assert not is_stuck(27, met, met)
    assert not is_stuck(40, met | {"adherence_14_days"}, met)


NRS = st.one_of(st.none(), st.integers(0, 100).map(lambda tenths: tenths / 10))
COUNTS = st.one_of(st.none(), st.integers(0, 30))
PERCENTS = st.one_of(st.none(), st.integers(0, 130))


def test_a_verdict_tells_what_was_asked_wherever_it_leads() -> None:
    up = judge_stage(Stage.RESTORE, CALM)
    down = judge_stage(Stage.RESTORE, replace(CALM, irritability="high"))
    stop = judge_stage(Stage.RESTORE, replace(CALM, stopping=frozenset({"RED_FLAG"})))
    stay = judge_stage(Stage.RESTORE, replace(CALM, days_in_stage=1))
    assert (down.stage, down.to_stage) == (Stage.RESTORE, Stage.RELIEVE)
    assert (stay.stage, stay.to_stage, stay.reasons) == (Stage.RESTORE, Stage.RESTORE, ())
    assert len(up.should) > 2
    assert [one.should for one in (down, stop)] == [up.should] * 2
    assert [one.code for one in stop.reasons] == ["RED_FLAG"]


FLAGS = st.one_of(st.none(), st.booleans())
RULES = st.frozensets(st.sampled_from(["REPEAT_2", "REPEAT_3", "TREND_LARGE", "CLEAN", "PAIN_HOLD"]))


def strategy_of(name: str) -> st.SearchStrategy[Any]:
    """Return values of one fact, unknown among them."""
    if name == "rules":
        return RULES
    if name == "stopping":
        return st.frozensets(st.sampled_from(["RED_FLAG", "PAIN_PAUSE", "REPEAT_4"]), max_size=1)
    if name in ("effusion", "red_flag", "straight_leg_raise_lag"):
        return FLAGS
    if name in ("irritability", "single_leg_squat"):
        return st.sampled_from([None, "high", "low", "good", "fair", "poor"])
    if "pain" in name or "median" in name:
        return NRS
    return PERCENTS if "percent" in name or "adherence" in name else COUNTS


ANY_FACTS = st.builds(StageFacts, **{one.name: strategy_of(one.name) for one in fields(StageFacts)})
NEAR_FACTS = st.builds(
    lambda names: replace(CALM, **dict.fromkeys(names)),
    st.sets(st.sampled_from(list(MUSTS[Stage.RELIEVE] | MUSTS[Stage.RESTORE] | MUSTS[Stage.ELEVATE]))),
)


@given(st.sampled_from(list(Stage)), st.one_of(ANY_FACTS, NEAR_FACTS))
def test_no_unknown_fact_ever_proposes_a_step_up(stage: Stage, facts: StageFacts) -> None:
    verdict = judge_stage(stage, facts)
    if verdict.move is Move.STEP_UP:
        assert {one.verdict for one in verdict.must} == {Verdict.MET}
        measured = [one for one in verdict.should if one.verdict is not Verdict.UNKNOWN]
        assert len(measured) >= min(2, len(verdict.should))
        for name in MUSTS[stage]:
            assert judge_stage(stage, replace(facts, **{name: None})).move is Move.STAY


CAUTION = list(Move)
WORSE_RULES = {"REPEAT_2": "REPEAT_3", "REPEAT_3": "REPEAT_3", "TREND_LARGE": "TREND_LARGE"}


@given(st.sampled_from(list(Stage)), ANY_FACTS, st.integers(0, 5), st.integers(0, 50))
def test_worse_pain_never_turns_a_step_down_into_nothing(
    stage: Stage, facts: StageFacts, more: int, tenths: int
) -> None:
    counts = ("over_runs_7_days", "over_runs_28_days", "rest_day_decisions_14_days", "bad_days_of_3")
    scores = [one.name for one in fields(StageFacts) if one.name.endswith("pain") or "median" in one.name]
    worse: dict[str, Any] = {name: (getattr(facts, name) or 0) + more for name in counts}
    worse |= {name: min(10.0, (getattr(facts, name) or 0) + tenths / 10) for name in scores}
    worse["rules"] = facts.rules | {WORSE_RULES[rule] for rule in facts.rules if rule in WORSE_RULES}
    before, after = judge_stage(stage, facts).move, judge_stage(stage, replace(facts, **worse)).move
    if before in (Move.STEP_DOWN, Move.STOP):
        assert CAUTION.index(after) >= CAUTION.index(before)
