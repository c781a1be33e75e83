"""Whether any of many days could open a pause: one glance over all of them never overlooks one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.guidance.domain.ruleset.numbers import KNEE_TRACKED_DAYS, PAUSE_AFTER_OVER
from app.guidance.judgement import Consultation
from app.guidance.policies import DEFAULT, PolicyBook
from app.logbook.domain import PainMoment, Side
from app.logbook.facts import Facts, RunFact, ScoreFact
from tests.unit.guidance.test_histories import DAYS, FACTS

FIRST = date(2026, 1, 1)
SEVERE, OVER = DEFAULT.policy.pause_min, DEFAULT.policy.acceptable_max + 0.5


def day(number: int) -> date:
    """Return a day so many days after the first."""
    return FIRST + timedelta(days=number)


def a_run(key: int, on: date) -> RunFact:
    """Return a calm run."""
    return RunFact(str(UUID(int=key)), on, False, False, 5000, 1800, None, False, False, False)


def during(run: RunFact, points: float, side: Side | None = None, on: date | None = None) -> ScoreFact:
    """Return a score during a run, told on its day or another."""
    return ScoreFact(str(UUID(int=99)), on or run.on, False, False, points, PainMoment.DURING, side, run.key, False)


def asking(runs: list[RunFact], scores: list[ScoreFact]) -> Consultation:
    """Return what is known, judged by the usual rules."""
    return Consultation(Facts(runs, scores, []), PolicyBook())


@given(FACTS, st.sets(DAYS, min_size=1))
def test_on_days_that_one_glance_calls_calm_nothing_pauses(facts: Facts, days: set[date]) -> None:
    known = Consultation(facts, PolicyBook())
    asked = sorted(days)
    if known.are_calm(asked):
        assert not any(known.pausing_on(one) for one in asked)


def test_no_days_are_calm_and_so_are_days_with_little_pain() -> None:
    runs = [a_run(number, day(2 * number)) for number in range(8)]
    known = asking(runs, [during(run, 1) for run in runs])
    assert known.are_calm([])
    assert known.are_calm([run.on for run in runs])


def test_a_knee_that_was_sore_is_seen_though_only_the_other_one_was_told_of_since() -> None:
    sore, later = a_run(1, day(0)), a_run(2, day(KNEE_TRACKED_DAYS + 1))
    known = asking([sore, later], [during(sore, SEVERE, Side.LEFT), during(later, 0, Side.RIGHT)])
    assert known.pausing_on(sore.on)
    assert not known.pausing_on(later.on)
    assert not known.are_calm([sore.on, later.on])
    assert known.are_calm([later.on])


def test_a_knee_without_a_name_is_seen_where_a_named_one_was_told_of_later() -> None:
    sore, later = a_run(1, day(0)), a_run(2, day(KNEE_TRACKED_DAYS + 1))
    known = asking([sore, later], [during(sore, SEVERE), during(later, 0, Side.RIGHT)])
    assert known.pausing_on(sore.on)
    assert not known.are_calm([sore.on, later.on])


def test_a_score_told_before_its_run_counts_until_then_for_every_run_of_its_day() -> None:
    runs, later = [a_run(number, day(0)) for number in range(PAUSE_AFTER_OVER)], a_run(9, day(1))
    known = asking([*runs, later], [during(later, OVER, on=day(0))])
    assert known.pausing_on(day(0))
    assert not known.pausing_on(day(1))
    assert not known.are_calm([day(0), day(1)])
