"""Turns what the logbook holds into what the engine may know: one history a knee, as of any day.

What is known of a day is the same on every later day, but for scores that were told after the run they are
about. So each entry is made once, and a history of a day is a piece of the whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import Any

from app.guidance.domain.history import DailyEntry, RunEntry, RunnerHistory
from app.guidance.domain.ruleset.numbers import CADENCE_DAYS, KNEE_TRACKED_DAYS, METRES_PER_KM, SECONDS_PER_MIN
from app.guidance.domain.timeline import DatedRun, DayLog, Timeline, log_of
from app.logbook.domain import PainMoment, Side
from app.logbook.facts import CheckInFact, Facts, Key, RunFact, ScoreFact

_TRACKING = frozenset({PainMoment.DURING, PainMoment.AFTER_60_MIN, PainMoment.NEXT_MORNING, PainMoment.WORST})
_ABOUT_RUNNING = frozenset({PainMoment.DURING, PainMoment.AFTER_60_MIN})
_DAY = timedelta(days=1)
_Noted = tuple[CheckInFact, DailyEntry]


class Histories:
    """A patient's facts, asked as of one day after another; none that was deleted is among them."""

    def __init__(self, facts: Facts, before: Histories | None = None) -> None:
        """From `before`, the same patient's, entries are taken where all that they are made of is the same."""
        self._before = before._knees if before is not None else {}
        self._runs, self._scores = _by_day(facts.runs), _by_day(facts.scores)
        self._check_ins = _by_day(facts.check_ins)
        self._intakes = facts.intakes
        self._is_ahead = any(fact.ahead for fact in facts)
        self._knees: dict[Side | None, _Knee] = {}

    def knees_on(self, as_of: date) -> tuple[Side | None, ...]:
        """Return the knees that are judged on their own; one unnamed knee where no side was said."""
        first = as_of - timedelta(days=KNEE_TRACKED_DAYS)
        if self._is_ahead:
            sides = {fact.side for fact in self._known(self._scores, first, as_of) if fact.moment in _TRACKING}
            sides |= {fact.side for fact in self._known(self._check_ins, first, as_of)}
        else:
            sides = {side for side, days in self._sided.items() if _is_any_between(days, first, as_of)}
        return tuple(side for side in Side if side in sides) or (None,)

    @cached_property
    def _sided(self) -> dict[str, list[date]]:
        """The days on which each knee was told of by name, in order."""
        days: dict[str, list[date]] = defaultdict(list)
        for fact in self._scores.facts:
            if fact.side is not None and fact.moment in _TRACKING:
                days[fact.side].append(fact.on)
        for fact in self._check_ins.facts:
            if fact.side is not None:
                days[fact.side].append(fact.on)
        return {side: sorted(found) for side, found in days.items()}

    def last_run_on(self, as_of: date) -> RunFact | None:
        """Return the newest run up to that day that does not lie ahead; of several on one day the latest."""
        runs = self._runs.facts
        places = range(bisect_right(self._runs.days, as_of) - 1, -1, -1)
        return next((runs[place] for place in places if not runs[place].ahead), None)

    def runs_until(self, as_of: date) -> list[RunFact]:
        """Return the runs up to a day, oldest first, without those that lie ahead."""
        return [run for run in self._runs.between(date.min, as_of) if not run.ahead]

    def scores_of(self, run: RunFact, as_of: date) -> list[ScoreFact]:
        """Return the scores about a run that are known on that day."""
        return [fact for fact in self._known(self._scores, date.min, as_of) if fact.run_key == run.key]

    def history_on(
        self, knee: Side | None, as_of: date, red_flags: tuple[str, ...] = (), since: date = date.min
    ) -> RunnerHistory:
        """Return what the engine may know of one knee; scores without a side are counted for each knee.

        Days before `since` are left out, so that an answer does not depend on how much was read.
        """
        known = self._known_knee(knee, as_of)
        if known is None:
            # A clock ran ahead, or a score was told before the run that it is about: made for this day alone.
            known = self._upto(as_of)._knee(knee, ahead_on=as_of + _DAY)
            return known.on(since, None, as_of, red_flags, self._declared_km(as_of))
        return known.on(since, as_of, as_of, red_flags, self._declared_km(as_of))

    def _declared_km(self, as_of: date) -> float | None:
        """Return the longest run that was declared last, up to a day; on one day the latest word."""
        told = [fact for fact in self._intakes if fact.on <= as_of and not fact.ahead and fact.declared_longest_m]
        newest = max(reversed(told), key=attrgetter("on"), default=None)
        longest_m = newest.declared_longest_m if newest is not None else None
        return None if longest_m is None else longest_m / METRES_PER_KM

    def timeline_on(self, knee: Side | None, as_of: date, since: date = date.min) -> Timeline | None:
        """Return the same by day, cut from what is made once; None where the day's history stands alone."""
        known = self._known_knee(knee, as_of)
        return known.timeline(since, as_of) if known is not None else None

    def _known_knee(self, knee: Side | None, as_of: date) -> _Knee | None:
        if self._is_ahead:
            return None
        if knee not in self._knees:
            self._knees[knee] = self._knee(knee, ahead_on=None)
        found = self._knees[knee]
        return None if found.is_early(as_of) else found

    def _upto(self, as_of: date) -> Histories:
        runs, scores, check_ins = (
            self._known(listed, date.min, as_of) for listed in (self._runs, self._scores, self._check_ins)
        )
        return Histories(Facts(runs, scores, check_ins))

    def _known(self, listed: _ByDay, first: date, as_of: date) -> list[Any]:
        """Return the facts from a day on that are known on another, those whose clock ran ahead among them."""
        if not self._is_ahead:
            return listed.between(first, as_of)
        return [fact for fact in listed.between(first, date.max) if fact.on <= as_of or fact.ahead]

    def _knee(self, knee: Side | None, ahead_on: date | None) -> _Knee:
        scores, check_ins = self._scores.facts, self._check_ins.facts
        if knee is not None:
            scores = [fact for fact in scores if fact.side is None or fact.side == knee]
            check_ins = [fact for fact in check_ins if fact.side is None or fact.side == knee]
        before = self._before.get(knee) if ahead_on is None else None
        return _Knee(self._runs.facts, scores, check_ins, ahead_on, before=before)


