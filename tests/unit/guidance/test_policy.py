"""The numbers of the rule: presets, a therapist's own, and what nobody may set."""

from __future__ import annotations

import math
import re
from dataclasses import asdict

import pytest

from app.guidance.domain.decision import Decision, Referral
from app.guidance.domain.history import InputError, PolicyError
from app.guidance.domain.policy import SETTINGS, Policy, resolve_policy
from app.guidance.domain.presets import DEFAULT_PRESET, PRESETS
from app.guidance.domain.red_flags import RED_FLAGS
from app.guidance.domain.rules import RULES_IN_ORDER
from app.guidance.domain.ruleset import RULES, RULESET_VERSION, VALID_FOR_HOURS
from app.guidance.words.english import ENGLISH
from tests.unit.guidance.builders import a_run, after_steady, answer, steady

DEFAULTS = {
    "progress_max": 2.0, "acceptable_max": 3.0, "high_max": 5.0, "pause_min": 8.0, "upper_inclusive": True,
    "after_window_min": 60, "after_tolerance": 1.0, "after_abs_max": None, "after_action": "hold",
    "after_required": False, "morning_tolerance": 1.0, "morning_large": 3.0, "trend_tolerance": 0.5,
    "trend_large": 1.5, "trend_min_points": 2, "repeat_window_days": 28, "progress_after_clean": 2,
    "progress_pct": 10, "cycle_progress_pct": 5, "reduce_pct": -20, "reduce_more_pct": -30, "rest_pct": -40,
    "rest_more_pct": -50, "gap_reduce_pct": -40, "gap_restart_pct": -60, "rest_days": 2, "rest_days_more": 3,
    "lookback_days": 30, "session_spike_ratio": 1.1, "week_spike_ratio": 1.3, "gap_hold_days": 7,
    "gap_reduce_days": 14, "gap_restart_days": 28, "cadence_ceiling": 170,
}  # fmt: skip


def test_the_default_policy_is_the_one_of_the_specification():
    assert asdict(resolve_policy(DEFAULT_PRESET, {})) == DEFAULTS


@pytest.mark.parametrize(
    ("preset", "differences"),
    [
        ("esculier_2018", {"acceptable_max": 2, "after_tolerance": 0, "after_action": "reduce",
                           "after_required": True, "morning_tolerance": 0}),
        ("thomee_1997", {"acceptable_max": 5, "after_tolerance": None, "after_abs_max": 5, "trend_large": 1,
                         "after_action": "reduce", "morning_tolerance": 0, "trend_tolerance": 0}),
        ("vincent_2017", {"upper_inclusive": False, "after_tolerance": None, "morning_tolerance": 0}),
        ("ladder_pain_free", {"progress_max": 0, "acceptable_max": 2, "morning_tolerance": 0}),
    ],
)  # fmt: skip
def test_a_preset_differs_only_where_it_says(preset, differences):
    assert asdict(resolve_policy(preset, {})) == {**DEFAULTS, **differences}


def test_six_presets_and_silbernagel_has_the_numbers_of_thomee():
    assert len(PRESETS) == 6
    assert resolve_policy("silbernagel_2007", {}) == resolve_policy("thomee_1997", {})


@pytest.mark.parametrize("preset", [None, 1, [], {}, "", "nope", "Thomee_1997"], ids=repr)
def test_an_unknown_preset_is_refused(preset):
    with pytest.raises(PolicyError):
        resolve_policy(preset, {})


def test_an_unknown_key_is_refused():
    with pytest.raises(PolicyError):
        resolve_policy(DEFAULT_PRESET, {"max_pain": 5})


LIMITS = {
    "after_tolerance": (0, 10), "after_abs_max": (0, 10), "morning_tolerance": (0, 10), "morning_large": (0, 10),
    "trend_tolerance": (0, 10), "trend_large": (0, 10), "trend_min_points": (1, 7),
    "repeat_window_days": (7, 365), "progress_after_clean": (2, 20), "progress_pct": (0, 30),
    "cycle_progress_pct": (0, 30), "reduce_pct": (-100, 0), "reduce_more_pct": (-100, 0), "rest_pct": (-100, 0),
    "rest_more_pct": (-100, 0), "gap_reduce_pct": (-100, 0), "gap_restart_pct": (-100, 0), "rest_days": (0, 28),
    "rest_days_more": (0, 28), "lookback_days": (7, 90), "session_spike_ratio": (1, 2),
    "week_spike_ratio": (1, 3), "gap_hold_days": (1, 14), "gap_reduce_days": (1, 28),
    "gap_restart_days": (1, 56), "after_window_min": (1, 1440), "cadence_ceiling": (60, 260),
}  # fmt: skip


@pytest.mark.parametrize(("key", "limits"), LIMITS.items())
def test_a_number_reaches_its_limits_and_no_further(key, limits):
    for value in limits:
        assert getattr(resolve_policy(DEFAULT_PRESET, {key: value}), key) == value
    for value in (limits[0] - 1, limits[1] + 1, 10**400):
        with pytest.raises(PolicyError):
            resolve_policy(DEFAULT_PRESET, {key: value})


WHOLE = [name for name, setting in SETTINGS.items() if setting.whole]


