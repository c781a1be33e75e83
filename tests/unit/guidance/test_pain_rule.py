"""What the last run says: pain, gait, stops, painkillers, how the knee settled."""

from __future__ import annotations

import pytest

from app.guidance.domain.decision import Decision
from app.guidance.domain.history import InputError
from app.guidance.domain.ratio import exceeds, falls_short
from app.guidance.domain.ruleset.numbers import SLACK
from tests.unit.guidance.builders import ABSENT, a_run, after_steady, answer, day, steady

BOUNDARIES = [
    (0, "progress", 10),
    (2.0, "progress", 10),
    (2.1, "hold", 0),
    (2.9, "hold", 0),
    (3.0, "hold", 0),
    (3.1, "reduce", -20),
    (3.5, "reduce", -20),
    (5.0, "reduce", -20),
    (5.1, "rest_day", -40),
    (7.9, "rest_day", -40),
    (8.0, "pause_and_refer", -100),
    (10, "pause_and_refer", -100),
]


@pytest.mark.parametrize(("pain", "decision", "change"), BOUNDARIES)
def test_the_boundary_table_of_the_specification(pain, decision, change):
    found = after_steady(pain_during=pain)
    assert (found["decision"], found["change_percent"]) == (decision, change)


@pytest.mark.parametrize("pain", [10.1, -0.1, 1e9, -1e-9])
def test_a_score_outside_the_scale_is_refused_and_never_clamped(pain):
    with pytest.raises(InputError) as refused:
        after_steady(pain_during=pain)
    assert refused.value.faults[0].pointer == "/sessions/15/pain_during"


def test_exactly_three_holds_and_a_hair_more_reduces():
    assert after_steady(pain_during=3.0)["rule"] == "PAIN_HOLD"
    assert after_steady(pain_during=3.1)["rule"] == "PAIN_AMBER"


def test_zero_is_a_score_and_missing_is_not():
    assert after_steady(pain_during=0)["decision"] == "progress"
    assert after_steady(pain_during=None)["rule"] == "MISSING_DURING"
    assert after_steady(pain_during=ABSENT)["rule"] == "MISSING_DURING"


def test_a_missing_score_never_cuts_the_load():
    found = after_steady(pain_during=None, pain_next_morning=None, distance_km=None)
    assert (found["decision"], found["change_percent"]) == ("hold", 0)
    assert found["gaps"] == ["pain_during", "load", "pain_next_morning"]


def test_a_painkiller_makes_a_run_not_clean_and_not_over():
    found = after_steady(pain_during=0, painkiller_before=True)
    assert found["rules_all"] == ["NOT_ENOUGH_CLEAN"]


def test_pain_above_the_limit_counts_in_spite_of_a_painkiller():
    assert after_steady(pain_during=4, painkiller_before=True)["rule"] == "PAIN_AMBER"


def test_a_limp_outranks_a_low_score():
    found = after_steady(pain_during=0, limp=True)
    assert (found["rule"], found["min_rest_days"], found["session_cap_km"]) == ("LIMP", 2, 3.0)


def test_stopping_for_pain_counts_as_over_the_limit():
    found = after_steady(pain_during=1, stopped_early_for_pain=True)
    assert (found["rule"], found["min_rest_days"]) == ("STOPPED_EARLY", 1)


def test_a_red_flag_ends_all_load_advice_whatever_the_score():
    found = after_steady(pain_during=0, history={"red_flags": ["true_giving_way", "locked_knee"]})
    assert (found["decision"], found["refer"], found["modifications"]) == ("pause_and_refer", "urgent", [])


def test_a_pause_without_a_red_flag_sends_to_the_therapist():
    found = after_steady(pain_during=8)
    assert (found["refer"], found["modifications"]) == ("therapist", ["stop_running", "contact_therapist"])


