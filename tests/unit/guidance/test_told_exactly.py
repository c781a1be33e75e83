"""What an answer shows beside its decision: the facts and limits of a rule, and where a refusal points."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from app.guidance.domain.conformance import cycle_answer
from app.guidance.domain.history import DailyEntry, RunEntry
from app.guidance.domain.irritability import irritability
from app.guidance.domain.ladder import earliest_day
from app.guidance.domain.load import load_figures
from app.guidance.domain.policy import Policy, resolve_policy
from app.guidance.domain.spike import spike
from tests.unit.guidance.builders import ABSENT, Wire, a_run, answer, day, question, steady
from tests.unit.refusing import refused_at

DAY = date(2026, 11, 20)
USUAL = "running_pain_3_of_10"
GAPS = {"gap_hold_days": 7, "gap_reduce_days": 14, "gap_restart_days": 28}


def over(*days_ago: int) -> list[Wire]:
    return [a_run(ago, pain_during=4) for ago in days_ago]


@pytest.mark.parametrize(
    ("sessions", "rule", "facts", "thresholds"),
    [
        (steady(7), "GAP_HOLD", {"gap_days": 7}, GAPS),
        (steady(14), "GAP_REDUCE", {"gap_days": 14}, GAPS),
        (steady(28), "GAP_RESTART", {"gap_days": 28}, GAPS),
        ([*steady(7), *over(3, 1)], "REPEAT_2", {"over_in_a_row": 2}, {"repeat_window_days": 28}),
        ([*steady(7), *over(5, 3, 1)], "REPEAT_3", {"over_in_a_row": 3}, {"repeat_window_days": 28}),
        ([*steady(9), *over(7, 5, 3, 1)], "REPEAT_4", {"over_in_a_row": 4}, {"repeat_window_days": 28}),
    ],
)
def test_a_rule_tells_what_it_saw_and_what_it_was_measured_by(
    sessions: list[Wire], rule: str, facts: dict[str, Any], thresholds: dict[str, Any]
) -> None:
    (told,) = [one for one in answer(sessions)["trace"] if one["rule"] == rule]
    assert (told["facts"], told["thresholds"]) == (facts, thresholds)


_STRICT = {"preset": "esculier_2018"}
_RISE = [(10, 1.333), (9, 0.5), (2, 2.777), (1, 2.5)]
_ONE_RUN: list[tuple[str, Wire, Wire, Wire]] = [
    ("PAIN_PAUSE", {"pain_during": 8}, {"pain_during": 8}, {"pause_min": 8}),
    ("PAIN_RED", {"pain_during": 6}, {"pain_during": 6}, {"high_max": 5, "pause_min": 8}),
    ("PAIN_AMBER", {"pain_during": 4}, {"pain_during": 4}, {"acceptable_max": 3, "high_max": 5}),
    ("PAIN_HOLD", {"pain_during": 3}, {"pain_during": 3}, {"progress_max": 2, "acceptable_max": 3}),
    ("LIMP", {"limp": True}, {"limp": True}, {}),
    ("STOPPED_EARLY", {"stopped_early_for_pain": True}, {"stopped_early_for_pain": True}, {}),
    (
        "MORNING_LARGE",
        {"pain_next_morning": 4, "baseline_pain": 1},
        {"morning": 4, "baseline": 1, "morning_rise": 3},
        {"morning_large": 3},
    ),
    (
        "MORNING_UP",
        {"pain_next_morning": 3, "baseline_pain": 1},
        {"morning": 3, "baseline": 1, "morning_rise": 2},
        {"morning_tolerance": 1, "morning_large": 3},
    ),
    (
        "AMBER_PLUS_MORNING",
        {"pain_during": 4, "pain_next_morning": 3, "baseline_pain": 1},
        {"pain_during": 4, "morning_rise": 2},
        {"acceptable_max": 3, "high_max": 5, "morning_tolerance": 1},
    ),
    (
        "AFTER_UP_HOLD",
        {"pain_pre": 1, "pain_after_60": 2.5},
        {"pain_after_60": 2.5, "after_rise": 1.5},
        {"after_tolerance": 1, "after_abs_max": None},
    ),
    (
        "LOAD_SESSION_SPIKE",
        {"distance_km": 6},
        {"last": 6, "longest_before": 5, "ratio": 1.2},
        {"session_spike_ratio": 1.1, "lookback_days": 30},
    ),
    (
        "NOT_ENOUGH_CLEAN",
        {"painkiller_before": True},
        {"clean_in_a_row": 0},
        {"progress_after_clean": 2, "repeat_window_days": 28},
    ),
    (
        "CLEAN",
        {},
        {"pain_during": 1, "clean_in_a_row": 2},
        {"progress_max": 2, "progress_after_clean": 2, "progress_pct": 10, "cycle_progress_pct": 5},
    ),
    ("MISSING_DURING", {"pain_during": ABSENT}, {"pain_during": None}, {}),
    ("MISSING_MORNING", {"pain_next_morning": ABSENT}, {"morning": None}, {}),
    ("MISSING_LOAD", {"distance_km": ABSENT}, {"load_unit": None}, {}),
]


@pytest.mark.parametrize(("rule", "last_run", "facts", "thresholds"), _ONE_RUN, ids=[row[0] for row in _ONE_RUN])
def test_a_rule_about_one_run_tells_what_it_saw_of_it(rule: str, last_run: Wire, facts: Wire, thresholds: Wire) -> None:
    (told,) = [one for one in answer([*steady(), a_run(**last_run)])["trace"] if one["rule"] == rule]
    assert (told["facts"], told["thresholds"]) == (facts, thresholds)


@pytest.mark.parametrize(
    ("rule", "sessions", "more", "facts", "thresholds"),
    [
        ("RED_FLAG", steady(), {"red_flags": ["locked_knee"]}, {"red_flags": ["locked_knee"]}, {}),
        (
            "PRE_RUN_HIGH",
            steady(),
            {"daily": [{"date": day(0), "morning_pain": 4}]},
            {"morning_today": 4},
            {"acceptable_max": 3},
        ),
        (
            "AFTER_UP_REDUCE",
            [*steady(), a_run(pain_pre=1, pain_after_60=2.5)],
            _STRICT,
            {"pain_after_60": 2.5, "after_rise": 1.5},
            {"after_tolerance": 0, "after_abs_max": None},
        ),
        (
            "MISSING_AFTER",
            [*steady(), a_run(pain_pre=1)],
            _STRICT,
            {"pain_after_60": None, "pain_pre": 1},
            {"after_required": True, "after_tolerance": 0},
        ),
        (
            "TREND_LARGE",
            [*steady(9), a_run(8), *(a_run(ago, pain_during=3) for ago in (6, 4, 2))],
            {},
            {"mean_now": 3, "mean_before": 1, "rise": 2},
            {"trend_large": 1.5, "progress_max": 2},
        ),
        (
            "TREND_UP",
            steady(),
            {"daily": [{"date": day(ago), "worst_pain": pain} for ago, pain in _RISE]},
            {"mean_now": 1.82, "mean_before": 0.97, "rise": 0.85},
            {"trend_tolerance": 0.5},
        ),
        (
            "LOAD_WEEK_SPIKE",
            [*steady(), *(a_run(ago) for ago in (6, 4, 2, 1))],
            {},
            {"week": 30, "week_before": 20, "ratio": 1.5},
            {"week_spike_ratio": 1.3},
        ),
        (
            "BASELINE_UNKNOWN",
            [a_run(pain_next_morning=3, baseline_pain=ABSENT)],
            {},
            {"morning": 3, "baseline": None},
            {"progress_max": 2, "morning_tolerance": 1},
        ),
        ("PENDING_MORNING", [*steady(), a_run(0, pain_next_morning=ABSENT)], {}, {"gap_days": 0}, {}),
        ("NO_HISTORY", [], {}, {"runs": 0}, {}),
        ("FUTURE_DATED", [*steady(), a_run(-2)], {}, {"future_dated": 1}, {}),
    ],
)
def test_a_rule_about_more_than_one_run_tells_what_it_saw(
    rule: str, sessions: list[Wire], more: Wire, facts: Wire, thresholds: Wire
) -> None:
    (told,) = [one for one in answer(sessions, **more)["trace"] if one["rule"] == rule]
    assert (told["facts"], told["thresholds"]) == (facts, thresholds)


@pytest.mark.parametrize(
    ("refusing", "refusal"),
    [
        (lambda: DailyEntry("2026-11-20", 1, 2), ("/date", "not_a_day")),  # type: ignore[arg-type]
        (lambda: DailyEntry(DAY, 11, None), ("/morning_pain", "out_of_range")),
        (lambda: DailyEntry(DAY, None, -1), ("/worst_pain", "out_of_range")),
        (lambda: RunEntry(on=date(1899, 1, 1)), ("/date", "not_a_day")),
        (lambda: RunEntry(on=DAY, limp=None), ("/limp", "not_a_flag")),  # type: ignore[arg-type]
        (lambda: irritability(11, 1, False, False), ("/worst", "out_of_range")),
        (lambda: irritability(1, -1, False, False), ("/settle_hours", "out_of_range")),
        (lambda: irritability(1, 1, None, False), ("/low_load_provokes", "not_a_flag")),
        (lambda: irritability(1, 1, False, 1), ("/rest_or_night_pain", "not_a_flag")),
        (lambda: load_figures("5"), ("/series", "not_a_list")),
        (lambda: load_figures([0, -1]), ("/series/1", "out_of_range")),
        (lambda: spike(0, 5), ("/distance_km", "out_of_range")),
        (lambda: spike(5, 501), ("/longest_prev_30d_km", "out_of_range")),
        (lambda: Policy(acceptable_max=1.0), ("/policy_overrides/acceptable_max", "not_in_order")),
        (lambda: Policy(progress_pct=31), ("/policy_overrides/progress_pct", "out_of_range")),
        (lambda: Policy(rest_days=1.5), ("/policy_overrides/rest_days", "not_whole")),  # type: ignore[arg-type]
        (lambda: Policy(progress_max="2"), ("/policy_overrides/progress_max", "not_a_number")),  # type: ignore[arg-type]
        (lambda: Policy(after_action="rest"), ("/policy_overrides/after_action", "not_a_choice")),
        (lambda: Policy(after_action=3), ("/policy_overrides/after_action", "wrong_type")),  # type: ignore[arg-type]
        (lambda: Policy(after_required="yes"), ("/policy_overrides/after_required", "wrong_type")),  # type: ignore[arg-type]
    ],
)
def test_a_refusal_points_at_what_is_wrong(refusing: Callable[[], object], refusal: tuple[str, str]) -> None:
    assert refused_at(refusing) == [refusal]


def test_an_unknown_preset_and_key_are_named() -> None:
    for preset, own, pointer, code in (
        ("pain_5", {}, "/preset", "unknown_preset"),
        (USUAL, {"pain_max": 3}, "/policy_overrides", "unknown_key"),
    ):
        with pytest.raises(Exception, match="No such") as refused:
            resolve_policy(preset, own)
        assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]  # type: ignore[attr-defined]


def test_runs_of_different_units_make_no_ratio_of_a_return() -> None:
    in_minutes = {"distance_km": None, "duration_min": 30}
    found = cycle_answer(question([a_run(20, pain_during=5, **in_minutes), a_run(10, pain_during=5)]))
    assert (found["count"], found["cycles"][0]["return_ratio"]) == (1, None)
    mixed = a_run(10, pain_during=5, duration_min=20, distance_km=None)
    known = cycle_answer(question([a_run(20, pain_during=5, **in_minutes), mixed]))
    assert known["cycles"][0]["return_ratio"] == 0.67
    both = cycle_answer(
        question([a_run(22, distance_km=5, duration_min=None), a_run(20, pain_during=5, **in_minutes), mixed])
    )
    assert both["cycles"][0]["return_ratio"] is None


def test_the_weeks_of_a_return_have_seven_days_each() -> None:
    hurt = [a_run(30, pain_during=5, distance_km=4), a_run(18, distance_km=2), a_run(16, pain_during=5, distance_km=2)]
    ratio = cycle_answer(question(hurt))["cycles"][0]["return_ratio"]
    assert ratio == 1.0
    for at_the_edge, expected in (
        (a_run(36, distance_km=4), 0.5),  # the sixth day before the hurt run
        (a_run(37, distance_km=4), 1.0),
        (a_run(12, distance_km=4), 2.0),  # the sixth day after the first run back
        (a_run(11, distance_km=4), 1.0),
    ):
        assert cycle_answer(question([*hurt, at_the_edge]))["cycles"][0]["return_ratio"] == expected, at_the_edge


def test_the_fading_mean_begins_with_the_first_day() -> None:
    figures = load_figures([700, *[100] * 27])
    assert figures.acwr_ewma == round(_fading(700, 7) / _fading(700, 28), 2)
    assert load_figures([100, 700, *[100] * 26]).acwr_ewma != figures.acwr_ewma
    assert load_figures([33.33] * 7).acute_7d == 233.3


def _fading(first: float, days: int) -> float:
    """Work the mean out again: 27 days of 100 after a first one."""
    kept = (1 - 2 / (days + 1)) ** 27
    return first * kept + 100 * (1 - kept)


def test_without_advised_rest_one_day_lies_between_two_sessions() -> None:
    assert earliest_day([100], 100) == 102
    assert earliest_day([100], 100, 3) == 104
