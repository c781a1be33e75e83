"""Which of the last seven logged mornings were quiet: at the usual level, or one point above it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.guidance.stage_day import quiet_mornings
from app.logbook.domain import PainMoment
from app.logbook.facts import CheckInFact, Facts, RunFact, ScoreFact

DAY = date(2026, 3, 30)


def facts(mornings: dict[int, float], ran: tuple[int, ...] = ()) -> Facts:
    """Return a log with these mornings, and runs on those days, all told in days ago."""
    told = sorted(mornings.items(), reverse=True)
    check_ins = [
        CheckInFact(f"{ago:x}", ago_of(ago), False, False, pain, None, None, None, None, [], []) for ago, pain in told
    ]
    runs = [RunFact(f"{ago:x}", ago_of(ago), False, False, 5000, 1800, None, False, False, False) for ago in ran]
    return Facts(runs, [], check_ins)


def ago_of(days: int) -> date:
    return DAY - timedelta(days=days)


@pytest.mark.parametrize(("newest", "count"), [(2.0, 7), (2.1, 6), (0.0, 7), (9.0, 6)])
def test_one_point_above_the_usual_level_is_quiet_and_more_is_not(newest: float, count: int) -> None:
    assert quiet_mornings(facts(dict.fromkeys(range(1, 7), 1.0) | {0: newest}), DAY) == count


def test_the_usual_level_is_that_of_mornings_that_follow_no_run() -> None:
    mornings = {0: 3.0, 1: 1.0, 2: 3.0, 3: 1.0, 4: 3.0}
    assert quiet_mornings(facts(mornings, ran=(1, 3, 5)), DAY) == 2
    assert quiet_mornings(facts({0: 3.0}, ran=(1,)), DAY) is None


def test_only_the_last_seven_logged_mornings_of_four_weeks_are_looked_at() -> None:
    assert quiet_mornings(facts(dict.fromkeys(range(0, 20, 2), 1.0)), DAY) == 7
    assert quiet_mornings(facts({27: 1.0}), DAY) == 1
    assert quiet_mornings(facts({28: 1.0}), DAY) is None
    assert quiet_mornings(facts({-1: 1.0}), DAY) is None


def test_the_worst_word_on_a_morning_counts() -> None:
    told = facts(dict.fromkeys(range(1, 7), 1.0) | {0: 1.0})
    worse = ScoreFact("f", DAY, False, False, 4.0, PainMoment.NEXT_MORNING, None, None, False)
    assert quiet_mornings(Facts(told.runs, [worse], told.check_ins), DAY) == 6
