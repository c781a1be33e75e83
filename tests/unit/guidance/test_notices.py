"""Pure questions beside the advice: soreness after needling, an orthosis, and the load of some weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.guidance.domain.load import load_figures
from app.guidance.domain.load_summary import DayLoad, WeekTotals, after_break, run_spike, summarise
from app.guidance.domain.notices import early_warning, mileage, needling_soreness, orthosis_response, recovery_pace

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
    found = run_spike(DAY, 6.0, others, None)
    assert (found.ratio, found.name) == (1.2, "small")
    assert run_spike(DAY, 6.0, [], None).name == "undefined"


@pytest.mark.parametrize(
    ("days_before", "declared_km", "ratio", "name"),
    [
        (None, 5.0, 1.2, "small"),  # no run is known: the longest that was declared
        (31, 5.0, 1.2, "small"),  # the only known run lies outside of the 30 days
        (30, 5.0, 1.5, "moderate"),  # a known run counts, and what was declared no more
        (1, 20.0, 1.5, "moderate"),
        (None, None, None, "undefined"),
    ],
)
def test_a_declared_longest_run_stands_in_where_no_run_of_the_thirty_days_is_known(
    days_before: int | None, declared_km: float | None, ratio: float | None, name: str
) -> None:
    others = [(DAY - timedelta(days=days_before), 4.0)] if days_before is not None else []
    found = run_spike(DAY, 6.0, others, declared_km)
    assert (found.ratio, found.name) == (ratio, name)


def test_each_measure_is_summed_by_itself_and_the_effort_shows_its_figures() -> None:
    first = DAY - timedelta(days=27)
    told = [DayLoad(first + timedelta(days=place), 5.0, 30.0, 100.0 + place) for place in range(28)]
    found = summarise(told, [])
    assert (found.distance_km, found.duration_min) == (WeekTotals(35.0, 0.0), WeekTotals(210.0, 0.0))
    assert found.session_load == load_figures([day.session_load for day in told])
    assert found.session_load.acwr_coupled is not None
    assert not found.acwr_hidden


def test_after_a_break_all_ratios_are_hidden_and_nothing_else() -> None:
    first = DAY - timedelta(days=27)
    told = [DayLoad(first + timedelta(days=place), 5.0, 30.0, 100.0 + place) for place in range(28)]
    whole = load_figures([day.session_load for day in told])
    found = summarise(told, [DAY - timedelta(days=20), DAY])
    assert found.acwr_hidden
    assert found.session_load == replace(whole, acwr_coupled=None, acwr_uncoupled=None, acwr_ewma=None)


def test_nothing_logged_is_nothing_shown() -> None:
    found = summarise([], [DAY])
    assert (found.acwr_hidden, found.distance_km.total, found.session_load.acute_7d) == (False, None, None)


def test_a_return_of_today_hides_ratios_and_one_of_tomorrow_does_not() -> None:
    long_ago = DAY - timedelta(days=14)
    assert after_break([long_ago, DAY], DAY)
    assert not after_break([long_ago, DAY + timedelta(days=1)], DAY)


def test_a_run_of_the_day_before_is_among_the_earlier_ones_and_one_of_the_same_day_is_not() -> None:
    assert run_spike(DAY, 6.0, [(DAY - timedelta(days=1), 5.0)], None).ratio == 1.2
    assert run_spike(DAY, 6.0, [(DAY, 5.0)], None).ratio is None


def test_totals_are_rounded_to_a_tenth_and_changes_need_exactly_two_weeks() -> None:
    assert summarise(days(*[1.01] * 6, 1.04), []).distance_km.total == 7.1
    assert summarise(days(*[3] * 7, *[4] * 7, *[5] * 7), []).distance_km.change_percent == 25.0
    assert summarise(days(*[4] * 6, *[5] * 7), []).distance_km.change_percent is None


def test_no_relief_and_a_little_relief_are_told_apart() -> None:
    assert orthosis_response(3.0, 3.0) == "unlikely"
    assert orthosis_response(3.0, 2.9) == "unclear"


@pytest.mark.parametrize(("days_ago", "warns"), [(0, True), (6, True), (7, False), (-1, False)])
def test_a_sign_of_today_and_of_six_days_ago_warn_and_no_other(days_ago: int, warns: bool) -> None:
    signs = [(DAY - timedelta(days=2), "quadriceps_quiet"), (DAY - timedelta(days=days_ago), "single_leg_wobble")]
    assert (early_warning(signs, DAY) is not None) is warns


def test_a_week_is_told_to_a_tenth_of_a_kilometre() -> None:
    told = mileage({100: 40.04, 101: 20.02}, 101)
    assert told is not None
    assert told.facts == {"week_km": 60.1, "at_km": 48.3}
    assert mileage({100: 48.2}, 101) is None


@pytest.mark.parametrize(
    ("asked", "code", "direction"),
    [
        ((DAY - timedelta(days=91), None, None, None), "PACE_LONG_HISTORY", "slower"),
        ((None, False, None, None), "PACE_WITHIN_LIMIT", "faster"),
        ((None, None, 80, None), "PACE_HIGH_ADHERENCE", "faster"),
        ((None, None, 49, None), "PACE_LOW_ADHERENCE", "slower"),
        ((None, None, None, True), "PACE_HIP_AND_ANKLE", "slower"),
    ],
)
def test_what_is_known_of_recovery_has_one_direction(asked: tuple[Any, ...], code: str, direction: str) -> None:
    since, over, adherence, both = asked
    (told,) = recovery_pace(since, DAY, over, adherence, both)
    assert (told.code, told.direction) == (code, direction)


def test_a_single_day_s_week_counts_though_no_other_was_run() -> None:
    assert mileage({100: 48.3}, 100) is not None
