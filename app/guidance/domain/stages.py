"""When a programme moves from stage to stage: up it is proposed, down it moves at once (CLINICAL 5.2).

No stage has a length. A step up needs every must to be known and met, and of the shoulds those that were
measured; what nobody told is unknown, and the unknown never leads upwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

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
from app.guidance.domain.ruleset.numbers import (
    ADHERENCE_MIN_PERCENT,
    AKPS_GOOD_MIN,
    BAD_DAYS_MAX,
    CLEAN_RUNS_MIN,
    CLEAN_RUNS_SPAN_MIN_DAYS,
    EASY_MAX,
    GLOBAL_CHANGE_MIN,
    MAINTENANCE_MIN_PERCENT,
    OVER_RUNS_MAX,
    QUIET_MORNINGS_MIN,
    RELIEVE_MIN_DAYS,
    RELIEVE_WORST_MAX,
    REST_DAYS_MAX,
    RESTORE_MIN_DAYS,
    RESTORE_WORST_MAX,
    SHOULD_MEASURED_MIN,
    SHOULD_MET_MIN,
    TARGET_WEEKS,
    TSK11_HIGH_MIN,
)
from app.guidance.domain.ruleset.numbers import (
    STUCK_AFTER_DAYS as STUCK_AFTER_DAYS,
)
from app.guidance.domain.stage_facts import StageFacts
from app.outcomes.domain.numbers import (
    AKPS_CHANGE,
    KNEE_TO_WALL_SIDES_MAX_CM,
    LSI_MIN_PERCENT,
    STEP_DOWN_MEDIUM_MAX,
    TSK11_CHANGE,
)
from app.programmes.domain.words import STAGES, Stage

STOPPING_RULES = frozenset({"RED_FLAG", "PAIN_PAUSE", "REPEAT_4"})
_REPEATS = ("REPEAT_2", "REPEAT_3", "REPEAT_4")


class Move(StrEnum):
    """Where a programme goes, the most cautious last."""

    STEP_UP = "step_up"
    STAY = "stay"
    STEP_DOWN = "step_down"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class StageVerdict:
    """What is to become of the stage: a step up as a proposal, a step down or a stop at once.

    `therapist_signs` says that every must is met and too few shoulds were measured or met: then a therapist
    may decide on what the engine cannot know.
    """

    move: Move
    stage: Stage
    to_stage: Stage
    must: tuple[Criterion, ...]
    should: tuple[Criterion, ...]
    reasons: tuple[Criterion, ...]
    therapist_signs: bool = False


def judge_stage(stage: Stage, facts: StageFacts) -> StageVerdict:
    """Return where the programme goes: stopping stands before stepping down, and that before stepping up."""
    must, should = _criteria_up(stage, facts)
    stops, downs = (tuple(one for one in found if one.is_met) for found in (_stops(facts), _downs(stage, facts)))
    place = STAGES.index(stage)
    if stops:
        return StageVerdict(Move.STOP, stage, stage, must, should, stops)
    if downs:
        return StageVerdict(Move.STEP_DOWN, stage, STAGES[place - 1], must, should, downs)
    ready = bool(must) and all(one.is_met for one in must)
    if ready and enough_shoulds(should):
        return StageVerdict(Move.STEP_UP, stage, STAGES[place + 1], must, should, (*must, *should))
    return StageVerdict(Move.STAY, stage, stage, must, should, (), therapist_signs=ready)


def enough_shoulds(should: tuple[Criterion, ...]) -> bool:
    """Were enough shoulds measured, and enough of those met? Where there are fewer to ask, all of them."""
    measured = [one for one in should if one.verdict is not Verdict.UNKNOWN]
    met = sum(one.is_met for one in measured)
    if len(measured) < min(SHOULD_MEASURED_MIN, len(should)):
        return False
    return met >= min(SHOULD_MET_MIN, len(measured))


def met_codes(stage: Stage, facts: StageFacts) -> frozenset[str]:
    """Return which criteria of the step up are met."""
    must, should = _criteria_up(stage, facts)
    return frozenset(one.code for one in (*must, *should) if one.is_met)


def is_stuck(days_in_stage: int, met_now: frozenset[str], met_then: frozenset[str]) -> bool:
    """Has no criterion become met in the last STUCK_AFTER_DAYS days, all of them spent in this stage?"""
    return days_in_stage >= STUCK_AFTER_DAYS and not met_now - met_then


def _criteria_up(stage: Stage, facts: StageFacts) -> tuple[tuple[Criterion, ...], tuple[Criterion, ...]]:
    return _UP[stage](facts) if stage in _UP else ((), ())


def _leave_relieve(f: StageFacts) -> tuple[tuple[Criterion, ...], tuple[Criterion, ...]]:
    """Is the knee calm enough to be loaded on the feet?"""
    must = (
        at_least("days_in_stage", f.days_in_stage, RELIEVE_MIN_DAYS),
        at_most("worst_pain_median_7_days", f.worst_median_7_days, RELIEVE_WORST_MAX),
        all_of(
            "stairs_and_walking",
            at_most("stairs_pain", f.stairs_pain, EASY_MAX),
            at_most("walking_pain", f.walking_pain, EASY_MAX),
        ),
        at_least("quiet_mornings_of_7", f.quiet_mornings, QUIET_MORNINGS_MIN, "piva2009", "E"),
        is_so("effusion", f.effusion, False),
        is_so("red_flag", f.red_flag, False),
        at_least("adherence_14_days", f.adherence_14_days, ADHERENCE_MIN_PERCENT),
    )
    should = (
        all_of(
            "straight_leg_raise",
            is_so("lag", f.straight_leg_raise_lag, False),
            at_most("pain", f.straight_leg_raise_pain, EASY_MAX),
        ),
        at_most("squat_45_pain", f.squat_45_pain, EASY_MAX),
        at_least("global_change", f.global_change, GLOBAL_CHANGE_MIN),
    )
    return must, should


def _leave_restore(f: StageFacts) -> tuple[tuple[Criterion, ...], tuple[Criterion, ...]]:
    """Does the knee bear running and one leg, so that it can be asked for sport?"""
    must = (
        at_least("days_in_stage", f.days_in_stage, RESTORE_MIN_DAYS),
        at_most("worst_pain_median_7_days", f.worst_median_7_days, RESTORE_WORST_MAX),
        all_of(
            "clean_runs_of_30_min",
            at_least("runs", f.clean_long_runs, CLEAN_RUNS_MIN),
            at_least("span_days", f.clean_long_runs_span_days, CLEAN_RUNS_SPAN_MIN_DAYS),
        ),
        at_least("adherence_28_days", f.adherence_28_days, ADHERENCE_MIN_PERCENT),
    )
    should = (
        is_one_of("single_leg_squat", f.single_leg_squat, ("good", "fair"), "crossley2011"),
        at_most("step_down", f.step_down, STEP_DOWN_MEDIUM_MAX, "piva2006"),
        at_least("hip_lsi", f.hip_lsi_percent, LSI_MIN_PERCENT),
        at_least("quadriceps_lsi", f.quadriceps_lsi_percent, LSI_MIN_PERCENT),
        at_most("knee_to_wall_difference", f.knee_to_wall_difference_cm, KNEE_TO_WALL_SIDES_MAX_CM, "chisholm2012"),
        all_of(
            "hop",
            at_least("lsi", f.hop_lsi_percent, LSI_MIN_PERCENT, "hop_lsi90"),
            at_most("pain", f.hop_pain, EASY_MAX),
        ),
        any_of(
            "akps",
            at_least("rise", f.akps_rise, AKPS_CHANGE, "crossley2004"),
            at_least("score", f.akps, AKPS_GOOD_MIN),
        ),
        any_of(
            "tsk11",
            below("score", f.tsk11, TSK11_HIGH_MIN),
            at_least("drop", f.tsk11_drop, TSK11_CHANGE, "woby2005"),
        ),
    )
    return must, should


def _leave_elevate(f: StageFacts) -> tuple[tuple[Criterion, ...], tuple[Criterion, ...]]:
    """Is the wished-for volume borne, so that the runner can go on alone?"""
    must = (
        all_of(
            "target_volume",
            at_least("weeks_at_target", f.weeks_at_target, TARGET_WEEKS),
            at_most("over_runs_28_days", f.over_runs_28_days, 0),
        ),
    )
    return must, (at_least("maintenance_set", f.maintenance_percent, MAINTENANCE_MIN_PERCENT),)


_UP: Mapping[Stage, Callable[[StageFacts], tuple[tuple[Criterion, ...], tuple[Criterion, ...]]]] = {
    Stage.RELIEVE: _leave_relieve,
    Stage.RESTORE: _leave_restore,
    Stage.ELEVATE: _leave_elevate,
}


def _stops(f: StageFacts) -> tuple[Criterion, ...]:
    """Does anything ask for running to stop until somebody has looked?"""
    return tuple(is_so(rule, rule in f.stopping, True) for rule in sorted(STOPPING_RULES))


def _downs(stage: Stage, f: StageFacts) -> tuple[Criterion, ...]:
    """Has the knee answered with more than this stage can bear?"""
    if stage is Stage.ELEVATE:
        return (
            above("over_runs_7_days", f.over_runs_7_days, OVER_RUNS_MAX),
            _row_of_over(f, *_REPEATS),
            is_so("TREND_LARGE", "TREND_LARGE" in f.rules, True),
        )
    if stage is Stage.RESTORE:
        return (
            _row_of_over(f, *_REPEATS[1:]),
            above("rest_day_decisions_14_days", f.rest_day_decisions_14_days, REST_DAYS_MAX),
            above("days_of_3_with_worst_6", f.bad_days_of_3, BAD_DAYS_MAX),
            is_one_of("irritability", f.irritability, ("high",)),
        )
    return ()


def _row_of_over(f: StageFacts, *rules: str) -> Criterion:
    """Were as many runs in a row over as the first of these rules says, or more?"""
    return is_so(rules[0], any(rule in f.rules for rule in rules), True)