def test_days_and_counts_are_whole():
    assert len(WHOLE) == 9
    for key in WHOLE:
        low = LIMITS[key][0]
        assert isinstance(getattr(resolve_policy(DEFAULT_PRESET, {key: float(low)}), key), int)
        with pytest.raises(PolicyError):
            resolve_policy(DEFAULT_PRESET, {key: low + 0.5})


@pytest.mark.parametrize("key", SETTINGS)
@pytest.mark.parametrize("value", [math.nan, math.inf, [], {}, "$NaN"], ids=repr)
def test_a_wrong_type_is_an_input_error(key, value):
    wanted = PolicyError if key == "after_action" and isinstance(value, str) else InputError
    with pytest.raises(wanted):
        resolve_policy(DEFAULT_PRESET, {key: value})


@pytest.mark.parametrize("key", SETTINGS)
def test_only_two_settings_may_be_null(key):
    if key in ("after_tolerance", "after_abs_max"):
        assert getattr(resolve_policy(DEFAULT_PRESET, {key: None}), key) is None
    else:
        with pytest.raises(InputError):
            resolve_policy(DEFAULT_PRESET, {key: None})


@pytest.mark.parametrize(
    "overrides",
    [
        {"progress_max": 3.1},
        {"acceptable_max": 5.1},
        {"high_max": 8},
        {"pause_min": 5},
        {"pause_min": 10.1},
        {"progress_max": -0.1},
        {"acceptable_max": 1.9},
    ],
)
def test_the_pain_limits_rise(overrides):
    with pytest.raises(PolicyError):
        resolve_policy(DEFAULT_PRESET, overrides)


@pytest.mark.parametrize(
    "overrides",
    [
        {"progress_max": 0},
        {"progress_max": 0.5},
        {"progress_max": 3},
        {"acceptable_max": 5},
        {"high_max": 7.9},
        {"pause_min": 10},
    ],
)
def test_the_pain_limits_may_meet(overrides):
    assert resolve_policy(DEFAULT_PRESET, overrides)


@pytest.mark.parametrize(
    ("pain", "rule"), [(1.9, "CLEAN"), (2, "PAIN_HOLD"), (3, "PAIN_AMBER"), (5, "PAIN_RED"), (8, "PAIN_PAUSE")]
)
def test_below_three_means_below_three(pain, rule):
    assert after_steady(pain_during=pain, history={"preset": "vincent_2017"})["rule"] == rule


def test_the_larger_cut_leads_where_a_therapist_has_resized_them():
    policy = {"policy_overrides": {"reduce_pct": -45}}
    hurt = [*steady(5), a_run(3, pain_during=4), a_run(1, pain_during=4)]
    found = answer(hurt, **policy)
    assert (found["rule"], found["change_percent"]) == ("PAIN_AMBER", -45)
    assert found["rules_all"][0] == "REPEAT_2"


def test_the_therapist_is_named_even_where_a_resized_cut_leads():
    policy = {"policy_overrides": {"rest_pct": -60}}
    hurt = [*steady(7), a_run(5, pain_during=4), a_run(3, pain_during=4), a_run(1, pain_during=6)]
    found = answer(hurt, **policy)
    assert (found["rule"], found["refer"]) == ("PAIN_RED", "therapist")


def test_every_number_says_what_it_is():
    assert set(SETTINGS) == set(DEFAULTS)
    for setting in SETTINGS.values():
        assert setting.unit
        assert setting.meaning
        assert re.fullmatch(r"E|[a-z0-9_]+", setting.source)


def test_a_policy_cannot_exist_outside_its_limits():
    with pytest.raises(PolicyError):
        Policy(progress_pct=31)


def test_every_rule_of_the_table_has_one_function_in_table_order():
    codes = [rule.__name__.upper() for rule in RULES_IN_ORDER]
    assert [*codes, "CLEAN"] == list(RULES)
    assert all(rule.__doc__ and rule.__doc__.endswith("?") for rule in RULES_IN_ORDER)


def test_the_table_is_ordered_by_caution_and_every_rule_has_a_source():
    rows = list(RULES.values())
    assert [row.decision for row in rows] == sorted((row.decision for row in rows), reverse=True)
    assert all(row.sources for row in rows)


def test_only_one_rule_adds_load():
    assert [row.code for row in RULES.values() if row.decision is Decision.PROGRESS] == ["CLEAN"]


def test_decisions_and_referrals_are_ordered_by_caution():
    assert sorted(Decision, reverse=True)[0] is Decision.PAUSE_AND_REFER
    assert Decision.PROGRESS < Decision.HOLD < Decision.REDUCE < Decision.REST_DAY
    assert max(Referral.SOON, Referral.URGENT, Referral.THERAPIST) is Referral.URGENT


def test_eighteen_red_flags_each_say_where_to_go():
    assert len(RED_FLAGS) == 18
    assert all(level > Referral.THERAPIST and ENGLISH.seek_care[level.value].patient for level in RED_FLAGS.values())


def test_an_advice_is_versioned_disclaimed_and_does_not_last():
    assert after_steady()["ruleset_version"] == RULESET_VERSION
    assert ENGLISH.disclaimer.patient
    assert 0 < VALID_FOR_HOURS <= 48
