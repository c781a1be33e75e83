"""Figures shown beside the advice: load, spikes, adherence, irritability, findings by domain."""

from __future__ import annotations

import pytest

from app.guidance.domain.adherence import DueRow, adherence, read_rows
from app.guidance.domain.classify import MEASURES, classify
from app.guidance.domain.conformance import KINDS
from app.guidance.domain.history import InputError
from app.guidance.domain.load import load_figures
from app.guidance.domain.ratio import round_down_to_tenth
from app.guidance.domain.spike import Spike, spike
from app.outcomes.domain.severity import severity
from tests.unit.refusing import refused_at


def test_an_unknown_day_is_not_a_rest_day():
    assert load_figures([10.0] * 6 + [None]).acute_7d == 70
    assert load_figures([10.0] * 6 + [0]).acute_7d == 60
    assert load_figures([10.0] * 4 + [None] * 3).acute_7d is None


def test_four_unknown_days_count_as_rest_in_a_ratio_and_five_hide_it():
    assert load_figures([None] * 4 + [20.0] * 24).acwr_coupled == 1.17
    assert load_figures([None] * 5 + [20.0] * 23).acwr_coupled is None


def test_half_of_the_acute_load_sits_in_the_coupled_ratio():
    found = load_figures([100 / 7] * 21 + [200 / 7] * 7)
    assert (found.acwr_coupled, found.acwr_uncoupled) == (1.6, 2.0)


def test_days_that_are_all_alike_have_no_monotony():
    assert load_figures([0.1] * 7).monotony is None


def test_figures_are_numbers_json_can_write():
    found = load_figures([5e-324] * 7 + [100_000.0] * 7)
    assert found.week_change_percent == pytest.approx(1e14)


@pytest.mark.parametrize(
    ("km", "name"), [(11, "reference"), (11.1, "small"), (13, "small"), (20, "moderate"), (20.1, "large")]
)
def test_a_long_run_is_classed_beside_the_longest(km, name):
    assert spike(km, 10).name == name


def test_a_product_a_hair_below_a_tenth_is_that_tenth():
    assert round_down_to_tenth(4.5 * 0.6) == 2.7
    assert round_down_to_tenth(1.1 * 5) == 5.5
    assert round_down_to_tenth(5_760_000 * 0.7) == 4_032_000.0
    assert round_down_to_tenth(5.2999) == 5.2


def test_a_missing_log_is_nothing_done_and_an_excuse_is_not_asked():
    found = adherence([DueRow(30, 30), DueRow(30), DueRow(30, 0, excused=True), DueRow(30, 0, due=False)])
    assert (found.percent, found.level) == (50.0, "moderate")


def test_nothing_due_is_no_percent():
    assert adherence([]).percent is None


@pytest.mark.parametrize(("done", "level"), [(80, "high"), (79, "moderate"), (50, "moderate"), (49, "low")])
def test_adherence_is_high_from_80_and_low_below_50(done, level):
    assert adherence([DueRow(100, done)]).level == level


@pytest.mark.parametrize(("worst", "name"), [(3, "mild"), (3.1, "moderate"), (6, "moderate"), (6.1, "severe")])
def test_severity_follows_the_worst_pain(worst, name):
    assert severity(worst) == name


@pytest.mark.parametrize(
    ("measures", "points"),
    [
        ({"session_spike_ratio": 1.11, "week_spike_ratio": 1.31}, {"load_error": 4}),
        ({"hip_abd_lsi": 89.9, "single_leg_squat": "poor", "pelvic_drop": True}, {"descending_hip": 4}),
        ({"quad_lsi": 89.9, "pain_resisted_extension": True}, {"local_knee": 3}),
        ({"ktw_affected_cm": 8.9, "ktw_other_cm": 10.5, "fpi6": 6}, {"ascending_ankle": 5}),
        ({"ktw_affected_cm": 9, "ktw_other_cm": 10.6}, {"ascending_ankle": 2}),
        ({"ktw_affected_cm": 10.6, "ktw_other_cm": 9}, {"ascending_ankle": 2}),
        ({"ktw_affected_cm": 9, "ktw_other_cm": 10.5}, {"ascending_ankle": 0}),
        ({"ktw_affected_cm": 9}, {"ascending_ankle": 0}),
        ({"fpi6": 5}, {"ascending_ankle": 0}),
        ({"tsk11": 23, "phq2": 2}, {"psychosocial": 0}),
        ({"session_spike_ratio": 1.10, "week_spike_ratio": 1.30}, {"load_error": 0}),
        ({"hip_abd_lsi": 90, "quad_lsi": 90, "single_leg_squat": "fair"}, {"descending_hip": 0, "local_knee": 0}),
        ({"age": 30, "male": True, "hip_abd_nm_kg": 1.311}, {"descending_hip": 0}),
        ({"tsk11": 24, "phq2": 3, "avoids_activity_from_fear": True}, {"psychosocial": 5}),
        ({"age": 30, "hip_abd_nm_kg": 0.5}, {"descending_hip": 0}),
        ({"age": 30, "male": True, "hip_abd_nm_kg": 1.31}, {"descending_hip": 2}),
    ],
)
def test_each_measure_scores_its_points(measures, points):
    found = classify(measures).points
    assert {name: count for name, count in found.items() if count or name in points} == points


