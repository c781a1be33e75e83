"""The pain of some days, whoever asked for it: scores, check-ins, and answers to the pain questions of outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.logbook.domain import PainMoment, Side
from app.logbook.facts import CheckInFact, Facts, ScoreFact
from app.outcomes.domain.numbers import SEVERITY_WINDOW_DAYS
from app.outcomes.domain.severity import severity, worst
from app.outcomes.domain.words import Questionnaire
from app.outcomes.overview import KneePain

MOMENT_OF: dict[str, PainMoment] = {
    Questionnaire.NRS_WORST: PainMoment.WORST,
    Questionnaire.NRS_USUAL: PainMoment.USUAL,
    Questionnaire.NRS_DURING_RUN: PainMoment.DURING,
}
"""The moment that each pain question asks about."""
DAILY_MOMENTS = frozenset({PainMoment.WORST, PainMoment.USUAL})
"""The moments that tell of a whole day."""


@dataclass(frozen=True, slots=True)
class PainPoint:
    """How bad it was on a day, of one knee (None: not said); `is_daily` says that it tells of the whole day."""

    on: date
    side: Side | None
    score: float
    is_daily: bool


def is_pain(response: Mapping[str, Any]) -> bool:
    """Is this the answer to a pain question, with a score?"""
    return response["instrument"] in MOMENT_OF and response["score"] is not None


def answered_pain(common: tuple[str, date, bool, bool], response: Mapping[str, Any]) -> ScoreFact:
    """Return an answer to a pain question as the pain score that it is; `common` is key, day, ahead, deleted.

    The worst is that of its day; pain during a run is that of the runs of its day (CLINICAL 1.2, 4).
    """
    moment = MOMENT_OF[response["instrument"]].value
    return ScoreFact(*common, float(response["score"]), moment, response["side"], None, False)


def pain_points(facts: Facts, first: date, as_of: date) -> list[PainPoint]:
    """Return all pain from one day up to another; what was deleted, or lies ahead of the clock, is not among it."""
    found = [point for score in facts.scores if _is_known(score, first, as_of) for point in _of_score(score)]
    found += [point for told in facts.check_ins if _is_known(told, first, as_of) for point in _of_check_in(told)]
    return found


def sore_sides(pain: Iterable[PainPoint]) -> frozenset[Side]:
    """Which knees hurt at all?"""
    return frozenset(point.side for point in pain if point.side is not None and point.score > 0)


def severities(pain: Iterable[PainPoint], today: date) -> tuple[KneePain, ...]:
    """Return how severe the pain of seven days was: altogether, and of each knee that was named."""
    week = [point for point in pain if point.on > today - timedelta(days=SEVERITY_WINDOW_DAYS)]
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
