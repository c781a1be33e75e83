"""Turns what the logbook holds into what the engine may know: one history a knee, as of any day.

What is known of a day is the same on every later day, but for scores that were told after the run they are
about. So each entry is made once, and a history of a day is a piece of the whole.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any

from app.guidance.domain.history import RunnerHistory
from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset.numbers import KNEE_TRACKED_DAYS, METRES_PER_KM
from app.guidance.domain.timeline import Timeline
from app.guidance.domain.unrest import Unrest
from app.guidance.knee import Knee
from app.logbook.domain import PainMoment, Side
from app.logbook.facts import Facts, RunFact, ScoreFact

_TRACKING = frozenset({PainMoment.DURING, PainMoment.AFTER_60_MIN, PainMoment.NEXT_MORNING, PainMoment.WORST})
_DAY = timedelta(days=1)


class Histories:
    """A patient's facts, asked as of one day after another; none that was deleted is among them."""

    def __init__(self, facts: Facts, before: Histories | None = None) -> None:
        """From `before`, the same patient's, entries are taken where all that they are made of is the same."""
        self._before = before._knees if before is not None else {}
        self._runs, self._scores = _by_day(facts.runs), _by_day(facts.scores)
        self._check_ins = _by_day(facts.check_ins)
        self._intakes = facts.intakes
        self._is_ahead = any(map(attrgetter("ahead"), facts))
        self._knees: dict[Side | None, Knee] = {}

    def knees_on(self, as_of: date) -> tuple[Side | None, ...]:
        """Return the knees that are judged on their own; one unnamed knee where no side was said."""
        first = as_of - timedelta(days=KNEE_TRACKED_DAYS)
        if self._is_ahead:
            sides = {fact.side for fact in self._known(self._scores, first, as_of) if fact.moment in _TRACKING}
            sides |= {fact.side for fact in self._known(self._check_ins, first, as_of)}
        else:
            sides = {side for side, days in self._sided.items() if _is_any_between(days, first, as_of)}
        return tuple(side for side in Side if side in sides) or (None,)

    def knees_over(self, days: Sequence[date]) -> Iterable[Side | None]:
        """Return all knees that are judged on their own on any of these days, which are in order."""
        if not self._is_ahead:
            tracked = timedelta(days=KNEE_TRACKED_DAYS)
            told = [side for side, on in self._sided.items() if _is_any_between(on, days[0] - tracked, days[-1])]
            if any(_is_any_between(self._sided[side], days[-1] - tracked, days[0]) for side in told):
                return [Side(side) for side in told]  # there is a named one on each day
        return {knee for day in days for knee in self.knees_on(day)}

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
        known = self._known_knee(knee, as_of, as_of)
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
        known = self._known_knee(knee, as_of, as_of)
        return known.timeline(since, as_of) if known is not None else None

    def unrest_over(self, knee: Side | None, first: date, last: date, policy: Policy) -> Unrest | None:
        """Return when the knee could have been sore enough to pause; None where a day's history stands alone."""
        known = self._known_knee(knee, first, last)
        return known.unrest(policy) if known is not None else None

    def _known_knee(self, knee: Side | None, first: date, last: date) -> Knee | None:
        """Return a knee's entries as they hold on each day from one to another; None where they do not on some day."""
        if self._is_ahead:
            return None
        if knee not in self._knees:
            self._knees[knee] = self._knee(knee, ahead_on=None)
        found = self._knees[knee]
        return None if found.is_early(first, last) else found

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

    def _knee(self, knee: Side | None, ahead_on: date | None) -> Knee:
        scores, check_ins = self._scores.facts, self._check_ins.facts
        if knee is not None:
            scores = [fact for fact in scores if fact.side is None or fact.side == knee]
            check_ins = [fact for fact in check_ins if fact.side is None or fact.side == knee]
        before = self._before.get(knee) if ahead_on is None else None
        return Knee(self._runs.facts, scores, check_ins, ahead_on, before=before)


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


def _is_any_between(days: list[date], first: date, last: date) -> bool:
    """Is any of the days, which are in order, one from the first to the last?"""
    place = bisect_left(days, first)
    return place < len(days) and days[place] <= last