@pytest.mark.parametrize(
    ("rise", "rule"),
    [(1, "CLEAN"), (1.01, "MORNING_UP"), (2.99, "MORNING_UP"), (3, "MORNING_LARGE")],
)
def test_the_next_morning_is_measured_from_its_baseline(rise, rule):
    assert after_steady(pain_next_morning=rise, baseline_pain=0)["rule"] == rule


def test_amber_pain_and_a_raised_morning_cut_more_than_either():
    found = after_steady(pain_during=4, pain_next_morning=2)
    assert (found["rule"], found["change_percent"]) == ("AMBER_PLUS_MORNING", -30)
    assert found["rules_all"][:3] == ["AMBER_PLUS_MORNING", "PAIN_AMBER", "MORNING_UP"]


def test_a_run_of_today_waits_for_its_morning():
    found = answer([*steady(2), a_run(0)])
    assert (found["rule"], found["provisional"]) == ("PENDING_MORNING", True)


def test_a_run_of_today_is_never_clean_even_with_a_good_morning_given():
    assert answer([*steady(1), a_run(0)])["rules_all"] == ["PENDING_MORNING", "NOT_ENOUGH_CLEAN"]


def test_a_bad_value_given_on_the_run_day_still_cuts():
    found = answer([*steady(2), a_run(0, pain_next_morning=2)])
    assert (found["rule"], found["provisional"]) == ("MORNING_UP", True)


def test_the_log_of_the_next_day_stands_in_for_the_morning():
    found = after_steady(pain_next_morning=None, history={"daily": [{"date": day(0), "morning_pain": 0}]})
    assert found["rule"] == "CLEAN"


def test_a_morning_given_with_the_run_is_taken_before_the_log():
    daily = [{"date": day(0), "morning_pain": 0}]
    assert after_steady(pain_next_morning=2, history={"daily": daily})["rule"] == "MORNING_UP"


@pytest.mark.parametrize("scores", [(4, 1), (1, 4), (None, 4)])
def test_of_several_readings_of_a_morning_the_worst_counts(scores):
    daily = [{"date": day(0), "morning_pain": score} for score in scores]
    assert after_steady(history={"daily": daily})["rule"] == "PRE_RUN_HIGH"


@pytest.mark.parametrize("scores", [(2, 0), (0, 2)])
def test_of_several_readings_of_a_morning_the_lowest_is_the_baseline(scores):
    daily = [{"date": day(1), "morning_pain": score} for score in scores]
    found = after_steady(pain_next_morning=1.5, baseline_pain=ABSENT, history={"daily": daily})
    assert found["rule"] == "MORNING_UP"


def test_too_sore_this_morning_means_no_run_today():
    found = after_steady(history={"daily": [{"date": day(0), "morning_pain": 3.1}]})
    assert (found["rule"], found["min_rest_days"], found["change_percent"]) == ("PRE_RUN_HIGH", 1, -20)


def test_every_run_of_yesterday_can_make_this_morning_too_sore():
    first = a_run(1, pain_next_morning=4, baseline_pain=4)
    assert answer([*steady(), first, a_run(1)])["rule"] == "PRE_RUN_HIGH"


def test_a_sore_morning_before_any_run_is_rest_and_no_history():
    found = answer([], daily=[{"date": day(0), "morning_pain": 6}])
    assert found["rules_all"] == ["PRE_RUN_HIGH", "NO_HISTORY"]


def test_the_baseline_is_the_median_of_mornings_that_follow_no_run():
    daily = [{"date": day(ago), "morning_pain": pain} for ago, pain in [(1, 1), (2, 9), (3, 2), (5, 2)]]
    found = after_steady(pain_next_morning=3, baseline_pain=ABSENT, history={"daily": daily})
    assert found["rule"] == "CLEAN"


def test_the_baseline_reaches_back_seven_days():
    seven, eight = ([{"date": day(1 + ago), "morning_pain": 2}] for ago in (7, 8))
    lonely = [a_run(12), a_run(1, pain_next_morning=3, baseline_pain=ABSENT)]
    assert "BASELINE_UNKNOWN" not in answer(lonely, daily=seven)["rules_all"]
    assert "BASELINE_UNKNOWN" in answer(lonely, daily=eight)["rules_all"]


