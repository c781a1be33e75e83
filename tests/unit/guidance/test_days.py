"""One day after another: a history cut from the whole says the same as one made for the day alone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.guidance.domain.advise import advise
from app.guidance.domain.decision import Decision
from app.guidance.domain.policy import resolve_policy
from app.guidance.domain.presets import PRESETS
from app.guidance.histories import Histories
from app.guidance.judgement import Consultation, judge
from app.guidance.pausing import stands
from app.guidance.policies import InForce, PolicyBook, constant
from app.guidance.values import Pause, PolicyRevision
from app.kernel.clock import day_in_zone
from app.logbook.facts import CheckInFact, Facts, RunFact, ScoreFact

GENERATED, TORTURED = 5000, 200_000
"""How many histories are generated in the test command, and by make torture."""
FIRST = date(2026, 1, 20)
SPAN = 45
SCORE = st.sampled_from([0.0, 0.0, 1.0, 1.0, 2.0, 2.1, 3.0, 3.1, 5.0, 5.1, 8.0])
DAY = st.integers(0, SPAN).map(lambda day: FIRST + timedelta(days=day))
SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
ZONES = (
    "Europe/Berlin", "America/New_York", "America/St_Johns", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kolkata",
    "Asia/Kathmandu", "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Kiritimati", "UTC",
)  # fmt: skip


def examples(request: pytest.FixtureRequest) -> int:
    return TORTURED if request.config.option.torture else GENERATED


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Draw runs of some weeks with their scores and check-ins, some of them sore, some told late."""
    runs, scores = [], []
    for number, on in enumerate(sorted(draw(st.lists(DAY, max_size=10)))):
        key = f"{number:032x}"
        limp = draw(st.sampled_from([False] * 9 + [True]))
        runs.append(RunFact(key, on, False, False, 5000, 1800, None, limp, False, False))
        for moment, later in (("during", 0), ("next_morning", 1)):
            if draw(st.sampled_from([True] * 7 + [False])):
                told = on + timedelta(days=later + draw(st.sampled_from([0] * 9 + [5])))
                scores.append(
                    ScoreFact(
                        f"{100 + 10 * number + later:032x}", told, False, False, draw(SCORE), moment, "left", key, False
                    )
                )
    days = draw(st.lists(DAY, max_size=6))
    check_ins = [
        CheckInFact(f"{place:x}", day, False, False, draw(st.none() | SCORE), draw(SCORE), None, [], [])
        for place, day in enumerate(sorted(days))
    ]
    return Facts(runs, sorted(scores, key=lambda fact: fact.on), check_ins)


BOOKS = st.sampled_from([constant(InForce(name, resolve_policy(name, {}))) for name in PRESETS])


def _same_cut_as_alone(known: Facts, book: PolicyBook, day: date) -> None:
    histories, policy = Histories(known), book.on(day).policy
    histories.history_on(None, FIRST + timedelta(days=SPAN))
    for knee in histories.knees_on(day):
        history, timeline = histories.history_on(knee, day), histories.timeline_on(knee, day)
        assert advise(history, policy, day, timeline=timeline) == advise(history, policy, day)


def test_a_timeline_cut_from_the_whole_gives_the_same_advice(request: pytest.FixtureRequest) -> None:
    checked = settings(max_examples=examples(request), **SLOW)(given(facts(), BOOKS, DAY)(_same_cut_as_alone))
    checked()


def _never_unsafe(known: Facts, book: PolicyBook, day: date) -> None:
    judgement = judge(Consultation(known, book), [], day, "UTC")
    if judgement.advice.decision is not Decision.PROGRESS:
        return
    policy = book.on(day).policy
    last = [run for run in known.runs if run.on <= day][-1]
    assert last.on < day
    assert not last.limp
    told = [fact for fact in known.scores if fact.run_key == last.key and fact.on <= day]
    during = [fact.score for fact in told if fact.moment == "during"]
    assert during
    assert policy.within(max(during), policy.progress_max)
    mornings = [fact.score for fact in told if fact.moment == "next_morning"]
    next_day = last.on + timedelta(days=1)
    assert mornings or any(entry.on == next_day and entry.morning_pain is not None for entry in known.check_ins)


def test_progress_is_never_said_on_doubt(request: pytest.FixtureRequest) -> None:
    checked = settings(max_examples=examples(request), **SLOW)(given(facts(), BOOKS, DAY)(_never_unsafe))
    checked()


@settings(max_examples=300, **SLOW)
@given(facts(), DAY, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(known: Facts, day: date, chance: object) -> None:
    mixed = Facts(*(list(listed) for listed in (known.runs, known.scores, known.check_ins)))
    for listed in (mixed.scores, mixed.check_ins):
        chance.shuffle(listed)  # type: ignore[attr-defined]
    book = PolicyBook()
    asked = [judge(Consultation(listed, book), [], day, "UTC").advice for listed in (known, mixed)]
    assert asked[0] == asked[1]


@settings(max_examples=300, **SLOW)
@given(facts(), DAY)
def test_the_same_score_twice_changes_nothing(known: Facts, day: date) -> None:
    twice = Facts(known.runs, sorted([*known.scores, *known.scores], key=lambda fact: fact.on), known.check_ins)
    book = PolicyBook()
    assert (
        judge(Consultation(known, book), [], day, "UTC").advice
        == judge(Consultation(twice, book), [], day, "UTC").advice
    )


@pytest.mark.parametrize("zone", ZONES)
def test_a_pause_closed_at_any_hour_of_a_day_ends_with_that_day_where_the_person_is(zone: str) -> None:
    """Also on the days on which clocks are changed, and at the ends of months."""
    for number in range(366):
        day = date(2026, 1, 1) + timedelta(days=number)
        for clock in (time(0, 0), time(1, 30), time(2, 30), time(12), time(23, 59)):
            at = datetime.combine(day, clock, ZoneInfo(zone))
            pause = Pause(
                id=None, opened_on=day - timedelta(days=3), opened_at=at, rule="PAIN_PAUSE",  # type: ignore[arg-type]
                refer="therapist", cause="x", closed_at=at,
            )  # fmt: skip
            closed_on = day_in_zone(at.astimezone(ZoneInfo("UTC")), zone)
            assert abs(closed_on - day) <= timedelta(0 if clock >= time(3) else 1)
            assert stands(pause, closed_on - timedelta(days=1), zone)
            assert not stands(pause, closed_on, zone)


def test_a_policy_is_in_force_from_its_first_day_and_the_later_word_of_one_day_counts() -> None:
    def revision(preset: str, day: int) -> PolicyRevision:
        return PolicyRevision(
            id=None, preset=preset, overrides={}, policy={}, starts_on=FIRST + timedelta(days=day), reason="x",  # type: ignore[arg-type]
            under_18=False, set_by=None, set_at=None,  # type: ignore[arg-type]
        )  # fmt: skip

    book = PolicyBook([revision("esculier_2018", 5), revision("vincent_2017", 2), revision("thomee_1997", 5)])
    told = [book.on(FIRST + timedelta(days=day)).preset for day in (1, 2, 4, 5, 9)]
    assert told == ["running_pain_3_of_10", "vincent_2017", "vincent_2017", "thomee_1997", "thomee_1997"]
