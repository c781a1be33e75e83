"""Nothing missing, impossible or future-dated ever adds load: an exhaustive grid of the last run."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import pytest

from app.guidance.domain.advise import evaluate
from app.guidance.domain.history import InputError
from tests.unit.guidance.builders import ABSENT, a_run, after_steady, answer, day, question, steady

IMPOSSIBLE = (math.nan, math.inf, -1, 11, "3", True, -math.inf, [], {}, "$NaN")
GRID = (ABSENT, None, math.nan, math.inf, -1, *range(11), 11, "3", True)


def is_impossible(score: Any) -> bool:
    """Say by itself, without the engine, whether a score is none."""
    return score is not ABSENT and score is not None and (type(score) is not int or not 0 <= score <= 10)


def is_impossible_km(distance: Any) -> bool:
    return distance is not ABSENT and distance is not None and (type(distance) is not int or distance < 1)


def is_score(value: Any, highest: int) -> bool:
    return type(value) is int and 0 <= value <= highest


def decision_of(**facts: Any) -> str:
    """Answer for two quiet runs and a last one; 'refused' for an InputError."""
    try:
        return evaluate(question([a_run(5), a_run(3), a_run(1, **facts)]))["decision"]
    except InputError:
        return "refused"


def test_the_last_run_earns_progress_only_with_pain_morning_and_load_known_and_good():
    for pain, morning, distance in product(GRID, repeat=3):
        found = decision_of(pain_during=pain, pain_next_morning=morning, distance_km=distance)
        refused = is_impossible(pain) or is_impossible(morning) or is_impossible_km(distance)
        earned = is_score(pain, 2) and is_score(morning, 1) and is_score(distance, 5) and distance != 0
        assert (found == "refused") == refused, (pain, morning, distance)
        assert (found == "progress") == (earned and not refused), (pain, morning, distance)


def test_the_scores_around_the_run_block_progress_unless_they_are_good_or_not_asked():
    for before, after, baseline in product(GRID, repeat=3):
        found = decision_of(pain_pre=before, pain_after_60=after, baseline_pain=baseline)
        refused = any(map(is_impossible, (before, after, baseline)))
        start = before if is_score(before, 10) else 0
        settled = not is_score(after, 10) or after - start <= 1
        assert (found == "refused") == refused, (before, after, baseline)
        assert (found == "progress") == (settled and not refused), (before, after, baseline)


@pytest.mark.parametrize("value", IMPOSSIBLE, ids=repr)
@pytest.mark.parametrize(
    "field",
    ["pain_pre", "pain_during", "pain_after_60", "pain_next_morning", "baseline_pain"],
)
def test_a_score_that_cannot_be_meant_is_refused_and_its_place_is_named(field, value):
    with pytest.raises(InputError) as refused:
        answer([a_run(3), a_run(1, **{field: value})])
    assert refused.value.faults[0].pointer == f"/sessions/1/{field}"
    assert repr(value) not in str(refused.value)


@pytest.mark.parametrize("field", ["limp", "stopped_early_for_pain", "painkiller_before"])
@pytest.mark.parametrize("value", [None, 0, 1, "true", [], 1.0], ids=repr)
def test_a_flag_is_true_or_false_or_not_given(field, value):
    others = {name: True for name in ("limp", "stopped_early_for_pain", "painkiller_before") if name != field}
    with pytest.raises(InputError) as refused:
        answer([a_run(1, **others, **{field: value})])
    assert refused.value.faults[0].pointer == f"/sessions/0/{field}"


@pytest.mark.parametrize(
    ("field", "value"),
    [("distance_km", 0), ("distance_km", 500.1), ("duration_min", 0), ("duration_min", 2880.1)]
    + [(field, value) for field in ("distance_km", "duration_min") for value in (-1, math.nan, "5", True)],
)
def test_a_load_is_above_zero_and_possible(field, value):
    with pytest.raises(InputError):
        after_steady(**{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cadence_spm", 59.9),
        ("cadence_spm", 260.1),
        ("planned_next_km", 0),
        ("planned_next_min", 2881),
        ("declared_longest_km", 501),
        ("red_flags", ["sore"]),
        ("red_flags", [["locked_knee"]]),
        ("notes", 1),
        ("sessions", None),
        ("daily", {}),
        ("as_of", "2025-02-29"),
        ("as_of", 20250616),
    ],
)
def test_what_stands_beside_the_runs_is_checked_as_well(field, value):
    with pytest.raises(InputError):
        evaluate({**question(steady(1)), field: value})


@pytest.mark.parametrize(
    "text", ["2025-6-15", "20250615", "2025-W24-7", "2025-06-15T08:00", "1899-12-31", "2201-01-01", " 2025-06-15"]
)
def test_a_day_is_written_in_full_and_exists(text):
    with pytest.raises(InputError):
        answer([{**a_run(1), "date": text}])


def test_two_thousand_runs_are_taken_and_one_more_is_not():
    runs = [{"date": day(1)}] * 2000
    assert answer(runs)["decision"] == "hold"
    with pytest.raises(InputError):
        answer([*runs, {"date": day(1)}])


@pytest.mark.parametrize("ahead", [1, 2, 400])
def test_a_run_dated_ahead_blocks_progress_and_is_otherwise_ignored(ahead):
    found = answer([*steady(1), a_run(-ahead, pain_during=9, distance_km=50)])
    assert found["rules_all"] == ["FUTURE_DATED"]
    assert found["session_cap_km"] == 5.0


def test_a_log_dated_ahead_blocks_progress_and_is_otherwise_ignored():
    found = answer(steady(1), daily=[{"date": day(-1), "morning_pain": 9, "worst_pain": 9}])
    assert found["rules_all"] == ["FUTURE_DATED"]


def test_tomorrows_morning_cannot_be_known_today():
    found = answer([*steady(1), a_run(0, pain_next_morning=None)], daily=[{"date": day(-1), "morning_pain": 9}])
    assert found["rules_all"] == ["FUTURE_DATED", "PENDING_MORNING", "NOT_ENOUGH_CLEAN"]


def test_no_run_at_all_is_no_history():
    assert answer([])["rules_all"] == ["NO_HISTORY"]
    assert answer([a_run(-1)])["rules_all"] == ["NO_HISTORY", "FUTURE_DATED"]


def test_the_declared_longest_run_stands_in_before_the_first_run():
    found = answer([], declared_longest_km=8.0)
    assert (found["load_unit"], found["session_cap_km"], found["week_cap_km"]) == ("km", 8.0, None)


@pytest.mark.parametrize(("ago", "rule"), [(29, "MISSING_LOAD"), (30, "CLEAN")])
def test_every_run_of_30_days_needs_a_load(ago, rule):
    assert answer([a_run(ago, distance_km=None), *steady(1, 8)])["rule"] == rule


def test_km_and_minutes_do_not_mix():
    found = answer([*steady(3), a_run(1, distance_km=None, duration_min=30)])
    assert (found["rule"], found["load_unit"], found["session_cap_km"]) == ("MISSING_LOAD", None, None)


ALONE = {"pain_next_morning": ABSENT, "baseline_pain": ABSENT}
ALL_GIVEN = dict.fromkeys(("pain_pre", "pain_during", "pain_after_60", "pain_next_morning", "baseline_pain"), 1.0)


@pytest.mark.parametrize("others", [ALONE, ALL_GIVEN], ids=["alone", "among others that are given"])
def test_a_score_off_the_scale_is_refused_beside_whatever_is_given(others):
    with pytest.raises(InputError) as refused:
        answer([a_run(1, **{**others, "pain_during": 10.5})])
    assert refused.value.faults[0].pointer == "/sessions/0/pain_during"


def test_a_distance_of_nothing_is_refused_also_as_a_decimal():
    with pytest.raises(InputError):
        after_steady(distance_km=0.0)


@pytest.mark.parametrize(("on", "taken"), [("1900-01-01", True), ("1899-12-31", False), ("2200-12-31", True)])
def test_the_first_and_the_last_year_are_whole(on, taken):
    if taken:
        assert answer([{**a_run(1), "date": on}])["rule"] in ("GAP_RESTART", "NO_HISTORY")
    else:
        with pytest.raises(InputError):
            answer([{**a_run(1), "date": on}])