def test_without_baseline_a_quiet_morning_needs_none():
    assert after_steady(pain_next_morning=1, baseline_pain=ABSENT)["rule"] == "CLEAN"
    assert after_steady(pain_next_morning=1.5, baseline_pain=ABSENT)["rule"] == "BASELINE_UNKNOWN"


def test_an_hour_after_the_run_the_default_only_holds():
    found = after_steady(pain_pre=0, pain_after_60=4)
    assert (found["rule"], found["change_percent"]) == ("AFTER_UP_HOLD", 0)


def test_a_score_after_the_run_without_one_before_it_blocks():
    found = after_steady(pain_after_60=1.5)
    assert (found["rule"], found["gaps"]) == ("MISSING_AFTER", ["pain_pre"])


def test_where_the_score_after_the_run_is_required_its_absence_blocks():
    found = after_steady(pain_pre=0, history={"preset": "esculier_2018"})
    assert (found["rule"], found["gaps"]) == ("MISSING_AFTER", ["pain_after_60"])


@pytest.mark.parametrize(
    ("count", "rule", "refer"),
    [(1, "PAIN_AMBER", "none"), (2, "REPEAT_2", "none"), (3, "REPEAT_3", "therapist")]
    + [(count, "REPEAT_4", "therapist") for count in (4, 5)],
)
def test_over_again_and_again_is_answered_more_and_more_strictly(count, rule, refer):
    hurt = [a_run(1 + 2 * place, pain_during=4) for place in range(count)]
    found = answer([*steady(1 + 2 * count), *hurt])
    assert (found["rule"], found["refer"]) == (rule, refer)


def test_an_unrated_run_neither_counts_nor_ends_the_row():
    runs = [*steady(7), a_run(5, pain_during=4), a_run(3, pain_during=None), a_run(1, pain_during=4)]
    assert answer(runs)["rule"] == "REPEAT_2"


def test_one_clean_run_is_not_enough():
    runs = [*steady(5), a_run(3, pain_during=2.5), a_run(1)]
    assert answer(runs)["rules_all"] == ["NOT_ENOUGH_CLEAN"]


def test_clean_runs_count_for_28_days():
    assert answer([a_run(28), a_run(6)])["decision"] == "progress"
    assert answer([a_run(29), a_run(6)])["rule"] == "NOT_ENOUGH_CLEAN"


def test_a_week_that_gets_worse_is_told_once_at_its_size():
    quiet = [a_run(ago, pain_during=0) for ago in (12, 10, 8)]
    worse = [a_run(ago, pain_during=1) for ago in (5, 3, 1)]
    much_worse = [a_run(ago, pain_during=2.5) for ago in (5, 3, 1)]
    assert answer([*quiet, *worse])["rules_all"][0] == "TREND_UP"
    assert answer([*quiet, *much_worse])["rule"] == "TREND_LARGE"
    assert "TREND_UP" not in answer([*quiet, *much_worse])["rules_all"]


@pytest.mark.parametrize("pains", [(0, 1), (1, 0)])
def test_the_worst_run_of_a_day_stands_for_the_day(pains):
    quiet = [a_run(ago, pain_during=0) for ago in (12, 10, 8)]
    twice_a_day = [a_run(ago, pain_during=pain) for ago in (5, 3, 1) for pain in pains]
    assert "TREND_UP" in answer([*quiet, *twice_a_day])["rules_all"]


def test_the_worst_of_the_day_in_the_log_counts_before_the_run():
    quiet = [a_run(ago, pain_during=0) for ago in (12, 10, 8, 5, 3, 1)]
    daily = [{"date": day(ago), "worst_pain": 2} for ago in (5, 3, 1)]
    assert answer(quiet, daily=daily)["rule"] == "TREND_UP"


