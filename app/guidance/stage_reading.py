"""Turns what was logged and followed into what the stage engine may know, as of a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
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
from app.guidance.domain.stage_facts import ClinicFacts, LoggedFacts, StageFacts
from app.guidance.domain.stages import STOPPING_RULES
from app.guidance.domain.timeline import by_day
from app.guidance.following import Following, worst_by_day
from app.guidance.judgement import Consultation, strictest
from app.guidance.values import Pause
from app.kernel.clock import day_in_zone
from app.logbook.domain import CheckIn, PainMoment
from app.logbook.facts import Facts
from app.programmes.domain.programme import ProgrammeRevision
from app.programmes.domain.words import Stage

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class StageReading:
    """What is at hand when the stage is judged; days are those of the patient's zone."""

    asking: Consultation
    policy: Policy
    following: Following
    check_ins: Sequence[CheckIn]
    clinic: ClinicFacts
    at: datetime

    def facts(self, revision: ProgrammeRevision, as_of: date) -> StageFacts:
        """Return what is known on a day of a programme's stage."""
        return StageFacts(**asdict(self.clinic), **asdict(self._logged(revision, as_of)))

    def newest_run_on(self, as_of: date) -> tuple[str, date] | None:
        """Return key and day of the newest run."""
        run = self.asking.histories.last_run_on(as_of)
        return (run.key, run.on) if run is not None else None

    def _logged(self, revision: ProgrammeRevision, as_of: date) -> LoggedFacts:
        since, worst = revision.stage_since_on, worst_by_day(self.asking.facts)
        readings = _by_run(self._readings(as_of))
        long_runs = [
            on
            for on, minutes, clean, _ in readings
            if clean and minutes >= STEPS[LEAVING_STEP].running_min and on >= since
        ]
        pauses = self.following.pauses_on(as_of)
        newest = self.newest_run_on(as_of)
        return LoggedFacts(
            days_in_stage=(as_of - since).days,
            worst_median_7_days=_median(worst, as_of),
            stairs_pain=self._worst_of(PainMoment.STAIRS, as_of),
            walking_pain=self._worst_of(PainMoment.WALKING, as_of),
            quiet_mornings=quiet_mornings(self.asking.facts, as_of),
            effusion=self._effusion(as_of),
            red_flag=any(pause.rule == "RED_FLAG" for pause in pauses),
            adherence_14_days=self.following.adherence(as_of, RELIEVE_ADHERENCE_DAYS, self.at).percent,
            adherence_28_days=self.following.adherence(as_of, RESTORE_ADHERENCE_DAYS, self.at).percent,
            clean_long_runs=len(long_runs),
            clean_long_runs_span_days=(max(long_runs) - min(long_runs)).days if long_runs else 0,
            weeks_at_target=_weeks_at_target(self.asking.facts, revision.plan.target_week_distance_m, as_of),
            over_runs_28_days=_over_runs(readings, as_of - TARGET_WEEKS * WEEK_DAYS * _DAY),
            over_runs_7_days=_told_over(readings, max(as_of - OVER_WINDOW_DAYS * _DAY, since - _DAY)),
            maintenance_percent=self._maintenance(revision, as_of),
            rest_day_decisions_14_days=self._rest_days(since, as_of),
            bad_days_of_3=_bad_days(worst, since, as_of),
            irritability=self.following.knee.on(as_of).irritability,
            rules=self._rules(as_of) if newest is not None and newest[1] >= since else frozenset(),
            stopping=frozenset(_stopping(pauses)),
        )

    def _readings(self, as_of: date) -> list[list[Reading]]:
        histories = self.asking.histories
        asked = (by_day(histories.history_on(knee, as_of), as_of) for knee in histories.knees_on(as_of))
        return [list(readings_back(timeline, self.policy)) for timeline in asked]

    def _worst_of(self, moment: PainMoment, as_of: date) -> float | None:
        first = as_of - (RECENT_DAYS - 1) * _DAY
        scores = [one for one in self.asking.facts.scores if not one.deleted and not one.ahead]
        told = [one.score for one in scores if one.moment == moment and first <= one.on <= as_of]
        return max(told, default=None)

    def _effusion(self, as_of: date) -> bool | None:
        """Is the knee swollen, as was told last within a week?"""
        told = [
            one.swelling
            for one in self.check_ins
            if one.swelling is not None
            and as_of - RECENT_DAYS * _DAY < day_in_zone(one.performed_at, one.zone) <= as_of
        ]
        return told[-1] if told else None

    def _maintenance(self, revision: ProgrammeRevision, as_of: date) -> float | None:
        slugs = frozenset(one.exercise for one in revision.plan.exercises if one.stage is Stage.SELF_MANAGED)
        return self.following.adherence(as_of, TARGET_WEEKS * WEEK_DAYS, self.at, slugs).percent

    def _rest_days(self, since: date, as_of: date) -> int:
        """Return how many runs of the last 14 days asked for rest, on their day or the morning after."""
        first = max(as_of - (REST_WINDOW_DAYS - 1) * _DAY, since)
        runs = {run.on for run in self.asking.facts.runs if first <= run.on <= as_of and not run.deleted}
        return sum(any(self._rests(day) for day in (on, on + _DAY) if day <= as_of) for on in runs)

    def _rests(self, day: date) -> bool:
        return strictest(self.asking.knees(day)).decision is Decision.REST_DAY

    def _rules(self, as_of: date) -> frozenset[str]:
        return frozenset(found.rule for knee in self.asking.knees(as_of) for found in knee.advice.trace)


def _stopping(pauses: Sequence[Pause]) -> set[str]:
    return {pause.rule for pause in pauses} & STOPPING_RULES


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