@dataclass(frozen=True)
class _ByDay:
    """Facts of one kind, by day; of one day in the order given."""

    facts: list[Any]

    @cached_property
    def days(self) -> list[date]:
        return [fact.on for fact in self.facts]

    def between(self, first: date, last: date) -> list[Any]:
        return self.facts[bisect_left(self.days, first) : bisect_right(self.days, last)]


def _by_day(facts: Iterable[Any]) -> _ByDay:
    return _ByDay(sorted(facts, key=attrgetter("on")))


class _Knee:
    """One knee's entries, made once; `ahead_on` is the day that facts of a clock that ran ahead are put on."""

    def __init__(
        self, runs: list[RunFact], scores: list[ScoreFact], check_ins: list[CheckInFact], ahead_on: date | None, *,
        before: _Knee | None,
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
        self._log_before = (before._daily, before._by_day[2]) if before is not None and before._by_day else None

    def is_early(self, as_of: date) -> bool:
        """Was a score known on that day, and the run that it is about not yet?"""
        return any(told <= as_of < ran for told, ran in self._early)

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
        if self._by_day is None:
            dated = [DatedRun(run.on.toordinal(), run) for run in self._sessions]
            self._by_day = dated, frozenset(run.day for run in dated), self._log()
        whole, run_days, log = self._by_day
        first, end = bisect_left(self._days, since), bisect_right(self._days, upto)
        runs = whole[first:end]
        for place in self._late_places(first, end, upto):
            runs[place - first] = DatedRun(whole[place].day, self._entry(self._runs[place], upto))
        return Timeline(upto.toordinal(), tuple(runs), run_days, log, 0)

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

    def _made_before(self, run: RunFact, before: _Knee | None) -> RunEntry | None:
        """Return the entry that was made of the same run and the same scores before."""
        if before is None or run.key not in before._made or before._linked[run.key] != self._linked[run.key]:
            return None
        was, entry = before._made[run.key]
        return entry if was == run else None

    def _entry(self, run: RunFact, upto: date | None) -> RunEntry:
        """Return a run with the worst score of each moment, of those told up to a day."""
        worst: dict[str, float] = {}
        for fact in self._linked[run.key]:
            if upto is None or fact.on <= upto:
                worst[fact.moment] = max(fact.score, worst.get(fact.moment, 0.0))
        return _run_entry(run, self._ahead_on if run.ahead and self._ahead_on else run.on, worst)


def _is_any_between(days: list[date], first: date, last: date) -> bool:
    """Is any of the days, which are in order, one from the first to the last?"""
    place = bisect_left(days, first)
    return place < len(days) and days[place] <= last


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
