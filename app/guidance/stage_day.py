"""Each fact that a stage may ask about, worked out for one day of a programme from what was logged and followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from statistics import median

from app.guidance.domain.decision import Decision
from app.guidance.domain.ladder import STEPS
from app.guidance.domain.policy import Policy
from app.guidance.domain.ratio import exceeds
from app.guidance.domain.readings import Reading, readings_back
from app.guidance.domain.ruleset.numbers import (
    BAD_WINDOW_DAYS,
    BAD_WORST_MIN,
    LEAVING_STEP,
    MEDIAN_MIN_DAYS,
    MORNINGS,
    OVER_WINDOW_DAYS,
    QUIET_MORNING_RISE_MAX,
    RECENT_DAYS,
    RELIEVE_ADHERENCE_DAYS,
    REST_WINDOW_DAYS,
    RESTORE_ADHERENCE_DAYS,
    TARGET_WEEKS,
    USUAL_MORNING_DAYS,
    WEEK_DAYS,
)
from app.guidance.domain.stage_facts import ClinicFacts
from app.guidance.domain.stages import STOPPING_RULES
from app.guidance.domain.timeline import by_day
from app.guidance.following import Following, worst_by_day
from app.guidance.judgement import Consultation, strictest
from app.guidance.pausing import stands
from app.guidance.stirring import in_week_to, told_by_day, told_of
from app.guidance.values import Pause
from app.kernel.clock import day_in_zone
from app.logbook.domain import CheckIn, PainMoment
from app.logbook.facts import Facts
from app.programmes.domain.programme import ProgrammeRevision
from app.programmes.domain.words import Stage

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Followed:
    """What only the plan as it was followed, the check-ins and the clinic tell."""

    following: Following
    check_ins: Sequence[CheckIn]
    clinic: ClinicFacts


@dataclass(frozen=True)
class StageKnown:
    """What is at hand when a stage is judged, up to an instant, and how the rest is read; days are in the zone."""

    asking: Consultation
    policy: Policy
    pauses: Sequence[Pause]
    zone: str
    until: datetime
    read: Callable[[], Followed]

    @cached_property
    def followed(self) -> Followed:
        """What is not at hand, read when it is first asked for."""
        return self.read()


@dataclass(frozen=True)
class StageDay:
    """One day of a programme's stage: a method for each fact, named as the stage engine names it."""

    known: StageKnown
    revision: ProgrammeRevision
    as_of: date

    def days_in_stage(self) -> int:
        """Days since the stage began."""
        return (self.as_of - self._since).days

    def worst_median_7_days(self) -> float | None:
        """Median of the worst pain of 7 days, NRS."""
        return _median(self._worst, self.as_of)

    def stairs_pain(self) -> float | None:
        """Worst pain on stairs of 7 days, NRS."""
        return self._worst_at(PainMoment.STAIRS)

    def walking_pain(self) -> float | None:
        """Worst pain while walking of 7 days, NRS."""
        return self._worst_at(PainMoment.WALKING)

    def quiet_mornings(self) -> int | None:
        """Mornings near the usual level, of the last 7 that were logged."""
        return quiet_mornings(self._facts, self.as_of)

    def red_flag(self) -> bool:
        """Does an urgent sign stand?"""
        return any(pause.rule == "RED_FLAG" for pause in self._pauses)

    def stopping(self) -> frozenset[str]:
        """Rules whose pause stands."""
        return frozenset({pause.rule for pause in self._pauses} & STOPPING_RULES)

    def clean_long_runs(self) -> int:
        """Clean runs of 30 minutes in this stage."""
        return len(self._long_runs)

    def clean_long_runs_span_days(self) -> int:
        """Days from the first to the last of these."""
        return (max(self._long_runs) - min(self._long_runs)).days if self._long_runs else 0

    def weeks_at_target(self) -> int | None:
        """Weeks of the last 4 that reached the wished-for distance."""
        return _weeks_at_target(self._facts, self.revision.plan.target_week_distance_m, self.as_of)

    def over_runs_28_days(self) -> int | None:
        """Runs over the limit in 28 days; None where one is unrated, or there was none."""
        return _over_runs(self._runs, self.as_of - TARGET_WEEKS * WEEK_DAYS * _DAY)

    def over_runs_7_days(self) -> int:
        """Runs of this stage known to have been over, in 7 days."""
        return _told_over(self._runs, max(self.as_of - OVER_WINDOW_DAYS * _DAY, self._since - _DAY))

    def rest_day_decisions_14_days(self) -> int:
        """Runs of the last 14 days that asked for rest, on their day or the morning after."""
        first = max(self.as_of - (REST_WINDOW_DAYS - 1) * _DAY, self._since)
        runs = {run.on for run in self._facts.runs if first <= run.on <= self.as_of and not run.deleted}
        return sum(any(self._rests(day) for day in (on, on + _DAY) if day <= self.as_of) for on in runs)

    def bad_days_of_3(self) -> int:
        """Days of the last 3 with a worst pain of 6 or more."""
        return _bad_days(self._worst, self._since, self.as_of)

    def irritability(self) -> str | None:
        """How easily the knee is stirred up, by what was logged."""
        return in_week_to(self.as_of, told_by_day(told_of(self._facts))).irritability

    def rules(self) -> frozenset[str]:
        """Rules of the engine that fired, of whichever knee; none before a run in this stage."""
        newest = self._asking.histories.last_run_on(self.as_of)
        if newest is None or newest.on < self._since:
            return frozenset()
        return frozenset(found.rule for knee in self._asking.knees(self.as_of) for found in knee.advice.trace)

    def effusion(self) -> bool | None:
        """Is the knee swollen, as was told last within a week?"""
        first = self.as_of - (RECENT_DAYS - 1) * _DAY
        told = [
            one.swelling
            for one in self.known.followed.check_ins
            if one.swelling is not None and first <= day_in_zone(one.performed_at, one.zone) <= self.as_of
        ]
        return told[-1] if told else None

    def adherence_14_days(self) -> float | None:
        """Adherence over 14 days, percent."""
        return self._following.adherence(self.as_of, RELIEVE_ADHERENCE_DAYS, self.known.until).percent

    def adherence_28_days(self) -> float | None:
        """Adherence over 28 days, percent."""
        return self._following.adherence(self.as_of, RESTORE_ADHERENCE_DAYS, self.known.until).percent

    def maintenance_percent(self) -> float | None:
        """Adherence to the maintenance set over 28 days, percent."""
        slugs = frozenset(one.exercise for one in self.revision.plan.exercises if one.stage is Stage.SELF_MANAGED)
        return self._following.adherence(self.as_of, TARGET_WEEKS * WEEK_DAYS, self.known.until, slugs).percent

    @property
    def _asking(self) -> Consultation:
        return self.known.asking

    @property
    def _facts(self) -> Facts:
        return self.known.asking.facts

    @property
    def _following(self) -> Following:
        return self.known.followed.following

    @property
    def _since(self) -> date:
        return self.revision.stage_since_on

    @cached_property
    def _pauses(self) -> list[Pause]:
        return [pause for pause in self.known.pauses if stands(pause, self.as_of, self.known.zone)]

    @cached_property
    def _worst(self) -> dict[date, float]:
        return worst_by_day(self._facts)

    @cached_property
    def _runs(self) -> list[tuple[date, float, bool, bool | None]]:
        histories = self._asking.histories
        asked = (by_day(histories.history_on(knee, self.as_of), self.as_of) for knee in histories.knees_on(self.as_of))
        return _by_run([list(readings_back(timeline, self.known.policy)) for timeline in asked])

    @cached_property
    def _long_runs(self) -> list[date]:
        long = (on for on, minutes, clean, _ in self._runs if clean and minutes >= STEPS[LEAVING_STEP].running_min)
        return [on for on in long if on >= self._since]

    def _worst_at(self, moment: PainMoment) -> float | None:
        first = self.as_of - (RECENT_DAYS - 1) * _DAY
        scores = [one for one in self._facts.scores if not one.deleted and not one.ahead]
        told = [one.score for one in scores if one.moment == moment and first <= one.on <= self.as_of]
        return max(told, default=None)

    def _rests(self, day: date) -> bool:
        return strictest(self._asking.knees(day)).decision is Decision.REST_DAY


