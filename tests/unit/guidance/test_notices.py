"""Pure questions beside the advice: soreness after needling, an orthosis, and the load of some weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.guidance.domain.load_summary import DayLoad, after_break, run_spike, summarise
from app.guidance.domain.notices import needling_soreness, orthosis_response

NEEDLED = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("hours", "sore"), [(0, False), (11.9, False), (12, True), (48, True), (48.1, False), (-20, False)]
)
def test_a_score_twelve_to_forty_eight_hours_after_needling_is_marked(hours: float, sore: bool) -> None:
    assert needling_soreness([NEEDLED], NEEDLED + timedelta(hours=hours)) is sore
    assert needling_soreness([], NEEDLED) is False


@pytest.mark.parametrize(
    ("without", "with_it", "told"),
    [(6, 4, "likely"), (6, 4.1, "unclear"), (6, 6, "unlikely"), (6, 7, "unlikely"), (5.1, 3.1, "likely")],
)
def test_relief_of_two_at_once_makes_an_orthosis_likely_to_help(without: float, with_it: float, told: str) -> None:
    assert orthosis_response(without, with_it) == told


def days(*loads: float | None) -> list[DayLoad]:
    first = DAY - timedelta(days=len(loads) - 1)
    return [DayLoad(first + timedelta(days=place), load, load, load) for place, load in enumerate(loads)]


def test_up_to_two_unknown_days_of_a_week_take_the_mean_of_the_others() -> None:
    assert summarise(days(5, None, 5, 0, 5, None, 5), []).distance_km.total == 28.0
    assert summarise(days(5, None, None, 0, 5, None, 5), []).distance_km.total is None
    assert summarise(days(5, 5, 5), []).distance_km.total is None


def test_a_change_needs_two_weeks_that_are_known() -> None:
    assert summarise(days(*[4] * 7, *[5] * 7), []).distance_km.change_percent == 25.0
    assert summarise(days(*[4] * 6, None, *[5] * 7), []).distance_km.change_percent is None
    assert summarise(days(*[0] * 7, *[5] * 7), []).distance_km.change_percent is None


@pytest.mark.parametrize(("gap", "since", "hidden"), [(13, 5, False), (14, 5, True), (14, 27, True), (14, 28, False)])
def test_ratios_are_hidden_after_a_break_of_a_fortnight(gap: int, since: int, hidden: bool) -> None:
    back = DAY - timedelta(days=since)
    assert after_break([back - timedelta(days=gap), back], DAY) is hidden


def test_the_longest_run_is_looked_for_in_the_thirty_days_before() -> None:
    others = [(DAY - timedelta(days=31), 20.0), (DAY - timedelta(days=30), 5.0), (DAY, 9.0)]
    assert (run_spike(DAY, 6.0, others).ratio, run_spike(DAY, 6.0, others).name) == (1.2, "small")
    assert run_spike(DAY, 6.0, []).name == "undefined"
