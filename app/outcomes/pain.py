"""The pain of some days, whoever asked for it: scores, check-ins, and answers to the pain questions of outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.logbook.domain import PainMoment, Side
from app.logbook.facts import CheckInFact, Facts, ScoreFact
from app.outcomes.domain.severity import WINDOW_DAYS, severity, worst
from app.outcomes.overview import KneePain

DAILY_MOMENTS = frozenset({PainMoment.WORST, PainMoment.USUAL})
"""The moments that tell of a whole day."""


@dataclass(frozen=True, slots=True)
class PainPoint:
    """How bad it was on a day, of one knee (None: not said); `is_daily` says that it tells of the whole day."""

    on: date
    side: Side | None
    score: float
    is_daily: bool


def pain_points(
    facts: Facts, answers: Iterable[tuple[date, str | None, float]], first: date, as_of: date
) -> list[PainPoint]:
    """Return all pain from one day up to another; what was deleted, or lies ahead of the clock, is not among it."""
    found = [PainPoint(on, _side(side), score, True) for on, side, score in answers]
    found += [point for score in facts.scores if _is_known(score, first, as_of) for point in _of_score(score)]
    found += [point for told in facts.check_ins if _is_known(told, first, as_of) for point in _of_check_in(told)]
    return found


def sore_sides(pain: Iterable[PainPoint]) -> frozenset[Side]:
    """Which knees hurt at all?"""
    return frozenset(point.side for point in pain if point.side is not None and point.score > 0)


def severities(pain: Iterable[PainPoint], today: date) -> tuple[KneePain, ...]:
    """Return how severe the pain of seven days was: altogether, and of each knee that was named."""
    week = [point for point in pain if point.on > today - timedelta(days=WINDOW_DAYS)]
    named = [side for side in Side if any(point.side is side for point in week)]
    return tuple(_knee(side, week) for side in (None, *named))


def _knee(side: Side | None, week: list[PainPoint]) -> KneePain:
    """Return one knee's pain; a score that names no knee counts for each."""
    found = worst([point.score for point in week if side is None or point.side in (side, None)])
    return KneePain(side, found, severity(found))


def _is_known(fact: ScoreFact | CheckInFact, first: date, as_of: date) -> bool:
    return not fact.deleted and not fact.ahead and first <= fact.on <= as_of


def _of_score(fact: ScoreFact) -> list[PainPoint]:
    return [PainPoint(fact.on, _side(fact.side), fact.score, fact.moment in DAILY_MOMENTS)]


def _of_check_in(fact: CheckInFact) -> list[PainPoint]:
    told = [(fact.morning_pain, False), (fact.worst_pain, True)]
    return [PainPoint(fact.on, _side(fact.side), score, daily) for score, daily in told if score is not None]


def _side(side: str | None) -> Side | None:
    return Side(side) if side else None