def _by_run(knees: list[list[Reading]]) -> list[tuple[date, float, bool, bool | None]]:
    """Return day, minutes, clean and over of each run: clean for every knee, over for any; None is unrated."""
    found = []
    for readings in zip(*knees, strict=True):
        entry = readings[0].entry
        over: bool | None = any(one.over for one in readings)
        if not over and any(one.entry.pain_during is None for one in readings):
            over = None
        found.append((entry.on, entry.duration_min or 0.0, all(one.clean for one in readings), over))
    return found


def _over_runs(readings: Sequence[tuple[date, float, bool, bool | None]], after: date) -> int | None:
    """Return how many runs after a day were over; None where one is unrated, or there was none."""
    told = [over for on, _, _, over in readings if on > after]
    return None if not told or None in told else sum(map(bool, told))


def _told_over(readings: Sequence[tuple[date, float, bool, bool | None]], after: date) -> int:
    """Return how many runs after a day are known to have been over."""
    return sum(bool(over) for on, _, _, over in readings if on > after)


def _median(worst: Mapping[date, float], as_of: date) -> float | None:
    told = [worst[day] for back in range(WEEK_DAYS) if (day := as_of - back * _DAY) in worst]
    return median(told) if len(told) >= MEDIAN_MIN_DAYS else None


