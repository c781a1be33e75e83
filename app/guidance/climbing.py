"""Where a runner stands on the run-walk ladder, by what was run and what the engine said to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.guidance.domain.decision import Decision
from app.guidance.domain.ladder import (
    STEPS,
    Climb,
    Gate,
    Step,
    earliest_day,
    moved,
    start_step,
)
from app.guidance.domain.policy import Policy
from app.guidance.domain.ratio import exceeds
from app.guidance.domain.readings import read_run
from app.guidance.domain.ruleset.numbers import LADDER_DAYS, LEAVING_STEP, SECONDS_PER_MIN, WALK_STEP
from app.guidance.domain.timeline import by_day
from app.guidance.judgement import Consultation, Judgement, strictest
from app.logbook.facts import RunFact

SPEAKS = frozenset({"GAP_RESTART", "GAP_REDUCE", "REPEAT_2", "REPEAT_3", "AMBER_PLUS_MORNING"})
"""Rules that speak of run and walk."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ladder:
    """A step, what it means as a run, when it may be at the earliest, and what is still to be asked or too sore."""

    step: int
    clean_sessions: int
    session: Step | None
    session_when_open: Step | None
    earliest_on: date | None
    ask: tuple[str, ...]
    too_sore: tuple[str, ...]


def ladder_of(asking: Consultation, judgement: Judgement, gate: Gate, irritability: str | None = None) -> Ladder | None:
    """Return the ladder for a day; None for somebody who is not on it and whom no rule sends there.

    Irritability is that of the log where nobody says. Pauses stop it, and whatever of the gate is not known leaves
    only walking.
    """
    climb = _climb(asking, judgement, gate, irritability or judgement.irritability)
    if climb is None:
        return None
    if judgement.advice.decision is Decision.PAUSE_AND_REFER:
        return Ladder(climb.step, climb.clean, None, None, None, (), ())
    step = climb.step if gate.is_open(climb.step) else WALK_STEP
    runs = [run.on.toordinal() for run in _runs(asking, judgement.as_of)]
    earliest = earliest_day(runs, judgement.as_of.toordinal(), judgement.advice.min_rest_days)
    return Ladder(
        climb.step,
        climb.clean,
        STEPS[step],
        STEPS[climb.step],
        date.fromordinal(earliest),
        gate.missing(climb.step),
        gate.too_sore(climb.step),
    )


def as_plain(ladder: Ladder | None) -> dict[str, Any] | None:
    """Return a ladder as JSON values."""
    if ladder is None:
        return None
    return {
        "step": ladder.step,
        "clean_sessions": ladder.clean_sessions,
        "session": _session(ladder.session),
        "session_when_open": _session(ladder.session_when_open),
        "earliest_on": ladder.earliest_on.isoformat() if ladder.earliest_on is not None else None,
        "ask": list(ladder.ask),
        "too_sore": list(ladder.too_sore),
    }


def _session(step: Step | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {
        "step": step.number,
        "run_min": step.run_min,
        "walk_min": step.walk_min,
        "repeats": step.repeats,
        "total_min": step.total_min,
        "running_min": step.running_min,
        "extra": step.extra,
    }


def _climb(asking: Consultation, judgement: Judgement, gate: Gate, irritability: str | None) -> Climb | None:
    advice, as_of = judgement.advice, judgement.as_of
    policy = judgement.in_force.policy
    runs = _runs(asking, as_of)
    returned = _return(runs, asking.facts.run_before, policy, as_of)
    if not runs or (as_of - runs[-1].on).days >= policy.gap_restart_days:
        return Climb(start_step(_days_since(runs, as_of), gate.stairs_pain, irritability))
    if returned is not None:
        climb = _climbed(asking, policy, runs, returned, as_of)
        return climb if climb.step < LEAVING_STEP else None
    if SPEAKS.intersection(advice.rules_all):
        return Climb(start_step(_days_since(runs, as_of), gate.stairs_pain, irritability))
    return None


def _climbed(asking: Consultation, policy: Policy, runs: list[RunFact], place: int, as_of: date) -> Climb:
    """Go up and down from the return on: after each run by what the engine said on the morning after it."""
    climb = Climb(start_step(None, None, None))
    clean_on: dict[date, bool] = {}
    for run in runs[place:]:
        told_on = run.on + _DAY
        if told_on > as_of or climb.step >= LEAVING_STEP:
            break
        if run.on not in clean_on:
            clean_on[run.on] = _is_clean_day(asking, policy, run.on)
        advice = strictest(asking.knees(told_on))
        clean = clean_on[run.on] and _is_session(run, STEPS[climb.step], policy)
        climb = moved(climb, advice.decision, advice.change_percent, clean, told_on.toordinal())
    return climb


def _is_clean_day(asking: Consultation, policy: Policy, day: date) -> bool:
    """Were the runs of a day clean for each knee, by what was known on the morning after?"""
    histories, told_on = asking.histories, day + _DAY
    for knee in histories.knees_on(told_on):
        timeline = histories.timeline_on(knee, told_on) or by_day(histories.history_on(knee, told_on), told_on)
        read = [read_run(dated, timeline, policy) for dated in timeline.runs if dated.day == day.toordinal()]
        if not all(reading.clean for reading in read):
            return False
    return True


def _is_session(run: RunFact, step: Step, policy: Policy) -> bool:
    """Was it a session of this step? On the ladder the single-run rule of the policy applies to the total time."""
    if run.duration_s is None:
        return False
    return not exceeds(run.duration_s / SECONDS_PER_MIN, step.total_min * policy.session_spike_ratio)


def _runs(asking: Consultation, as_of: date) -> list[RunFact]:
    return asking.histories.runs_until(as_of)


def _return(runs: list[RunFact], before: date | None, policy: Policy, as_of: date) -> int | None:
    """Return the place of the newest run after a long break, if it is not long ago."""
    for place in range(len(runs) - 1, -1, -1):
        if (as_of - runs[place].on).days > LADDER_DAYS:
            return None
        previous = runs[place - 1].on if place > 0 else before
        if previous is not None and (runs[place].on - previous).days >= policy.gap_restart_days:
            return place
    return None


def _days_since(runs: list[RunFact], as_of: date) -> int | None:
    return (as_of - runs[-1].on).days if runs else None
