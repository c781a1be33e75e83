"""Which runs could ever be over, and on which days a pause could open: by the worst of what was ever told of a run."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.guidance.domain.history import DailyEntry, RunEntry
from app.guidance.domain.policy import Policy, resolve_policy
from app.guidance.domain.readings import could_be_over
from app.guidance.domain.timeline import DatedRun, log_of
from app.guidance.domain.unrest import Unrest

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


def days_that_could_pause(pains: list[float | None], days_counted: int) -> list[int]:
    """Return the days, the first is 0, on which a pause could open by so many days; with a run on each day."""
    unrest = Unrest([a_run(place, pain_during=pain) for place, pain in enumerate(pains)], log_of([]), USUAL)
    days = range(len(pains) + days_counted)
    return [day for day in days if unrest.could_pause(ORDINAL + day - days_counted + 1, ORDINAL + day)]


def test_a_run_that_hurt_enough_could_pause_on_each_day_it_counts_for() -> None:
    severe = USUAL.pause_min
    assert days_that_could_pause([0.0, severe - 0.5, severe, None, 10.0, 0.0], 1) == [2, 4]
    assert days_that_could_pause([0.0, severe], 3) == [1, 2, 3]
    assert days_that_could_pause([], 3) == []


def test_four_runs_over_could_pause_while_all_four_count_and_fewer_could_not() -> None:
    over, calm = USUAL.acceptable_max + 0.1, USUAL.acceptable_max
    assert days_that_could_pause([over] * 3, 9) == []
    assert days_that_could_pause([over] * 4, 4) == [3]
    assert days_that_could_pause([over, over, calm, over, over], 5) == [4]
    assert days_that_could_pause([over, over, calm, over, over], 4) == []
    assert days_that_could_pause([over, over, calm, over, over], 6) == [4, 5]


def test_a_run_is_looked_at_once_and_only_when_it_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def look(run: DatedRun, *_: Any) -> bool:
        looked.append(run.day - ORDINAL)
        return False

    monkeypatch.setattr("app.guidance.domain.unrest.could_be_over", look)
    unrest = Unrest([a_run(place) for place in range(9)], log_of([]), USUAL)
    assert not any(unrest.could_pause(ORDINAL + day - 1, ORDINAL + day) for day in (5, 6, 7))
    assert looked == [4, 5, 6, 7]
