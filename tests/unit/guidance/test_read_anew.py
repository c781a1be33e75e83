"""Vectors worked out by hand from the text of the specification, of each kind, beside the golden ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.guidance.domain.conformance import KINDS, run_vectors
from tests.unit.guidance.builders import ABSENT, a_run, day, question, steady

Json = dict[str, Any]
ERROR = {"error": "InputError"}
BAD_POLICY = {"error": "PolicyError"}


def last(beside: Json | None = None, **facts: Any) -> Json:
    """Return a steady history with one more run yesterday."""
    return question([*steady(), a_run(1, **facts)], **(beside or {}))


def minutes(runs: list[Json]) -> list[Json]:
    """Return the runs with half an hour each in place of their distance."""
    return [
        {"duration_min": 30, **{name: value for name, value in run.items() if name != "distance_km"}} for run in runs
    ]


def with_policy(**numbers: Any) -> Json:
    """Return a steady history with amber pain, under a therapist's own numbers."""
    return last({"policy_overrides": numbers}, pain_during=4)


def amber(count: int) -> Json:
    """Return a steady history that ends with so many amber runs."""
    return question([*steady(1 + 2 * count), *(a_run(2 * ago + 1, pain_during=4) for ago in reversed(range(count)))])


def cycle(settled: float | None = None, back_km: float = 5.0) -> Json:
    """Return a hurt run 20 days ago, four days off, and a run 15 and a hurt one 13 days ago."""
    runs = [a_run(20, pain_during=5), a_run(15, distance_km=back_km), a_run(13, pain_during=5, distance_km=back_km)]
    return question(runs, daily=[] if settled is None else [{"date": day(16), "worst_pain": settled}])