def _bad_days(worst: Mapping[date, float], since: date, as_of: date) -> int:
    days = [as_of - back * _DAY for back in range(BAD_WINDOW_DAYS)]
    return sum(worst.get(day, 0.0) >= BAD_WORST_MIN for day in days if day >= since)


def _weeks_at_target(facts: Facts, target_m: int | None, as_of: date) -> int | None:
    """Return how many of the last four weeks reached the target; None without one, or where a distance is unknown."""
    first = as_of - (TARGET_WEEKS * WEEK_DAYS - 1) * _DAY
    runs = [run for run in facts.runs if first <= run.on <= as_of and not run.deleted and not run.ahead]
    if target_m is None or any(run.distance_m is None for run in runs):
        return None
    weeks = [0] * TARGET_WEEKS
    for run in runs:
        weeks[(as_of - run.on).days // WEEK_DAYS] += run.distance_m or 0
    return sum(week >= target_m for week in weeks)


def quiet_mornings(facts: Facts, as_of: date) -> int | None:
    """Return on how many of the last 7 logged days the morning was at its usual level, or little above.

    The usual level is the median of the mornings of 28 days that followed no run. None where it is unknown.
    """
    first = as_of - (USUAL_MORNING_DAYS - 1) * _DAY
    mornings: dict[date, float] = {}
    told = [(one.on, one.morning_pain) for one in facts.check_ins if not one.deleted and not one.ahead]
    scores = [one for one in facts.scores if one.moment == PainMoment.NEXT_MORNING]
    told += [(one.on, one.score) for one in scores if not one.deleted and not one.ahead]
    for on, pain in told:
        if pain is not None and first <= on <= as_of:
            mornings[on] = max(pain, mornings.get(on, 0.0))
    ran = {run.on for run in facts.runs if not run.deleted}
    quiet = [pain for on, pain in mornings.items() if on - _DAY not in ran]
    if not quiet:
        return None
    usual = median(quiet)
    last = sorted(mornings)[-MORNINGS:]
    return sum(not exceeds(mornings[on], usual + QUIET_MORNING_RISE_MAX) for on in last)
