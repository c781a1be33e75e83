"""Judging by the facts at hand, and by the rest only where it can matter, is judging by all there is."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.guidance import stage_reading
from app.guidance.domain.stage_facts import ClinicFacts, LoggedFacts, StageFacts
from app.guidance.domain.stages import STOPPING_RULES, Move, judge_stage
from app.guidance.stage_reading import AT_HAND, FOLLOWED, could_step_up
from app.programmes.domain.words import Stage

GOOD: dict[str, Any] = {
    "days_in_stage": 40,
    "worst_median_7_days": 1.0,
    "stairs_pain": 1.0,
    "walking_pain": 1.0,
    "quiet_mornings": 7,
    "effusion": False,
    "red_flag": False,
    "adherence_14_days": 90.0,
    "adherence_28_days": 90.0,
    "clean_long_runs": 4,
    "clean_long_runs_span_days": 9,
    "weeks_at_target": 4,
    "over_runs_28_days": 0,
    "over_runs_7_days": 0,
    "maintenance_percent": 90.0,
    "rest_day_decisions_14_days": 0,
    "bad_days_of_3": 0,
    "squat_45_pain": 1.0,
    "global_change": 2.0,
    "single_leg_squat": "good",
    "step_down": 1.0,
    "hip_lsi_percent": 95.0,
    "quadriceps_lsi_percent": 95.0,
}
"""Facts with which every stage steps up."""
NUMBERS = st.none() | st.integers(-5, 100)
_WORDS: dict[str, st.SearchStrategy[Any]] = {
    "effusion": st.none() | st.booleans(),
    "red_flag": st.none() | st.booleans(),
    "straight_leg_raise_lag": st.none() | st.booleans(),
    "single_leg_squat": st.sampled_from([None, "good", "fair", "poor"]),
    "irritability": st.sampled_from([None, "low", "moderate", "high"]),
    "rules": st.frozensets(st.sampled_from(["REPEAT_2", "REPEAT_3", "TREND_LARGE", "PAIN_AMBER"])),
    "stopping": st.sampled_from([frozenset(), frozenset(), frozenset(), STOPPING_RULES]),
}
NAMES = [field.name for field in fields(StageFacts)]


@st.composite
def stage_facts(draw: st.DrawFn) -> StageFacts:
    """Return facts of which most are good, so that all moves happen."""
    changed = draw(st.sets(st.sampled_from(NAMES), max_size=5))
    told = {**GOOD, **{name: draw(_WORDS.get(name, NUMBERS)) for name in changed}}
    return StageFacts(**{name: value for name, value in told.items() if name in NAMES})


def at_hand(facts: StageFacts, stage: Stage) -> StageFacts:
    """Return what of the facts is known before the rest is read."""
    return StageFacts(stopping=facts.stopping, **{name: getattr(facts, name) for name in AT_HAND[stage]})


def asked(facts: StageFacts, stage: Stage) -> StageFacts:
    """Return what of the facts a stage reads at all."""
    clinic = {field.name: getattr(facts, field.name) for field in fields(ClinicFacts)}
    return replace(at_hand(facts, stage), **clinic, **{name: getattr(facts, name) for name in FOLLOWED[stage]})


def judged_when_needed(stage: Stage, facts: StageFacts) -> tuple[Any, ...]:
    """Judge as the service does: by what is at hand, and by the rest where it could matter."""
    verdict = judge_stage(stage, at_hand(facts, stage))
    if stage_reading.could_step_up(verdict):
        verdict = judge_stage(stage, asked(facts, stage))
    return acted_on(verdict)


def acted_on(verdict: Any) -> tuple[Any, ...]:
    """Return what of a verdict something follows from."""
    return verdict.move, verdict.to_stage, verdict.reasons


@given(st.sampled_from(Stage), stage_facts())
@example(Stage.RELIEVE, StageFacts(**GOOD))
@example(Stage.RESTORE, StageFacts(**GOOD))
@example(Stage.ELEVATE, StageFacts(**GOOD))
def test_judging_when_needed_is_judging_always(stage: Stage, facts: StageFacts) -> None:
    assert judged_when_needed(stage, facts) == acted_on(judge_stage(stage, facts))


@pytest.mark.parametrize("stage", [Stage.RELIEVE, Stage.RESTORE, Stage.ELEVATE])
def test_with_good_facts_every_stage_steps_up_and_asks_for_the_rest(stage: Stage) -> None:
    assert judge_stage(stage, StageFacts(**GOOD)).move is Move.STEP_UP
    assert could_step_up(judge_stage(stage, at_hand(StageFacts(**GOOD), stage)))


@pytest.mark.parametrize(
    ("stage", "fact", "bad"),
    [
        (Stage.RELIEVE, "stairs_pain", 3.0),
        (Stage.RELIEVE, "quiet_mornings", None),
        (Stage.RESTORE, "clean_long_runs", 2),
        (Stage.RESTORE, "bad_days_of_3", 2),
        (Stage.ELEVATE, "weeks_at_target", 3),
        (Stage.ELEVATE, "over_runs_28_days", None),
    ],
)
def test_what_settles_it_at_hand_spares_the_rest(stage: Stage, fact: str, bad: Any) -> None:
    facts = StageFacts(**{**GOOD, fact: bad})
    assert not could_step_up(judge_stage(stage, at_hand(facts, stage)))


@pytest.mark.parametrize("fact", ["over_runs_7_days", "rules", "weeks_at_target"])
def test_a_fact_that_is_left_out_of_what_a_stage_asks_is_seen(fact: str, monkeypatch: pytest.MonkeyPatch) -> None:
    left = tuple(name for name in AT_HAND[Stage.ELEVATE] if name != fact)
    monkeypatch.setitem(AT_HAND, Stage.ELEVATE, left)  # type: ignore[arg-type]
    told = {"over_runs_7_days": 2, "rules": frozenset({"TREND_LARGE"})}
    facts = StageFacts(**{**GOOD, **({fact: told[fact]} if fact in told else {})})
    assert judged_when_needed(Stage.ELEVATE, facts) != acted_on(judge_stage(Stage.ELEVATE, facts))


def test_every_fact_of_the_log_is_asked_by_a_stage() -> None:
    known = {name for names in (*AT_HAND.values(), *FOLLOWED.values()) for name in names} | {"stopping"}
    assert known == {field.name for field in fields(LoggedFacts)}
