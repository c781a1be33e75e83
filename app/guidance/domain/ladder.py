"""The run-walk ladder: back to thirty minutes of running in steps of thirty minutes each, and a little beyond."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.guidance.domain.decision import Decision
from app.guidance.domain.ratio import exceeds

GATE_MAX = 2.0  # NRS, highest pain in walking, on stairs and in hops that opens the ladder (udel_running)
HOPS_FROM_STEP = 5  # step from which ten single-leg hops are asked (E)
RUNS_A_WEEK_MAX = 4  # runs in 7 days (udel_running)
DAYS_BETWEEN = 1  # days off between two runs (udel_running)
CLEAN_A_STEP = 2  # clean sessions before the next step (crowell2023)
CLIMBS_A_WEEK_MAX = 2  # steps up in 7 days (udel_running)
CLIMB_DAYS = 7  # days in which runs and steps up are counted (udel_running)
WALK_STEP = 0  # step of walking alone (E)
FIRST_RUN_STEP = 1  # step to begin with after a long break (E)
SHORT_BREAK_STEP = 3  # step to begin with after a short break, with little pain in daily life (E)
LONG_BREAK_DAYS = 28  # days since the last run that begin at the first running step (E)
LEAVING_STEP = 8  # step at which the ladder is left and the usual rules apply (E)
NOTHING_STEPS = 0  # steps for a hold
# Largest cut in percent, and how many steps down it means; beyond the last it is back to the first running step (E).
STEPS_DOWN = ((20, 1), (40, 2), (50, 3))


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


STEPS = (
    # step, minutes of running, minutes of walking, repeats, extra (E, shaped after crowell2023)
    Step(0, 0, 30, 1, "walk_only"),
    Step(1, 1, 5, 5, "flat"),
    Step(2, 2, 4, 5, "flat"),
    Step(3, 3, 3, 5, "flat"),
    Step(4, 4, 2, 5, "flat"),
    Step(5, 5, 1, 5, "flat"),
    Step(6, 9, 1, 3, "flat"),
    Step(7, 14, 1, 2, "flat"),
    Step(8, 30, 0, 1, "flat"),
    Step(9, 33, 0, 1, "none"),
    Step(10, 36, 0, 1, "none"),
    Step(11, 36, 0, 1, "strides_4_x_20_s_flat"),
    Step(12, 36, 0, 1, "gentle_hills_downhill_up_to_10_percent"),
)
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
    recent = days_since_run is not None and days_since_run < LONG_BREAK_DAYS
    return SHORT_BREAK_STEP if calm and recent else FIRST_RUN_STEP


def steps_of(decision: Decision, change_percent: float) -> int | None:
    """How many steps does the engine's answer mean? None is back to the first running step, or a stop."""
    if decision is Decision.PROGRESS:
        return 1
    if decision is Decision.HOLD:
        return NOTHING_STEPS
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
    return sum(day - CLIMB_DAYS < on <= day for on in climbed_on) < CLIMBS_A_WEEK_MAX


def earliest_day(run_days: Sequence[int], today: int, rest_days: int = 0) -> int:
    """On which day may the next session be, by the runs so far (day numbers) and the rest that was advised?"""
    day = max([today, *(ran + max(DAYS_BETWEEN, rest_days) + 1 for ran in run_days[-1:])])
    while sum(day - CLIMB_DAYS < ran for ran in set(run_days)) >= RUNS_A_WEEK_MAX:
        day += 1
    return day
