"""Which runs could ever be over, and on which days a pause could open: by the worst of what was ever told of a run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.guidance.domain.history import DailyEntry, RunEntry
from app.guidance.domain.policy import Policy, resolve_policy
from app.guidance.domain.readings import could_be_over
from app.guidance.domain.timeline import DatedRun, log_of
from app.guidance.domain.unrest import Unrest, unrest_of

USUAL = resolve_policy("running_pain_3_of_10", {})
AFTER = {"after_required": False, "after_tolerance": 1}
CUTS = resolve_policy("running_pain_3_of_10", {**AFTER, "after_action": "reduce"})
HOLDS = resolve_policy("running_pain_3_of_10", {**AFTER, "after_action": "hold"})
FIRST = date(2026, 3, 2)
ORDINAL = FIRST.toordinal()


def a_run(after_days: int = 0, **told: Any) -> DatedRun:
    """Return a run so many days after the first day, without pain but for what is told."""
    on = FIRST + timedelta(days=after_days)
    return DatedRun(on.toordinal(), RunEntry(on, **{"pain_during": 0.0, **told}))


@pytest.mark.parametrize(
    ("told", "logged", "policy", "could"),
    [
        ({}, None, USUAL, False),
        ({"pain_during": None}, None, USUAL, False),
        ({"pain_during": USUAL.acceptable_max}, None, USUAL, False),
        ({"pain_during": USUAL.acceptable_max + 1}, None, USUAL, True),
        ({"pain_next_morning": USUAL.morning_tolerance}, None, USUAL, False),
        ({"pain_next_morning": USUAL.morning_tolerance + 1}, None, USUAL, True),
        ({}, USUAL.morning_tolerance, USUAL, False),
        ({}, USUAL.morning_tolerance + 1, USUAL, True),
        ({"pain_next_morning": 0.0}, USUAL.morning_tolerance + 1, USUAL, True),
        ({"pain_next_morning": USUAL.morning_tolerance + 1}, 0.0, USUAL, True),
        ({"pain_after_60": 1.0}, None, CUTS, False),
        ({"pain_after_60": 3.0}, None, CUTS, True),
        ({"pain_after_60": 3.0}, None, HOLDS, False),
    ],
)
def test_a_run_could_be_over_by_its_own_pain_the_next_morning_or_where_the_policy_cuts_the_hour_after(
    told: dict[str, Any], logged: float | None, policy: Policy, could: bool
) -> None:
    days = [] if logged is None else [DailyEntry(FIRST + timedelta(days=1), morning_pain=logged)]
    assert could_be_over(a_run(**told), log_of(days), policy) is could


def test_the_morning_of_another_day_is_not_that_after_the_run() -> None:
    for day in (0, 2):
        log = log_of([DailyEntry(FIRST + timedelta(days=day), morning_pain=9.0)])
        assert not could_be_over(a_run(), log, USUAL)


def test_the_days_of_unrest_are_those_over_and_of_them_those_that_could_pause_alone() -> None:
    pains = [0.0, 4.0, USUAL.pause_min - 0.5, USUAL.pause_min, None, 10.0]
    found = unrest_of([a_run(place, pain_during=pain) for place, pain in enumerate(pains)], log_of([]), USUAL)
    assert found == Unrest(tuple(ORDINAL + place for place in (1, 2, 3, 5)), tuple(ORDINAL + place for place in (3, 5)))


def test_one_severe_run_or_four_over_between_two_days_could_pause_both_days_counted() -> None:
    over = Unrest(over=(10, 12, 14, 16), severe=())
    assert over.could_pause(10, 16)
    assert not over.could_pause(11, 16)
    assert not over.could_pause(10, 15)
    severe = Unrest(over=(12,), severe=(12,))
    assert severe.could_pause(12, 12)
    assert not severe.could_pause(13, 20)
    assert not severe.could_pause(5, 11)
    assert not Unrest((), ()).could_pause(1, 20)
