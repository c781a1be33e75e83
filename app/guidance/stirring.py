"""How easily the knee is stirred up, by what was told of a week; the worse knee speaks for both (CLINICAL 5.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from app.guidance.domain.hip_first import known_irritability
from app.guidance.domain.ruleset.numbers import RECENT_DAYS
from app.logbook.domain import PainMoment
from app.logbook.facts import CheckInFact, Facts, ScoreFact

_AT_REST = frozenset({PainMoment.REST, PainMoment.NIGHT})
_WORST = frozenset({PainMoment.WORST, PainMoment.DURING})
_DAY = timedelta(days=1)
_BACK = tuple(back * _DAY for back in range(RECENT_DAYS))


class Stirring(NamedTuple):
    """Worst pain (NRS), hours until the knee was calm, and two signs; None is not told."""

    worst: float | None = None
    settle_hours: float | None = None
    low_load_provokes: bool | None = None
    rest_or_night_pain: bool | None = None

    @property
    def irritability(self) -> str | None:
        """Return low, moderate or high; None where what was told does not decide it."""
        return known_irritability(self.worst, self.settle_hours, self.low_load_provokes, self.rest_or_night_pain)


NOTHING = Stirring()
Told = Iterable[tuple[date, Stirring]]


def of_score(moment: str, score: float) -> Stirring:
    """Return what one pain score tells."""
    if moment in _AT_REST:
        return Stirring(rest_or_night_pain=score > 0)
    return Stirring(worst=score) if moment in _WORST else NOTHING


def worst_of(told: Iterable[Stirring]) -> Stirring:
    """Return the worst of each that was told."""
    listed = list(told)
    if len(listed) < 2:
        return listed[0] if listed else NOTHING
    return Stirring(*map(_most, zip(*listed, strict=True)))


def _most(values: tuple[float | None, ...]) -> Any:
    """Return the largest of what is known; None where nothing is."""
    if None not in values:
        return max(values)  # type: ignore[type-var]
    known = [value for value in values if value is not None]
    return max(known) if known else None


def told_by_day(told: Told) -> dict[date, Stirring]:
    """Return by day what was told on it; a day that told nothing is not there."""
    found: dict[date, list[Stirring]] = defaultdict(list)
    for on, one in told:
        if one != NOTHING:
            found[on].append(one)
    return {on: worst_of(listed) for on, listed in found.items()}


def in_week_to(day: date, told: Mapping[date, Stirring]) -> Stirring:
    """Return the worst of the seven days up to one."""
    days = (day - back for back in _BACK)
    return worst_of([told[one] for one in days if one in told])


def in_weeks_to(days: Iterable[date], told: Mapping[date, Stirring]) -> Iterator[Stirring]:
    """Return the same of days in their order, each as `in_week_to` tells it, in one walk along all that was told."""
    known, begin, end = sorted(told.items()), 0, 0
    of_week: tuple[Stirring, ...] = ()
    found = NOTHING
    for day in days:
        first = day - _BACK[-1]
        while end < len(known) and known[end][0] <= day:
            end += 1
        while begin < end and known[begin][0] < first:
            begin += 1
        week = tuple([one for _, one in known[begin:end]])
        if week != of_week:
            of_week, found = week, worst_of(week)
        yield found


def told_of(facts: Facts) -> Iterator[tuple[date, Stirring]]:
    """Return what the facts tell; what was deleted, or lies ahead, tells nothing."""
    yield from ((fact.on, of_score(fact.moment, fact.score)) for fact in facts.scores if _stands(fact))
    yield from ((fact.on, _of_check_in(fact)) for fact in facts.check_ins if _stands(fact))


def stirring_on(facts: Facts, day: date) -> Stirring:
    """Return what was told in the week up to a day; what was taken back today still counts (CLINICAL 1.7)."""
    first = day - (RECENT_DAYS - 1) * _DAY
    scores = [fact for fact in facts.scores if first <= fact.on <= day and not fact.ahead]
    check_ins = [fact for fact in facts.check_ins if first <= fact.on <= day and not fact.ahead]
    return worst_of([*(of_score(fact.moment, fact.score) for fact in scores), *map(_of_check_in, check_ins)])


def _stands(fact: ScoreFact | CheckInFact) -> bool:
    return not fact.deleted and not fact.ahead


def _of_check_in(fact: CheckInFact) -> Stirring:
    return Stirring(worst=fact.worst_pain, settle_hours=fact.settle_hours, low_load_provokes=fact.low_load_provokes)
