"""Breaks, jumps in load, caps and the ways to run that go with the advice."""

from __future__ import annotations

import pytest

from tests.unit.guidance.builders import ABSENT, a_run, after_steady, answer, steady


@pytest.mark.parametrize(
    ("days_off", "rule", "change"),
    [
        (6, "CLEAN", 10),
        (7, "GAP_HOLD", 0),
        (13, "GAP_HOLD", 0),
        (14, "GAP_REDUCE", -40),
        (27, "GAP_REDUCE", -40),
        (28, "GAP_RESTART", -60),
        (300, "GAP_RESTART", -60),
    ],
)
def test_a_break_is_answered_by_its_length(days_off, rule, change):
    found = answer(steady(days_off))
    assert (found["rule"], found["change_percent"]) == (rule, change)


def test_pain_of_the_last_run_speaks_for_thirteen_days():
    assert answer([*steady(15), a_run(13, pain_during=9)])["rule"] == "PAIN_PAUSE"
    assert answer([*steady(16), a_run(14, pain_during=9)])["rules_all"] == ["GAP_REDUCE"]


def test_a_shorter_break_in_the_policy_never_silences_pain():
    policy = {"policy_overrides": {"gap_reduce_days": 1}}
    assert answer([*steady(3), a_run(1, pain_during=9)], **policy)["rule"] == "PAIN_PAUSE"


def test_after_a_break_the_mean_run_counts_and_before_it_the_last():
    lengths = (4, 6, 8)
    broken = [a_run(14 + 2 * place, distance_km=km) for place, km in enumerate(reversed(lengths))]
    recent = [a_run(5, distance_km=4), a_run(3, distance_km=6), a_run(1, distance_km=8, pain_during=4)]
    assert answer(broken)["session_cap_km"] == 3.6
    assert answer(recent)["session_cap_km"] == 6.4


@pytest.mark.parametrize(("km", "rule"), [(5.5, "CLEAN"), (5.51, "LOAD_SESSION_SPIKE")])
def test_ten_percent_beyond_the_longest_run_is_the_most(km, rule):
    assert after_steady(distance_km=km)["rule"] == rule


def test_a_spike_without_pain_never_cuts():
    found = after_steady(distance_km=12.0)
    assert (found["decision"], found["change_percent"]) == ("hold", 0)
    assert found["modifications"] == ["no_single_run_spike"]
    assert found["flags"] == ["load_error_suspected"]


@pytest.mark.parametrize(("km", "rule"), [(26 / 3, "CLEAN"), (8.7, "LOAD_WEEK_SPIKE")])
def test_thirty_percent_beyond_last_week_is_the_most(km, rule):
    policy = {"policy_overrides": {"session_spike_ratio": 2}}
    runs = [*steady(7, 10), *[a_run(ago, distance_km=km) for ago in (5, 3, 1)]]
    assert answer(runs, **policy)["rule"] == rule


def test_the_weeks_are_compared_from_14_days_of_log_on():
    week = [a_run(ago, distance_km=5.5) for ago in (5, 3, 1)]
    assert answer([a_run(12), a_run(8), *week])["rule"] == "CLEAN"
    assert answer([a_run(13), a_run(8), *week])["rule"] == "LOAD_WEEK_SPIKE"


@pytest.mark.parametrize(
    ("km", "session", "week"), [(5.0, 5.5, 16.5), (0.1, 0.1, 0.3), (0.04, 0.0, 0.1), (3.3, 3.6, 10.8)]
)
def test_caps_are_cut_down_to_a_tenth_and_no_further(km, session, week):
    found = answer([a_run(ago, distance_km=km) for ago in (15, 13, 11, 9, 7, 5, 3, 1)])
    assert (found["session_cap_km"], found["week_cap_km"]) == (session, week)


def test_minutes_take_the_place_of_km():
    runs = [a_run(ago, distance_km=ABSENT, duration_min=30) for ago in (7, 5, 3, 1)]
    found = answer(runs, planned_next_km=50, planned_next_min=33)
    assert (found["session_cap_min"], found["session_cap_km"], found["planned_ok"]) == (33.0, None, True)


def test_a_planned_run_is_compared_in_its_own_unit():
    assert after_steady(history={"planned_next_km": 5.5})["planned_ok"] is True
    assert after_steady(history={"planned_next_km": 5.6})["planned_ok"] is False
    assert after_steady(history={"planned_next_min": 20})["planned_ok"] is None
    assert after_steady(pain_during=8, history={"planned_next_km": 1})["planned_ok"] is False


def test_modifications_grow_with_the_decision():
    ground = ["avoid_downhill", "avoid_hard_surface", "cadence_plus_5_10"]
    easier = [*ground, "shorter_more_often", "slower_10_20"]
    assert after_steady()["modifications"] == []
    assert after_steady(pain_during=3)["modifications"] == ground
    assert after_steady(pain_during=4)["modifications"] == easier
    assert after_steady(pain_during=4, pain_next_morning=2)["modifications"] == [*easier, "walk_run"]
    assert after_steady(pain_during=6)["modifications"] == [*easier, "walk_run", "cross_train"]


@pytest.mark.parametrize(("cadence", "advised"), [(None, True), (170, True), (170.5, False)])
def test_quicker_steps_are_advised_up_to_170(cadence, advised):
    found = after_steady(pain_during=4, history={"cadence_spm": cadence})
    assert ("cadence_plus_5_10" in found["modifications"]) is advised


def test_runs_of_one_day_count_in_the_order_given():
    assert answer([*steady(), a_run(1), a_run(1, pain_during=4)])["rule"] == "PAIN_AMBER"
    assert answer([*steady(), a_run(1, pain_during=4), a_run(1)])["decision"] == "hold"


def test_the_trace_names_what_was_seen_and_the_number_it_was_measured_by():
    first = after_steady(pain_during=4, history={"policy_overrides": {"acceptable_max": 2.5}})["trace"][0]
    assert first["rule"] == "PAIN_AMBER"
    assert first["facts"] == {"pain_during": 4}
    assert first["thresholds"]["acceptable_max"] == 2.5
    assert "trek_pfp_runners" in first["sources"]


def test_a_first_run_has_nothing_to_be_a_spike_beside():
    assert answer([a_run(1, distance_km=20)])["rules_all"] == ["NOT_ENOUGH_CLEAN"]
    assert answer([a_run(1, distance_km=20)], declared_longest_km=5)["rules_all"][0] == "LOAD_SESSION_SPIKE"


def test_after_a_break_the_runs_of_exactly_28_days_up_to_the_last_one_count():
    around = [a_run(14 + 28, distance_km=50), a_run(14 + 27, distance_km=11), a_run(14, distance_km=5)]
    found = answer(around)
    assert (found["rule"], found["session_cap_km"]) == ("GAP_REDUCE", 4.8)


def test_a_declared_run_stands_in_where_no_run_lies_in_the_days_looked_back_on():
    runs, shorter = [a_run(8, distance_km=5)], {"policy_overrides": {"lookback_days": 7}}
    found = answer(runs, declared_longest_km=6, **shorter)
    assert (found["rule"], found["session_cap_km"]) == ("GAP_HOLD", 6.0)
    assert answer(runs, **shorter)["session_cap_km"] is None


@pytest.mark.parametrize(("km", "spike"), [(6.6, False), (6.7, True)])
def test_the_run_of_the_day_before_is_one_of_those_a_run_is_measured_by(km, spike):
    found = answer([*steady(5), a_run(2, distance_km=6), a_run(1, distance_km=km)])
    assert ("LOAD_SESSION_SPIKE" in found["rules_all"]) is spike
