"""Rest, resume, hurt: does rest alone keep failing this runner?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import fsum

from app.guidance.domain.policy import Policy
from app.guidance.domain.ratio import falls_short, quotient
from app.guidance.domain.readings import hurts
from app.guidance.domain.ruleset.numbers import (
    CYCLE_BACK_DAYS,
    CYCLE_CONFIRMED,
    CYCLE_REST_DAYS,
    CYCLE_RUNS_BACK,
    CYCLE_SAME_LOAD_RATIO,
    CYCLE_SETTLED_MAX,
    CYCLE_WINDOW_DAYS,
    SHORT_RATIO_DIGITS,
    WEEK_DAYS,
)
from app.guidance.domain.timeline import DatedRun, Timeline
from app.guidance.domain.volume import common_unit, load_of


@dataclass(frozen=True, slots=True)
class Cycle:
    """One hurt run, the rest after it, and the run that hurt again."""

    hurt: date
    resume: date
    hurt_again: date
    rest_days: int
    settled: bool | None
    return_ratio: float | None
    subtype: str | None


@dataclass(frozen=True, slots=True)
class CycleReport:
    """Cycles that closed in the last 84 days, oldest first: none, suspected or confirmed."""

    cycles: tuple[Cycle, ...]

    @property
    def status(self) -> str:
        """Return none, suspected (one cycle) or confirmed (two or more)."""
        if len(self.cycles) >= CYCLE_CONFIRMED:
            return "confirmed"
        return "suspected" if self.cycles else "none"


def find_cycles(timeline: Timeline, policy: Policy) -> CycleReport:
    """Find every cycle that closed in the last 84 days; the future is not looked at."""
    found = (_cycle_at(place, timeline, policy) for place in _after_rests(timeline))
    return CycleReport(tuple(cycle for cycle in found if cycle is not None))


def _after_rests(timeline: Timeline) -> list[int]:
    """Return the places of the runs with enough run-free days right before them."""
    days = [day for day, _ in timeline.runs]
    return [place for place, (last, day) in enumerate(pairwise(days), 1) if day - last - 1 >= CYCLE_REST_DAYS]


def _cycle_at(place: int, timeline: Timeline, policy: Policy) -> Cycle | None:
    """Is the rest before this run part of a cycle?"""
    again = _first_hurt_back(place, timeline, policy)
    if again is None or not _hurt_on(place - 1, timeline, policy):
        return None
    hurt_day, resume_day = timeline.runs[place - 1].day, timeline.runs[place].day
    settled = _settled(hurt_day, resume_day, timeline)
    return None if settled is False else _cycle(hurt_day, resume_day, again, settled, timeline)


def _cycle(hurt_day: int, resume_day: int, again: int, settled: bool | None, timeline: Timeline) -> Cycle:
    ratio = _return_ratio(hurt_day, resume_day, timeline)
    return Cycle(
        hurt=date.fromordinal(hurt_day),
        resume=date.fromordinal(resume_day),
        hurt_again=date.fromordinal(again),
        rest_days=resume_day - hurt_day - 1,
        settled=settled,
        return_ratio=None if ratio is None else round(ratio, SHORT_RATIO_DIGITS),
        subtype=_subtype(ratio),
    )


def _hurt_on(place: int, timeline: Timeline, policy: Policy) -> bool:
    """Did any run of this run's day hurt?"""
    day = timeline.runs[place].day
    while place >= 0 and timeline.runs[place].day == day:
        if hurts(timeline.runs[place].entry, policy):
            return True
        place -= 1
    return False


def _first_hurt_back(place: int, timeline: Timeline, policy: Policy) -> int | None:
    """Return the day of the first hurt run among the first four back, if it still counts today."""
    resume_day = timeline.runs[place].day
    for day, entry in timeline.runs[place : place + CYCLE_RUNS_BACK]:
        if day > resume_day + CYCLE_BACK_DAYS:
            return None
        if hurts(entry, policy):
            return day if day >= timeline.today - CYCLE_WINDOW_DAYS else None
    return None


def _settled(hurt_day: int, resume_day: int, timeline: Timeline) -> bool | None:
    """Was the knee quiet at the end of the rest? None if nobody wrote it down."""
    log = timeline.log
    worst = [log.worst[day] for day in range(hurt_day + 1, resume_day) if day in log.worst]
    last = log.morning_worst.get(resume_day, worst[-1] if worst else None)
    return None if last is None else last <= CYCLE_SETTLED_MAX


def _return_ratio(hurt_day: int, resume_day: int, timeline: Timeline) -> float | None:
    """Return the load of the first week back beside the week that ended with the hurt run."""
    before = _runs_between(timeline, hurt_day - WEEK_DAYS + 1, hurt_day)
    back = _runs_between(timeline, resume_day, resume_day + WEEK_DAYS - 1)
    unit = common_unit([run.entry for run in before + back])
    return None if unit is None else quotient(_sum(back, unit), _sum(before, unit))


def _runs_between(timeline: Timeline, first: int, last: int) -> list[DatedRun]:
    return [run for run in timeline.runs if first <= run.day <= last]


def _sum(runs: list[DatedRun], unit: str) -> float:
    return fsum(load_of(run.entry, unit) or 0 for run in runs)


def _subtype(ratio: float | None) -> str | None:
    if ratio is None:
        return None
    return "hurt_despite_less_load" if falls_short(ratio, CYCLE_SAME_LOAD_RATIO) else "returned_too_high"
