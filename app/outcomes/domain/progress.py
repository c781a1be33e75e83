"""A series of scores of one instrument and one side: what has changed since its first, and whether that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.outcomes.domain.instruments import Instrument
from app.outcomes.domain.numbers import GRADE_RANK, MEASURE_DIGITS
from app.outcomes.domain.words import Better, Questionnaire


class Towards(StrEnum):
    """Which way a change goes."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Point:
    """One score, or why there is none; `is_ahead` says that its clock ran ahead, so that it counts for nothing.

    `about` is what scores must share to be compared: the activities of a PSFS. `pain` was felt during a test.
    """

    id: object
    at: datetime
    on: date
    score: float | None
    grade: str | None = None
    because: str | None = None
    is_ahead: bool = False
    about: tuple[str, ...] = ()
    pain: float | None = None

    @property
    def counts(self) -> bool:
        """Can it be compared with others?"""
        return self.score is not None and not self.is_ahead


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed from the first score to the newest; without a change, why there is none.

    `is_important` says whether it is at least the smallest change that matters, whichever way it goes.
    """

    change: float | None
    towards: Towards | None
    is_important: bool | None
    because: str | None = None


def change_of(instrument: Instrument, points: Sequence[Point]) -> Change:
    """What has changed from the first score that counts to the newest, oldest given first?"""
    counted = [point for point in points if point.counts]
    if not counted:
        return Change(None, None, None, "no_score")
    first, newest = counted[0], counted[-1]
    if instrument.id is Questionnaire.GLOBAL_CHANGE:
        return _judged(instrument, newest.score or 0.0, newest.score or 0.0)
    if len(counted) == 1:
        return Change(None, None, None, "one_score")
    if first.about != newest.about:
        return Change(None, None, None, "activities_differ")
    change = round((newest.score or 0.0) - (first.score or 0.0), MEASURE_DIGITS)
    return _judged(instrument, change, _size(instrument, change, first, newest))


def _size(instrument: Instrument, change: float, first: Point, newest: Point) -> float:
    """Return the change in the unit of the important one: grades, where that is in grades."""
    if instrument.important is None or not instrument.important.in_grades:
        return change
    return float(GRADE_RANK[newest.grade or ""] - GRADE_RANK[first.grade or ""])


def _judged(instrument: Instrument, change: float, size: float) -> Change:
    important = None if instrument.important is None else abs(size) >= instrument.important.value
    return Change(change, _towards(instrument.better, change), important)


def _towards(better: Better | None, change: float) -> Towards | None:
    if better is None:
        return None
    gain = change if better is Better.HIGHER else -change
    if gain > 0:
        return Towards.BETTER
    return Towards.WORSE if gain < 0 else Towards.SAME