ENGINE: list[tuple[Json, Json]] = [
    # 1.1 and 1.6: the presets, each at its own numbers
    (last({"preset": "esculier_2018"}, pain_during=2.1), {"rule": "PAIN_AMBER", "change_percent": -20}),
    (last({"preset": "esculier_2018"}, pain_during=2), {"rule": "MISSING_AFTER", "decision": "hold"}),
    (
        last({"preset": "esculier_2018"}, pain_during=2, pain_pre=1, pain_after_60=1.5),
        {"rule": "AFTER_UP_REDUCE", "min_rest_days": 1, "session_cap_km": 4.0, "week_cap_km": 12.0},
    ),
    (last({"preset": "vincent_2017"}, pain_during=1.9), {"rule": "CLEAN", "decision": "progress"}),
    (last({"preset": "vincent_2017"}, pain_during=2), {"rule": "PAIN_HOLD", "session_cap_km": 5.0}),
    (last({"preset": "vincent_2017"}, pain_during=3), {"rule": "PAIN_AMBER"}),
    (last({"preset": "vincent_2017"}, pain_during=5), {"rule": "PAIN_RED", "min_rest_days": 2}),
    (last({"preset": "thomee_1997"}, pain_during=4), {"rule": "PAIN_HOLD"}),
    (last({"preset": "thomee_1997"}, pain_during=5), {"rule": "TREND_LARGE", "change_percent": -20}),
    (last({"preset": "thomee_1997"}, pain_during=5.1), {"rule": "PAIN_RED"}),
    (last({"preset": "silbernagel_2007"}, pain_after_60=5.1), {"rule": "AFTER_UP_REDUCE", "change_percent": -20}),
    (last({"preset": "silbernagel_2007"}, pain_after_60=5), {"rule": "CLEAN"}),
    (last({"preset": "ladder_pain_free"}, pain_during=0.1), {"rule": "PAIN_HOLD"}),
    (last({"preset": "ladder_pain_free"}, pain_during=0), {"rule": "NOT_ENOUGH_CLEAN"}),
    # 1.3 and 1.4: what each decision leaves of the load
    (last(), {"session_cap_km": 5.5, "week_cap_km": 16.5, "session_cap_min": None, "load_unit": "km"}),
    (
        last(pain_next_morning=3),
        {"rule": "MORNING_LARGE", "min_rest_days": 2, "session_cap_km": 3.0, "week_cap_km": 9.0},
    ),
    (last(stopped_early_for_pain=True), {"rule": "STOPPED_EARLY", "min_rest_days": 1, "change_percent": -20}),
    (last(limp=True), {"rule": "LIMP", "change_percent": -40, "decision": "rest_day"}),
    (last(pain_during=ABSENT), {"rule": "MISSING_DURING", "session_cap_km": 5.0, "provisional": False}),
    (last(painkiller_before=True), {"rule": "NOT_ENOUGH_CLEAN", "rules_all": ["NOT_ENOUGH_CLEAN"]}),
    (
        last({"daily": [{"date": day(0), "morning_pain": 3.1}]}),
        {"rule": "PRE_RUN_HIGH", "decision": "rest_day", "min_rest_days": 1, "session_cap_km": 4.0},
    ),
    (with_policy(reduce_pct=-35), {"change_percent": -35, "session_cap_km": 3.2, "week_cap_km": 9.7}),
    (question(steady(14)), {"rule": "GAP_REDUCE", "session_cap_km": 3.0, "week_cap_km": 5.2}),
    (question(steady(28)), {"rule": "GAP_RESTART", "session_cap_km": 2.0, "week_cap_km": None}),
    (
        amber(4),
        {"rule": "REPEAT_4", "refer": "therapist", "session_cap_km": 0, "week_cap_km": 0},
    ),
    (
        question(minutes([*steady(), a_run(1)])),
        {"load_unit": "min", "session_cap_min": 33, "week_cap_min": 99, "session_cap_km": None},
    ),
    (question([], declared_longest_km=8), {"rule": "NO_HISTORY", "session_cap_km": 8.0, "week_cap_km": None}),
    # 1.5 and 1.9: what goes with it
    (last({"cadence_spm": 171}, pain_during=3), {"modifications": ["avoid_downhill", "avoid_hard_surface"]}),
    (last({"planned_next_km": 5.5}), {"planned_ok": True}),
    (last({"planned_next_km": 5.6}), {"planned_ok": False}),
    (last({"planned_next_min": 20}), {"planned_ok": None}),
    (
        last({"red_flags": ["persistent_effusion", "calf_swelling_or_breathless"]}),
        {"rule": "RED_FLAG", "refer": "emergency", "modifications": [], "session_cap_km": 0},
    ),
    # 1.3 and 1.9: each rule ends where the next begins, and is told alone
    (last(pain_during=8), {"rules_all": ["PAIN_PAUSE", "TREND_LARGE", "NOT_ENOUGH_CLEAN"]}),
    (last(pain_next_morning=3), {"rules_all": ["MORNING_LARGE", "NOT_ENOUGH_CLEAN"]}),
    (
        last({"preset": "esculier_2018"}, pain_during=2, pain_pre=1, pain_after_60=1.5),
        {"rules_all": ["AFTER_UP_REDUCE", "NOT_ENOUGH_CLEAN"]},
    ),
    (amber(4), {"rules_all": ["REPEAT_4", "PAIN_AMBER", "TREND_LARGE", "NOT_ENOUGH_CLEAN"]}),
    (amber(3), {"rules_all": ["REPEAT_3", "PAIN_AMBER", "TREND_LARGE", "NOT_ENOUGH_CLEAN"]}),
    (question(steady(28)), {"rules_all": ["GAP_RESTART"]}),
    (question([*steady(22), a_run(20, distance_km=10)]), {"rules_all": ["GAP_REDUCE"]}),
    (last({"preset": "esculier_2018"}, pain_during=2), {"gaps": ["pain_after_60"]}),
    (last({"preset": "esculier_2018"}, pain_during=2, pain_after_60=1), {"gaps": ["pain_pre"]}),
    (
        question(minutes([a_run(1)]), declared_longest_km=5),
        {"load_unit": "min", "rules_all": ["NOT_ENOUGH_CLEAN"], "flags": []},
    ),
    (last({"policy_overrides": {"progress_after_clean": 2.0, "progress_pct": 30}}), {"week_cap_km": 19.5}),
    (last({"preset": "esculier_2018", "policy_overrides": {"rest_days": 3}}, pain_during=6), {"min_rest_days": 3}),
    (last({"preset": "thomee_1997", "policy_overrides": {"rest_days": 3}}, pain_during=6), {"min_rest_days": 3}),
    # 1.7: what cannot be meant
    (last(pain_during=10.1), ERROR),
    (last(limp=None), ERROR),
    (last({"red_flags": ["sore_foot"]}), ERROR),
    (last({"cadence_spm": 59}), ERROR),
    (with_policy(acceptable_max=6), BAD_POLICY),
    (with_policy(pause_min=5), BAD_POLICY),
    (with_policy(progress_after_clean=1), BAD_POLICY),
    (with_policy(gap_hold_days=15), BAD_POLICY),
    (with_policy(colour=1), BAD_POLICY),
    (with_policy(reduce_pct="$NaN"), ERROR),
]

AKPS = {
    **dict.fromkeys(("limp", "support", "walking", "squatting", "atrophy", "flexion"), 5),
    **dict.fromkeys(("stairs", "running", "jumping", "sitting", "pain", "swelling", "patellar_movement"), 10),
}
UNSTABLE = {"arms": 1, "trunk": 1, "pelvis": 1, "knee": 0, "unsteady": 0}
A_WEEK_OF_200 = [*([100, *[0] * 6] * 3), 200, *[0] * 6]