def test_load_is_addressed_first_where_points_are_equal():
    found = classify({"week_spike_ratio": 1.4, "tsk11": 30})
    assert (found.pattern, found.address_first) == ("load_error", "load_error")


def test_one_point_is_no_finding():
    found = classify({"pelvic_drop": True})
    assert (found.pattern, found.positive, found.address_first) == ("unclassified", (), None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", [None, [], 1, "x", {"x": 1}, {"items": None}, {"rows": 1}, {"answers": []}])
def test_an_input_of_the_wrong_shape_is_refused(kind, given):
    with pytest.raises(InputError):
        KINDS[kind](given)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"done": 1}, ("/rows/1/prescribed", "missing")),
        ({"prescribed": 1}, ("/rows/1/done", "missing")),
        ({"prescribed": 0, "done": 1}, ("/rows/1/prescribed", "out_of_range")),
        ({"prescribed": 100_001, "done": 1}, ("/rows/1/prescribed", "out_of_range")),
        ({"prescribed": 1, "done": -1}, ("/rows/1/done", "out_of_range")),
        ({"prescribed": 1, "done": 100_001}, ("/rows/1/done", "out_of_range")),
        ({"prescribed": 1, "done": 1, "due": None}, ("/rows/1/due", "not_a_flag")),
        ({"prescribed": 1, "done": 1, "excused": 1}, ("/rows/1/excused", "not_a_flag")),
        ({"prescribed": 1, "done": 1, "on": 1}, ("/rows/1/on", "unknown_key")),
        (5, ("/rows/1", "not_an_object")),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_at_its_place(given: object, fault: tuple[str, str]) -> None:
    assert refused_at(lambda: read_rows([{"prescribed": 1, "done": 1}, given])) == [fault]


def test_a_row_is_due_and_not_excused_unless_it_says_so() -> None:
    told = [
        {"prescribed": 100_000, "done": None},
        {"prescribed": 0.5, "done": 100_000, "due": False, "excused": True},
        {"prescribed": 1, "done": 0, "due": True, "excused": False},
    ]
    assert read_rows(told) == [DueRow(100_000), DueRow(0.5, 100_000, False, True), DueRow(1, 0, True, False)]


def test_two_thousand_rows_are_the_most() -> None:
    row = {"prescribed": 1, "done": 1}
    assert len(read_rows([row] * 2000)) == 2000
    assert refused_at(lambda: read_rows([row] * 2001)) == [("/rows", "too_many")]
    assert refused_at(lambda: read_rows(None)) == [("/rows", "not_a_list")]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"single_leg_squat": "bad"}, ("/single_leg_squat", "not_a_choice")),
        ({"single_leg_squat": 1}, ("/single_leg_squat", "not_a_choice")),
        ({"single_leg_squat": ["poor"]}, ("/single_leg_squat", "not_a_choice")),
        ({"fpi6": 12.5}, ("/fpi6", "out_of_range")),
        ({"fpi6": 1.5}, ("/fpi6", "not_whole")),
        ({"fpi6": -13}, ("/fpi6", "out_of_range")),
        ({"tsk11": 10}, ("/tsk11", "out_of_range")),
        ({"tsk11": 45}, ("/tsk11", "out_of_range")),
        ({"phq2": 7}, ("/phq2", "out_of_range")),
        ({"phq2": -1}, ("/phq2", "out_of_range")),
        ({"age": 121}, ("/age", "out_of_range")),
        ({"hip_abd_nm_kg": 10.1}, ("/hip_abd_nm_kg", "out_of_range")),
        ({"ktw_other_cm": 50.1}, ("/ktw_other_cm", "out_of_range")),
        ({"quad_lsi": 1000.1}, ("/quad_lsi", "out_of_range")),
        ({"pelvic_drop": 1}, ("/pelvic_drop", "not_a_flag")),
        ({"mood": 1}, ("/mood", "unknown_key")),
    ],
)
def test_a_measure_that_cannot_be_meant_is_refused_at_its_place(given: object, fault: tuple[str, str]) -> None:
    assert refused_at(lambda: classify(given)) == [fault]


def test_a_measure_that_is_null_was_not_taken() -> None:
    assert classify(dict.fromkeys(MEASURES)) == classify({})


@pytest.mark.parametrize(
    ("km", "longest", "fault"),
    [
        (0, 5, ("/distance_km", "out_of_range")),
        (500.1, 5, ("/distance_km", "out_of_range")),
        (5, 0, ("/longest_prev_30d_km", "out_of_range")),
        (5, 500.1, ("/longest_prev_30d_km", "out_of_range")),
        (5, "5", ("/longest_prev_30d_km", "not_a_number")),
    ],
)
def test_a_distance_that_cannot_be_meant_is_refused(km: object, longest: object, fault: tuple[str, str]) -> None:
    assert refused_at(lambda: spike(km, longest)) == [fault]
    assert spike(500, 500) == Spike(1.0, "reference")
    assert spike(5, None) == Spike(None, "undefined")
    assert spike(1, 3).ratio == 0.333
