"""What the engine is told of a day: the same whether or not more has happened since."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guidance.histories import Histories
from app.logbook.domain import PainMoment, Side
from app.logbook.facts import CheckInFact, Facts, RunFact, ScoreFact

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 12).map(lambda ago: FIRST + timedelta(days=ago))
SIDES = st.none() | st.sampled_from(Side)
KEYS = st.integers(1, 8).map(lambda number: UUID(int=number))
CLOCKS = st.sampled_from([False] * 9 + [True])


def scores() -> st.SearchStrategy[ScoreFact]:
    moments = st.sampled_from([*PainMoment, PainMoment.DURING, PainMoment.NEXT_MORNING])
    points = st.integers(0, 10).map(float)
    return st.builds(
        ScoreFact, KEYS, DAYS, CLOCKS, st.just(False), points, moments, SIDES, st.none() | KEYS, st.booleans()
    )


def runs() -> st.SearchStrategy[RunFact]:
    cadence = st.none() | st.integers(150, 180)
    kept, said = st.just(False), st.booleans()
    return st.builds(RunFact, KEYS, DAYS, CLOCKS, kept, st.just(5000), st.just(1800), cadence, said, said, said)


def check_ins() -> st.SearchStrategy[CheckInFact]:
    points = st.none() | st.integers(0, 10).map(float)
    return st.builds(CheckInFact, KEYS, DAYS, CLOCKS, st.just(False), points, points, SIDES, st.just([]), st.just([]))


FACTS = st.builds(
    Facts,
    st.lists(runs(), max_size=8, unique_by=lambda run: run.key),
    st.lists(scores(), max_size=12),
    st.lists(check_ins(), max_size=6),
)


def known_on(facts: Facts, as_of: date) -> Facts:
    """Return what had happened by that day, and what a clock that ran ahead told."""
    kept = [[fact for fact in listed if fact.on <= as_of or fact.ahead] for listed in _kinds(facts)]
    return Facts(*kept)  # type: ignore[arg-type]


def _kinds(facts: Facts) -> tuple[list[RunFact], list[ScoreFact], list[CheckInFact]]:
    return facts.runs, facts.scores, facts.check_ins


@given(FACTS, SIDES, DAYS)
def test_what_happens_later_changes_nothing_that_was_known_on_a_day(facts: Facts, knee: Side, as_of: date) -> None:
    whole, then = Histories(facts), Histories(known_on(facts, as_of))
    whole.history_on(knee, FIRST + timedelta(days=20))  # asked of another day before
    assert whole.history_on(knee, as_of) == then.history_on(knee, as_of)
    assert whole.knees_on(as_of) == then.knees_on(as_of)
    assert whole.last_run_on(as_of) == then.last_run_on(as_of)


@given(FACTS, DAYS)
def test_only_a_clock_that_ran_ahead_puts_anything_after_the_day(facts: Facts, as_of: date) -> None:
    history = Histories(facts).history_on(None, as_of)
    later = [entry for entry in (*history.sessions, *history.daily) if entry.on > as_of]
    assert bool(later) <= any(fact.ahead for fact in facts)
    assert {entry.on for entry in later} <= {as_of + timedelta(days=1)}


RUN = RunFact(UUID(int=1), FIRST, False, False, 5000, 1800, None, False, False, False)
NEXT = FIRST + timedelta(days=1)


def score(on: date, points: float, moment: PainMoment, run: UUID | None = None) -> ScoreFact:
    return ScoreFact(UUID(int=99), on, False, False, points, moment, None, run, False)


def test_the_next_morning_is_known_the_next_morning() -> None:
    told = Histories(Facts([RUN], [score(NEXT, 4, PainMoment.NEXT_MORNING, RUN.key)], []))
    assert told.history_on(None, FIRST).sessions[0].pain_next_morning is None
    assert told.history_on(None, NEXT).sessions[0].pain_next_morning == 4


def test_the_worst_score_of_a_moment_counts() -> None:
    during = [score(FIRST, points, PainMoment.DURING, RUN.key) for points in (2, 6, 3)]
    assert Histories(Facts([RUN], during, [])).history_on(None, FIRST).sessions[0].pain_during == 6


@pytest.mark.parametrize("run_id", [None, UUID(int=7)])
def test_pain_during_a_run_that_is_not_named_counts_for_the_runs_of_its_day(run_id: UUID | None) -> None:
    told = Histories(Facts([RUN], [score(FIRST, 5, PainMoment.DURING, run_id)], []))
    assert told.history_on(None, NEXT).sessions[0].pain_during == 5


def test_a_score_told_before_its_run_is_of_its_own_day_until_the_run_is_there() -> None:
    run = RUN._replace(on=NEXT)
    told = Histories(Facts([run], [score(FIRST, 5, PainMoment.WORST, run.key)], []))
    assert [entry.worst_pain for entry in told.history_on(None, FIRST).daily] == [5]
    assert told.history_on(None, NEXT).daily == ()


def test_of_two_runs_on_one_day_the_later_is_the_last() -> None:
    second = RUN._replace(key=UUID(int=2))
    assert Histories(Facts([RUN, second], [], [])).last_run_on(NEXT) == second


def _sorer(fact: ScoreFact) -> ScoreFact:
    return fact._replace(score=10 - fact.score)


def _limped(fact: RunFact) -> RunFact:
    return fact._replace(limp=not fact.limp)


def _worse(fact: CheckInFact) -> CheckInFact:
    return fact._replace(worst_pain=None if fact.worst_pain is None else 10 - fact.worst_pain)


@given(FACTS, SIDES, DAYS, st.lists(st.booleans(), min_size=26, max_size=26))
def test_entries_taken_from_before_are_those_made_anew(
    facts: Facts, knee: Side, as_of: date, changes: list[bool]
) -> None:
    change = iter(changes)
    before = Histories(
        Facts(
            [_limped(fact) if next(change) else fact for fact in facts.runs],
            [_sorer(fact) if next(change) else fact for fact in facts.scores],
            [_worse(fact) if next(change) else fact for fact in facts.check_ins],
        )
    )
    before.history_on(knee, FIRST)
    after, anew = Histories(facts, before), Histories(facts)
    assert after.history_on(knee, as_of) == anew.history_on(knee, as_of)
    assert after.timeline_on(knee, as_of) == anew.timeline_on(knee, as_of)


@pytest.mark.parametrize("told_before", [[], [2.0], [2.0, 3.0]])
def test_a_score_that_came_or_went_makes_a_new_entry_of_its_run(told_before: list[float]) -> None:
    earlier = [score(FIRST, points, PainMoment.DURING, RUN.key) for points in told_before]
    before = Histories(Facts([RUN], earlier, []))
    before.history_on(None, NEXT)
    told = Facts([RUN], [score(FIRST, 5, PainMoment.DURING, RUN.key)], [])
    assert Histories(told, before).history_on(None, NEXT).sessions[0].pain_during == 5