OTHERS: dict[str, list[tuple[Json, Json]]] = {
    "cycle": [
        (cycle(), {"status": "suspected", "count": 1}),
        (cycle(settled=2), {"status": "suspected"}),
        (cycle(settled=2.1), {"status": "none", "count": 0}),
    ],
    "spike": [
        ({"distance_km": 6.5, "longest_prev_30d_km": 5}, {"ratio": 1.3, "class": "small"}),
        ({"distance_km": 10, "longest_prev_30d_km": 5}, {"ratio": 2.0, "class": "moderate"}),
        ({"distance_km": 10.1, "longest_prev_30d_km": 5}, {"ratio": 2.02, "class": "large"}),
        ({"distance_km": 5, "longest_prev_30d_km": None}, {"ratio": None, "class": "undefined"}),
    ],
    "load": [
        ({"series": [10, 20, 30, None, None, 10, 30]}, {"acute_7d": 140, "monotony": None, "strain": None}),
        ({"series": [10, 20, None, None, None, 10, 30]}, {"acute_7d": None}),
        ({"series": A_WEEK_OF_200}, {"acwr_coupled": 1.6, "acwr_uncoupled": 2.0, "week_change_percent": 100}),
        ({"series": A_WEEK_OF_200}, {"acute_7d": 200, "monotony": 0.38, "strain": 75.6}),
        ({"series": A_WEEK_OF_200[1:]}, {"acwr_coupled": None, "acwr_uncoupled": None, "acwr_ewma": None}),
    ],
    "akps": [
        ({"answers": AKPS}, {"score": 100}),
        ({"answers": {**AKPS, "pain": None}}, {"score": None}),
        ({"answers": {**AKPS, "limp": 2}}, ERROR),
        ({"answers": {**AKPS, "support": 1}}, ERROR),
    ],
    "koos_pf": [
        ({"items": [4] * 11}, {"score": 0}),
        ({"items": [1] * 6 + [None] * 5}, {"score": 75}),
        ({"items": [1] * 12}, ERROR),
    ],
    "lefs": [({"items": [4] * 20}, {"score": 80}), ({"items": [4] * 19 + [None]}, {"score": None})],
    "tsk11": [({"items": [4] * 11}, {"score": 44}), ({"items": [4] * 10 + [None]}, ERROR)],
    "step_down": [
        (UNSTABLE, {"score": 3, "grade": "medium"}),
        ({**UNSTABLE, "knee": 2}, {"score": 5, "grade": "poor"}),
        ({**UNSTABLE, "knee": 3}, ERROR),
    ],
    "lsi": [
        ({"involved": 90, "uninvolved": 100}, {"percent": 90}),
        ({"involved": 1, "uninvolved": 0}, {"percent": None}),
    ],
    "hip_expected": [
        ({"age": 45, "male": False}, {"expected": 1.375, "sd": 0.354}),
        ({"age": 121, "male": True}, ERROR),
    ],
    "adherence": [
        ({"rows": [{"prescribed": 30, "done": 24}]}, {"percent": 80, "level": "high"}),
        (
            {"rows": [{"prescribed": 30, "done": None}, {"prescribed": 9, "done": 9}]},
            {"percent": 50, "level": "moderate"},
        ),
        ({"rows": [{"prescribed": 100, "done": 49}]}, {"percent": 49, "level": "low"}),
        ({"rows": [{"prescribed": 1, "done": 1, "due": False}]}, {"percent": None, "level": None}),
    ],
    "irritability": [
        (
            dict(zip(("worst", "settle_hours", "low_load_provokes", "rest_or_night_pain"), told, strict=True)),
            {"level": is_},
        )
        for *told, is_ in (
            (7, 24.1, False, False, "high"),
            (7, 24, False, False, "moderate"),
            (0, 0, True, True, "high"),
            (3, 1, False, False, "low"),
            (3, 1.1, False, False, "moderate"),
        )
    ],
    "classify": [
        ({}, {"pattern": "unclassified", "positive": [], "address_first": None}),
        ({"session_spike_ratio": 1.1, "week_spike_ratio": 1.3}, {"pattern": "unclassified"}),
        ({"session_spike_ratio": 1.11}, {"pattern": "load_error", "address_first": "load_error"}),
        ({"hip_abd_lsi": 89.9, "quad_lsi": 89.9}, {"pattern": "combined", "address_first": "descending_hip"}),
        ({"single_leg_squat": "poor", "pelvic_drop": True}, {"pattern": "descending_hip"}),
        ({"fpi6": 6, "foot_turn_out_or_heel_lift": True}, {"positive": ["ascending_ankle"]}),
        ({"ktw_affected_cm": 9, "ktw_other_cm": 10.5}, {"pattern": "unclassified"}),
        ({"session_spike_ratio": 2, "tsk11": 24, "phq2": 3}, {"pattern": "psychosocial"}),
        (
            {"session_spike_ratio": 2, "tsk11": 24},
            {"pattern": "load_error", "positive": ["load_error", "psychosocial"]},
        ),
    ],
}


def vectors() -> Iterator[Json]:
    """Return them in the form of a file that `guidance conformance` reads."""
    for kind, listed in {"engine": ENGINE, **OTHERS}.items():
        for place, (given, expected) in enumerate(listed):
            yield {"id": f"{kind}-{place}", "kind": kind, "input": given, "expected": expected}


def test_each_kind_is_asked() -> None:
    assert {vector["kind"] for vector in vectors()} == KINDS.keys()


@pytest.mark.parametrize("vector", list(vectors()), ids=lambda vector: vector["id"])
def test_what_follows_from_the_text_is_answered(vector: Json) -> None:
    (found,) = run_vectors({"vectors": [vector]})
    assert found.differences == ()
