"""One knee's entries as the engine takes them: its runs with the worst of each moment, its days, and both by day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import accumulate
from operator import attrgetter

from app.guidance.domain.history import DailyEntry, RunEntry, RunnerHistory
from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset.numbers import CADENCE_DAYS, METRES_PER_KM, SECONDS_PER_MIN
from app.guidance.domain.timeline import DatedRun, DayLog, Timeline, log_of
from app.guidance.domain.unrest import Unrest
from app.logbook.domain import PainMoment
from app.logbook.facts import CheckInFact, Key, RunFact, ScoreFact

_ABOUT_RUNNING = frozenset({PainMoment.DURING, PainMoment.AFTER_60_MIN})
_Noted = tuple[CheckInFact, DailyEntry]


class Knee:
    """One knee's entries, made once; `ahead_on` is the day that facts of a clock that ran ahead are put on."""

    def __init__(
        self, runs: list[RunFact], scores: list[ScoreFact], check_ins: list[CheckInFact], ahead_on: date | None, *,
        before: Knee | None,
    ) -> None:  # fmt: skip
        self._runs, self._ahead_on = runs, ahead_on
        self._linked, alone = _by_run(runs, scores)
        self._sessions = [self._made_before(run, before) or self._entry(run, None) for run in runs]
        self._made = {run.key: (run, entry) for run, entry in zip(runs, self._sessions, strict=True)}
        self._days = [run.on for run in runs]
        told = [max((fact.on for fact in self._linked[run.key]), default=run.on) for run in runs]
        self._told = told
        self._told_by = list(accumulate(told, max))
        self._early = [
            (fact.on, run.on) for run in runs for fact in self._linked[run.key] if fact.on < run.on and not fact.ahead
        ]
        known = before._noted if before is not None else {}
        noted = [(fact, _note(fact, ahead_on, known.get(fact.key))) for fact in check_ins if _tells_pain(fact)]
        self._noted: dict[Key, _Noted] = {fact.key: (fact, entry) for fact, entry in noted}
        self._daily = sorted([*(entry for _, entry in noted), *_daily(alone, ahead_on)], key=attrgetter("on"))
        self._daily_days = [entry.on for entry in self._daily]
        self._by_day: tuple[list[DatedRun], frozenset[int], DayLog] | None = None
        self._unrest: dict[Policy, Unrest] = {}
        self._log_before = (before._daily, before._by_day[2]) if before is not None and before._by_day else None

    def is_early(self, first: date, last: date) -> bool:
        """Was a score known on a day from one to another, and the run that it is about not yet?"""
        return any(told <= last and first < ran for told, ran in self._early)

    def on(
        self, since: date, upto: date | None, as_of: date, red_flags: tuple[str, ...], declared_km: float | None
    ) -> RunnerHistory:
        """Return the history of the days from one up to another; None as the last takes all there is."""
        first = bisect_left(self._days, since)
        runs = len(self._days) if upto is None else bisect_right(self._days, upto)
        days = len(self._daily) if upto is None else bisect_right(self._daily_days, upto)
        sessions = self._sessions[first:runs]
        for place in self._late_places(first, runs, upto):
            sessions[place - first] = self._entry(self._runs[place], upto)
        return RunnerHistory(
            sessions=tuple(sessions),
            daily=tuple(self._daily[bisect_left(self._daily_days, since) : days]),
            red_flags=red_flags,
            cadence_spm=_cadence(self._runs[first:runs], as_of),
            declared_longest_km=declared_km,
        )

    def timeline(self, since: date, upto: date) -> Timeline:
        """Return the runs of the days from one up to another; the log of all days is shared."""
        whole, run_days, log = self._whole()
        first, end = bisect_left(self._days, since), bisect_right(self._days, upto)
        runs = whole[first:end]
        for place in self._late_places(first, end, upto):
            runs[place - first] = DatedRun(whole[place].day, self._entry(self._runs[place], upto))
        return Timeline(upto.toordinal(), tuple(runs), run_days, log, 0)

    def unrest(self, policy: Policy) -> Unrest:
        """Return when the knee could have been sore enough to pause, by a policy."""
        found = self._unrest.get(policy)
        if found is None:
            whole, _, log = self._whole()
            found = self._unrest[policy] = Unrest(whole, log, policy)
        return found

    def _whole(self) -> tuple[list[DatedRun], frozenset[int], DayLog]:
        """Return all runs by day, the days with one, and the log of all days; made once."""
        if self._by_day is None:
            dated = [DatedRun(run.on.toordinal(), run) for run in self._sessions]
            self._by_day = dated, frozenset(run.day for run in dated), self._log()
        return self._by_day

    def _log(self) -> DayLog:
        """Return the log of all days: the one of before, where it was made of the same."""
        if self._log_before is not None and self._log_before[0] == self._daily:
            return self._log_before[1]
        return log_of(self._daily)

    def _late_places(self, first: int, end: int, upto: date | None) -> Iterator[int]:
        """Yield the runs about which something was told after the day, the newest first."""
        place = end - 1
        while upto is not None and place >= first and self._told_by[place] > upto:
            if self._told[place] > upto:
                yield place
            place -= 1

    def _made_before(self, run: RunFact, before: Knee | None) -> RunEntry | None:
        """Return the entry that was made of the same run and the same scores before."""
        if before is None or run.key not in before._made or before._linked[run.key] != self._linked[run.key]:
            return None
        was, entry = before._made[run.key]
        return entry if was == run else None

    def _entry(self, run: RunFact, upto: date | None) -> RunEntry:
        """Return a run with the worst score of each moment, of those told up to a day."""
        worst: dict[str, float] = {}
        for fact in self._linked[run.key]:
            if (upto is None or fact.on <= upto) and fact.score >= worst.get(fact.moment, 0.0):
                worst[fact.moment] = fact.score
        return _run_entry(run, self._ahead_on if run.ahead and self._ahead_on else run.on, worst)