@pytest.mark.parametrize(
    ("before", "now", "rules"),
    [
        (1, 1.5, set()),
        (1, 1.52, {"TREND_UP"}),
        (1, 2.5, {"TREND_UP"}),
        (1, 2.52, {"TREND_LARGE"}),
        (0, 2, {"TREND_UP"}),
        (0.1, 2.1, {"TREND_LARGE"}),
    ],
)
def test_a_week_is_worse_above_half_a_point_and_much_worse_above_one_and_a_half(before, now, rules):
    runs = [a_run(ago, pain_during=before) for ago in (12, 10, 8)] + [a_run(ago, pain_during=now) for ago in (5, 3, 1)]
    assert {rule for rule in answer(runs)["rules_all"] if rule.startswith("TREND")} == rules


@pytest.mark.parametrize(("days_now", "days_before", "told"), [((6, 0), (13, 7), True), ((0,), (13, 7), False)])
def test_each_week_of_a_trend_needs_two_days_with_pain(days_now, days_before, told):
    daily = [{"date": day(ago), "worst_pain": 1} for ago in days_now]
    daily += [{"date": day(ago), "worst_pain": 0} for ago in days_before]
    quiet = [a_run(20, pain_during=None), a_run(6, pain_during=None)]
    assert ("TREND_UP" in answer(quiet, daily=daily)["rules_all"]) is told
    swapped = [{**entry, "worst_pain": 1 - entry["worst_pain"]} for entry in daily]
    assert "TREND_UP" not in answer(quiet, daily=swapped)["rules_all"]


def test_the_trace_of_each_rule_names_what_it_saw():
    hurt = after_steady(pain_during=4, pain_pre=1, pain_after_60=5, pain_next_morning=3, baseline_pain=0)
    seen = {item["rule"]: item["facts"] for item in hurt["trace"]}
    morning = {"morning": 3, "baseline": 0, "morning_rise": 3}
    assert seen["AMBER_PLUS_MORNING"] == {"pain_during": 4, "morning_rise": 3}
    assert seen["MORNING_LARGE"] == morning
    assert seen["AFTER_UP_HOLD"] == {"pain_after_60": 5, "after_rise": 4}
    assert seen["NOT_ENOUGH_CLEAN"] == {"clean_in_a_row": 0}
    up = {item["rule"]: item for item in after_steady(pain_next_morning=2)["trace"]}
    assert up["MORNING_UP"]["facts"] == {"morning": 2, "baseline": 0, "morning_rise": 2}
    assert up["MORNING_UP"]["thresholds"] == {"morning_tolerance": 1.0, "morning_large": 3.0}


def test_a_morning_before_a_run_is_quiet_and_the_one_after_it_is_not():
    runs = [a_run(12), a_run(4), a_run(1, pain_next_morning=1.5, baseline_pain=ABSENT)]
    daily = [{"date": day(5), "morning_pain": 0}, {"date": day(3), "morning_pain": 6}]
    assert "MORNING_UP" in answer(runs, daily=daily)["rules_all"]


def test_progress_needs_a_longest_run_to_measure_the_next_by():
    policy = {"gap_hold_days": 14, "lookback_days": 7}
    found = answer([a_run(12), a_run(10), a_run(8)], policy_overrides=policy)
    assert (found["decision"], found["session_cap_km"]) == ("hold", None)
    assert answer([a_run(12), a_run(10), a_run(6)], policy_overrides=policy)["decision"] == "progress"


def test_the_week_before_reaches_back_to_the_thirteenth_day():
    runs = [*[a_run(ago, pain_during=0) for ago in (13, 11)], *[a_run(ago, pain_during=2) for ago in (3, 1)]]
    assert "TREND_UP" in answer(runs)["rules_all"]
    runs[0]["date"] = day(14)
    assert "TREND_UP" not in answer(runs)["rules_all"]


def test_nothing_is_more_cautious_than_itself():
    for decision in Decision:
        assert not decision < decision
        assert decision <= decision


def test_a_difference_of_just_the_slack_is_none():
    assert not exceeds(1 + SLACK, 1)
    assert not falls_short(1 - SLACK, 1)
