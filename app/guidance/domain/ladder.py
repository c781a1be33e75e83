"""The run-walk ladder: back to thirty minutes of running in steps of thirty minutes each, and a little beyond."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.guidance.domain.decision import Decision
from app.guidance.domain.policy import USUAL_POLICY
from app.guidance.domain.ratio import exceeds
from app.guidance.domain.ruleset.numbers import (
    CLEAN_A_STEP,
    CLIMBS_A_WEEK_MAX,
    DAYS_BETWEEN,
    FIRST_RUN_STEP,
    GATE_MAX,
    HOPS_FROM_STEP,
    LADDER_STEPS,
    RUNS_A_WEEK_MAX,
    SHORT_BREAK_STEP,
    STEPS_DOWN,
    WALK_STEP,
    WEEK_DAYS,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: minutes of running and walking in turn, how often, and what goes with it."""

    number: int
    run_min: int
    walk_min: int
    repeats: int
    extra: str

    @property
    def total_min(self) -> int:
        """Minutes of the whole session."""
        return (self.run_min + self.walk_min) * self.repeats

    @property
    def running_min(self) -> int:
        """Minutes of running in it."""
        return self.run_min * self.repeats


STEPS = tuple(Step(*row) for row in LADDER_STEPS)
LAST_STEP = STEPS[-1].number


@dataclass(frozen=True, slots=True)
class Gate:
    """Pain NRS in a 30 min brisk walk, on stairs, in ten single-leg hops; None is not known."""

    walk_pain: float | None = None
    stairs_pain: float | None = None
    hops_pain: float | None = None

    def missing(self, step: int) -> tuple[str, ...]:
        """Return what is not known yet and needed for a step."""
        return tuple(name for name, pain in self._asked(step) if pain is None)

    def too_sore(self, step: int) -> tuple[str, ...]:
        """Return what hurts too much for a step."""
        return tuple(name for name, pain in self._asked(step) if pain is not None and exceeds(pain, GATE_MAX))

    def is_open(self, step: int) -> bool:
        """Is all that is needed for a step known and calm? Walking alone is always open."""
        return step == WALK_STEP or not (self.missing(step) or self.too_sore(step))

    def _asked(self, step: int) -> list[tuple[str, float | None]]:
        hops = [("hops_pain", self.hops_pain)] if step >= HOPS_FROM_STEP else []
        return [("walk_pain", self.walk_pain), ("stairs_pain", self.stairs_pain), *hops]


@dataclass(frozen=True, slots=True)
class Climb:
    """How a runner stands on the ladder: the step, clean sessions on it in a row, and the days of steps up."""

    step: int
    clean: int = 0
    climbed_on: tuple[int, ...] = ()


def start_step(days_since_run: int | None, daily_pain: float | None, irritability: str | None) -> int:
    """Where does a runner begin? Not known pain or no run at all is treated like a long break."""
    if irritability == "high":
        return WALK_STEP
    calm = daily_pain is not None and not exceeds(daily_pain, GATE_MAX)
    recent = days_since_run is not None and days_since_run < USUAL_POLICY.gap_restart_days
    return SHORT_BREAK_STEP if calm and recent else FIRST_RUN_STEP


def steps_of(decision: Decision, change_percent: float) -> int | None:
    """How many steps does the engine's answer mean? None is back to the first running step, or a stop."""
    if decision is Decision.PROGRESS:
        return 1
    if decision is Decision.HOLD:
        return 0
    if decision is Decision.PAUSE_AND_REFER:
        return None
    return next((-steps for cut, steps in STEPS_DOWN if not exceeds(-change_percent, cut)), None)


def moved(climb: Climb, decision: Decision, change_percent: float, clean: bool, day: int) -> Climb:
    """Move by the engine's answer to a session: up only after two clean ones, and twice in 7 days at most."""
    steps = steps_of(decision, change_percent)
    if steps is None:
        return Climb(min(climb.step, FIRST_RUN_STEP), 0, climb.climbed_on)
    sessions = climb.clean + 1 if clean else 0
    if steps < 0:
        return Climb(max(climb.step + steps, min(climb.step, FIRST_RUN_STEP)), 0, climb.climbed_on)
    if steps > 0 and sessions >= CLEAN_A_STEP and may_climb(climb.climbed_on, day) and climb.step < LAST_STEP:
        return Climb(climb.step + 1, 0, (*climb.climbed_on, day))
    return Climb(climb.step, sessions, climb.climbed_on)


def may_climb(climbed_on: Sequence[int], day: int) -> bool:
    """May a runner go up on this day, by the steps up of the 7 days that end with it?"""
    return sum(day - WEEK_DAYS < on <= day for on in climbed_on) < CLIMBS_A_WEEK_MAX


def earliest_day(run_days: Sequence[int], today: int, rest_days: int = 0) -> int:
    """On which day may the next session be, by the runs so far (day numbers) and the rest that was advised?"""
    day = max([today, *(ran + max(DAYS_BETWEEN, rest_days) + 1 for ran in run_days[-1:])])
    while sum(day - WEEK_DAYS < ran for ran in set(run_days)) >= RUNS_A_WEEK_MAX:
        day += 1
    return day