def _by_run(runs: Iterable[RunFact], scores: Iterable[ScoreFact]) -> tuple[dict[Key, list[ScoreFact]], list[ScoreFact]]:
    """Return the scores about each run, and those that are about none.

    Pain during or after a run that names no known run counts for every run of its day: it must not get lost.
    """
    linked: dict[Key, list[ScoreFact]] = {run.key: [] for run in runs}
    of_day: dict[date, list[Key]] = defaultdict(list)
    for run in runs:
        of_day[run.on].append(run.key)
    alone: list[ScoreFact] = []
    for fact in scores:
        targets = [fact.run_key] if fact.run_key in linked else _same_day_runs(fact, of_day)
        for target in targets:
            linked[target].append(fact)
        if not targets:
            alone.append(fact)
    return linked, alone


def _same_day_runs(fact: ScoreFact, of_day: dict[date, list[Key]]) -> list[Key]:
    about_running = not fact.about_session and fact.moment in _ABOUT_RUNNING
    return of_day.get(fact.on, []) if about_running else []


def _run_entry(run: RunFact, on: date, worst: dict[str, float]) -> RunEntry:
    return RunEntry(
        on=on,
        distance_km=run.distance_m / METRES_PER_KM if run.distance_m else None,
        duration_min=run.duration_s / SECONDS_PER_MIN if run.duration_s else None,
        pain_pre=worst.get(PainMoment.BEFORE),
        pain_during=worst.get(PainMoment.DURING),
        pain_after_60=worst.get(PainMoment.AFTER_60_MIN),
        pain_next_morning=worst.get(PainMoment.NEXT_MORNING),
        limp=run.limp,
        stopped_early_for_pain=run.stopped_early_for_pain,
        painkiller_before=run.painkiller_before,
    )


def _tells_pain(fact: CheckInFact) -> bool:
    return fact.morning_pain is not None or fact.worst_pain is not None


def _note(fact: CheckInFact, ahead_on: date | None, before: _Noted | None) -> DailyEntry:
    """Return the entry of a check-in: the one that was made of the same before, else a new one."""
    if before is not None and before[0] == fact:
        return before[1]
    return DailyEntry(_day_of(fact, ahead_on), fact.morning_pain, fact.worst_pain)


def _daily(alone: Iterable[ScoreFact], ahead_on: date | None) -> list[DailyEntry]:
    """Return one entry for each day's scores that are about no run."""
    by_day: dict[date, list[ScoreFact]] = defaultdict(list)
    for score in alone:
        by_day[_day_of(score, ahead_on)].append(score)
    entries = [_day_entry(day, scores) for day, scores in by_day.items()]
    return [entry for entry in entries if entry.morning_pain is not None or entry.worst_pain is not None]


def _day_of(fact: ScoreFact | CheckInFact, ahead_on: date | None) -> date:
    return ahead_on if fact.ahead and ahead_on is not None else fact.on


def _day_entry(day: date, scores: list[ScoreFact]) -> DailyEntry:
    """Let the other scores of a day raise its worst, where a worst was told at all."""
    told = any(fact.moment == PainMoment.WORST for fact in scores)
    mornings = [fact.score for fact in scores if fact.moment == PainMoment.NEXT_MORNING]
    return DailyEntry(day, max(mornings, default=None), max(fact.score for fact in scores) if told else None)


def _cadence(runs: list[RunFact], as_of: date) -> float | None:
    first = as_of - timedelta(days=CADENCE_DAYS)
    for run in reversed(runs):
        if run.on < first:
            return None
        if run.cadence_spm and run.on <= as_of:
            return run.cadence_spm
    return None
