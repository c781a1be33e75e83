"""What a stage asks for, as the specification writes it: each criterion with its number and its source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.guidance.domain.advise import pausing_rules
from app.guidance.domain.criterion import (
    Criterion,
    Verdict,
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    is_one_of,
    is_so,
)
from app.guidance.domain.history import parse_history
from app.guidance.domain.policy import USUAL_POLICY
from app.guidance.domain.ratio import exceeds, falls_short
from app.guidance.domain.ruleset.numbers import SLACK
from app.guidance.domain.stage_facts import StageFacts
from app.guidance.domain.stages import Move, StageVerdict, judge_stage, met_codes
from app.guidance.domain.timeline import by_day
from app.programmes.domain.words import Stage
from tests.unit.guidance.builders import TODAY, a_run, question, steady
from tests.unit.guidance.test_stages import CALM

Row = tuple[str, dict[str, Any], tuple[str, ...]]
E = ("E",)

MUST: dict[Stage, list[Row]] = {
    Stage.RELIEVE: [
        ("days_in_stage", {"at_least": 7}, E),
        ("worst_pain_median_7_days", {"at_most": 3}, E),
        ("stairs_and_walking", {"stairs_pain": {"at_most": 2}, "walking_pain": {"at_most": 2}}, E),
        ("quiet_mornings_of_7", {"at_least": 5}, ("piva2009", "E")),
        ("effusion", {"is": False}, E),
        ("red_flag", {"is": False}, E),
        ("adherence_14_days", {"at_least": 70}, E),
    ],
    Stage.RESTORE: [
        ("days_in_stage", {"at_least": 14}, E),
        ("worst_pain_median_7_days", {"at_most": 2}, E),
        ("clean_runs_of_30_min", {"runs": {"at_least": 3}, "span_days": {"at_least": 7}}, E),
        ("adherence_28_days", {"at_least": 70}, E),
    ],
    Stage.ELEVATE: [
        ("target_volume", {"weeks_at_target": {"at_least": 4}, "over_runs_28_days": {"at_most": 0}}, E),
    ],
    Stage.SELF_MANAGED: [],
}
SHOULD: dict[Stage, list[Row]] = {
    Stage.RELIEVE: [
        ("straight_leg_raise", {"lag": {"is": False}, "pain": {"at_most": 2}}, E),
        ("squat_45_pain", {"at_most": 2}, E),
        ("global_change", {"at_least": 0}, E),
    ],
    Stage.RESTORE: [
        ("single_leg_squat", {"one_of": ["good", "fair"]}, ("crossley2011",)),
        ("step_down", {"at_most": 3}, ("piva2006",)),
        ("hip_lsi", {"at_least": 90.0}, E),
        ("quadriceps_lsi", {"at_least": 90.0}, E),
        ("knee_to_wall_difference", {"at_most": 1.5}, ("chisholm2012",)),
        ("hop", {"lsi": {"at_least": 90.0}, "pain": {"at_most": 2}}, ("hop_lsi90", "E")),
        ("akps", {"rise": {"at_least": 10}, "score": {"at_least": 85}}, ("crossley2004", "E")),
        ("tsk11", {"score": {"below": 24}, "drop": {"at_least": 4}}, ("E", "woby2005")),
    ],
    Stage.ELEVATE: [("maintenance_set", {"at_least": 75}, E)],
    Stage.SELF_MANAGED: [],
}
DOWN: dict[Stage, list[tuple[dict[str, Any], Row]]] = {
    Stage.ELEVATE: [
        ({"over_runs_7_days": 2}, ("over_runs_7_days", {"above": 1}, E)),
        ({"rules": frozenset({"REPEAT_2"})}, ("REPEAT_2", {"is": True}, E)),
        ({"rules": frozenset({"REPEAT_4"})}, ("REPEAT_2", {"is": True}, E)),
        ({"rules": frozenset({"TREND_LARGE"})}, ("TREND_LARGE", {"is": True}, E)),
    ],
    Stage.RESTORE: [
        ({"rules": frozenset({"REPEAT_3"})}, ("REPEAT_3", {"is": True}, E)),
        ({"rules": frozenset({"REPEAT_4"})}, ("REPEAT_3", {"is": True}, E)),
        ({"rest_day_decisions_14_days": 2}, ("rest_day_decisions_14_days", {"above": 1}, E)),
        ({"bad_days_of_3": 2}, ("days_of_3_with_worst_6", {"above": 1}, E)),
        ({"irritability": "high"}, ("irritability", {"one_of": ["high"]}, E)),
    ],
}
# The facts that each of the shoulds is about, with a value that is only just not good enough.
NOT_QUITE = {
    "single_leg_squat": {"single_leg_squat": "poor"},
    "step_down": {"step_down": 4},
    "hip_lsi": {"hip_lsi_percent": 89.9},
    "quadriceps_lsi": {"quadriceps_lsi_percent": 89.9},
    "knee_to_wall_difference": {"knee_to_wall_difference_cm": 1.6},
    "hop": {"hop_lsi_percent": 89.9},
    "akps": {"akps": 84, "akps_rise": 9},
    "tsk11": {"tsk11": 24, "tsk11_drop": 3},
    "straight_leg_raise": {"straight_leg_raise_pain": 2.1},
    "squat_45_pain": {"squat_45_pain": 2.1},
    "global_change": {"global_change": -1},
    "maintenance_set": {"maintenance_percent": 74.9},
}
JUST = {
    "single_leg_squat": {"single_leg_squat": "fair"},
    "step_down": {"step_down": 3},
    "hip_lsi": {"hip_lsi_percent": 90},
    "quadriceps_lsi": {"quadriceps_lsi_percent": 90},
    "knee_to_wall_difference": {"knee_to_wall_difference_cm": 1.5},
    "hop": {"hop_lsi_percent": 90, "hop_pain": 2},
    "akps": {"akps": 84, "akps_rise": 10},
    "tsk11": {"tsk11": 23, "tsk11_drop": 0},
    "straight_leg_raise": {"straight_leg_raise_pain": 2},
    "squat_45_pain": {"squat_45_pain": 2},
    "global_change": {"global_change": 0},
    "maintenance_set": {"maintenance_percent": 75},
}
FOUR_OVER = [a_run(ago, pain_during=4) for ago in (7, 5, 3, 1)]


def rows(criteria: tuple[Criterion, ...]) -> list[Row]:
    return [(one.code, dict(one.thresholds), one.sources) for one in criteria]


@pytest.mark.parametrize("stage", list(Stage))
def test_a_stage_asks_for_what_the_specification_says(stage: Stage) -> None:
    verdict = judge_stage(stage, CALM)
    assert rows(verdict.must) == MUST[stage]
    assert rows(verdict.should) == SHOULD[stage]
    assert met_codes(stage, CALM) == {code for code, _, _ in MUST[stage] + SHOULD[stage]}
    assert met_codes(stage, StageFacts()) == frozenset()


@pytest.mark.parametrize(("stage", "worse", "row"), [(stage, *one) for stage, told in DOWN.items() for one in told])
def test_a_step_down_names_its_one_reason(stage: Stage, worse: dict[str, Any], row: Row) -> None:
    verdict = judge_stage(stage, replace(CALM, **worse))
    assert rows(verdict.reasons) == [row]
    assert not verdict.therapist_signs


@pytest.mark.parametrize("code", NOT_QUITE)
def test_each_should_turns_at_its_own_number(code: str) -> None:
    stage = next(stage for stage, told in SHOULD.items() if code in [row[0] for row in told])
    for facts, verdict in ((NOT_QUITE[code], Verdict.NOT_MET), (JUST[code], Verdict.MET)):
        found = judge_stage(stage, replace(CALM, **facts))
        assert {one.code: one.verdict for one in found.should}[code] is verdict
        assert (code in met_codes(stage, replace(CALM, **facts))) is (verdict is Verdict.MET)


def test_a_step_up_gives_all_its_criteria_as_reasons_and_a_stop_names_the_rule() -> None:
    up = judge_stage(Stage.RELIEVE, CALM)
    assert up == StageVerdict(
        Move.STEP_UP, Stage.RELIEVE, Stage.RESTORE, up.must, up.should, (*up.must, *up.should), therapist_signs=False
    )
    stop = judge_stage(Stage.RESTORE, replace(CALM, stopping=frozenset({"PAIN_PAUSE"})))
    assert (stop.move, stop.stage, stop.to_stage) == (Move.STOP, Stage.RESTORE, Stage.RESTORE)
    assert rows(stop.reasons) == [("PAIN_PAUSE", {"is": True}, E)]
    assert rows(stop.must) == MUST[Stage.RESTORE]


def test_one_part_that_is_not_met_settles_all_and_one_that_is_met_settles_any() -> None:
    met, unmet, unknown = at_most("a", 1, 2, "x"), at_least("b", 1, 2, "y", "x"), at_most("c", None, 2)
    assert all_of("all", met, unknown, unmet).verdict is Verdict.NOT_MET
    assert all_of("all", met, unknown).verdict is Verdict.UNKNOWN
    assert all_of("all", met, met).verdict is Verdict.MET
    assert any_of("any", unmet, unknown, met).verdict is Verdict.MET
    assert any_of("any", unmet, unknown).verdict is Verdict.UNKNOWN
    assert any_of("any", unmet, unmet).verdict is Verdict.NOT_MET
    joined = any_of("any", met, unmet)
    assert (joined.facts, joined.sources) == ({"a": 1, "b": 1}, ("x", "y"))
    assert joined.thresholds == {"a": {"at_most": 2}, "b": {"at_least": 2}}


HAIR = SLACK  # what lies between a value and a limit without meaning anything


@pytest.mark.parametrize(
    ("asked", "value", "met"),
    [
        (at_most, 2 + HAIR, True),
        (at_most, 2 + 3 * HAIR, False),
        (at_least, 2 - HAIR, True),
        (at_least, 2 - 3 * HAIR, False),
        (below, 2 - HAIR, False),
        (below, 2 - 3 * HAIR, True),
        (above, 2 + HAIR, False),
        (above, 2 + 3 * HAIR, True),
    ],
)
def test_a_hair_beside_a_limit_is_the_limit(asked: Any, value: float, met: bool) -> None:
    assert asked("x", value, 2).is_met is met
    verdict = Verdict.MET if met else Verdict.NOT_MET
    assert asked("x", value, 2) == Criterion("x", verdict, {"value": value}, {asked.__name__: 2}, E)


@pytest.mark.parametrize("asked", [at_most, at_least, below, above])
def test_what_is_not_known_is_neither(asked: Any) -> None:
    assert asked("x", None, 2, "s") == Criterion("x", Verdict.UNKNOWN, {"value": None}, {asked.__name__: 2}, ("s",))
    assert is_one_of("x", None, ("a",)) == Criterion("x", Verdict.UNKNOWN, {"value": None}, {"one_of": ["a"]}, E)
    assert is_so("x", None, False) == Criterion("x", Verdict.UNKNOWN, {"value": None}, {"is": False}, E)
    assert is_so("x", False, False) == Criterion("x", Verdict.MET, {"value": False}, {"is": False}, E)
    assert not is_so("x", True, False).is_met


def test_noise_is_exactly_as_large_as_the_ruleset_says() -> None:
    assert not exceeds(HAIR, 0)
    assert exceeds(2 * HAIR, 0)
    assert not falls_short(-HAIR, 0)
    assert falls_short(-2 * HAIR, 0)


@pytest.mark.parametrize(
    ("runs", "rules"),
    [
        ([*steady(1)], set()),
        ([*steady(3), a_run(1, pain_during=8)], {"PAIN_PAUSE"}),
        ([*steady(3), a_run(1, pain_during=7.9)], set()),
        ([*steady(9), *FOUR_OVER], {"REPEAT_4"}),
        ([*steady(9), *FOUR_OVER[:3], a_run(1, pain_during=9)], {"PAIN_PAUSE", "REPEAT_4"}),
        ([*steady(16), a_run(14, pain_during=9)], set()),
    ],
)  # fmt: skip
def test_a_pause_opens_for_what_a_run_says_and_not_for_a_sign(runs: list[Any], rules: set[str]) -> None:
    asked = parse_history(question(runs, red_flags=["locked_knee"]))
    assert pausing_rules(by_day(asked.history, TODAY), USUAL_POLICY) == rules
