"""What holds for every history: total, order-free, never progress on doubt, never relaxed by worse news."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.guidance.domain.advise import evaluate
from app.guidance.domain.conformance import KINDS
from app.guidance.domain.decision import Decision
from app.guidance.domain.history import InputError, PolicyError
from app.guidance.domain.presets import PRESETS
from app.guidance.domain.red_flags import RED_FLAGS
from tests.unit.guidance.builders import TODAY, day

SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))

# Scores cluster near the limits, where mistakes live.
SCORE = st.sampled_from([0, 0, 0, 1, 1, 1, 2, 2.1, 3, 3.1, 4, 5, 5.1, 7, 8, 10]) | st.floats(0, 10)
MAYBE = st.none() | SCORE
FLAG = st.sampled_from([False] * 7 + [True])
PAINS = ("pain_pre", "pain_during", "pain_after_60", "pain_next_morning", "baseline_pain")
LIFTED_BY_A_HIGHER_START = {
    "TREND_LARGE", "TREND_UP", "MORNING_LARGE", "MORNING_UP", "AMBER_PLUS_MORNING", "AFTER_UP_REDUCE",
    "AFTER_UP_HOLD", "MISSING_AFTER", "BASELINE_UNKNOWN", "REPEAT_2", "REPEAT_3", "REPEAT_4",
    "NOT_ENOUGH_CLEAN",
}  # fmt: skip


@st.composite
def runs(draw: st.DrawFn, quiet: bool) -> dict[str, Any]:
    """Draw one run; a quiet one is clean unless something was drawn otherwise."""
    run: dict[str, Any] = {"date": day(draw(st.integers(0, 14) | st.integers(0, 40))), "distance_km": 5.0}
    run.update({"pain_during": 1, "pain_next_morning": 0} if quiet else {})
    for name in draw(st.sets(st.sampled_from(PAINS), max_size=2 if quiet else 5)):
        run[name] = draw(MAYBE)
    for name in draw(st.sets(st.sampled_from(["limp", "stopped_early_for_pain", "painkiller_before"]), max_size=1)):
        run[name] = draw(FLAG)
    return run


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a history of up to seven runs and six daily entries under any preset."""
    daily = st.fixed_dictionaries(
        {"date": st.integers(0, 9).map(day)}, optional={"morning_pain": MAYBE, "worst_pain": MAYBE}
    )
    quiet = draw(st.booleans())
    return {
        "as_of": TODAY.isoformat(),
        "preset": draw(st.sampled_from(["running_pain_3_of_10"] * 4 + list(PRESETS))),
        "sessions": draw(st.lists(runs(quiet), max_size=7)),
        "daily": draw(st.lists(daily, max_size=2 if quiet else 6)),
    }


def caution(asked: dict[str, Any]) -> Decision:
    return Decision(evaluate(asked)["decision"])


def rules_stricter_than(decision: str, found: dict[str, Any]) -> set[str]:
    """Name the fired rules of an answer that ask for more than a decision."""
    return {item["rule"] for item in found["trace"] if Decision(item["decision"]) > Decision(decision)}


def changed(asked: dict[str, Any], where: str, place: int, **facts: Any) -> dict[str, Any]:
    worse = deepcopy(asked)
    worse[where][place].update(facts)
    return worse


def is_week_before(on: str) -> bool:
    return day(13) <= on <= day(7)


def follows_a_run(on: str, asked: dict[str, Any]) -> bool:
    ran = {run["date"] for run in asked["sessions"]}
    return any(on == day(ago) and day(ago + 1) in ran for ago in range(-1, 60))


@SLOW
@given(questions(), st.data())
def test_a_higher_score_never_relaxes_the_decision(asked, data):
    where = data.draw(st.sampled_from(["sessions", "daily"]))
    assume(asked[where])
    place = data.draw(st.integers(0, len(asked[where]) - 1))
    entry = asked[where][place]
    names = sorted(name for name in entry if name in (*PAINS, "morning_pain", "worst_pain"))
    assume(names)
    name = data.draw(st.sampled_from(names))
    assume(entry[name] is not None)
    worse = changed(asked, where, place, **{name: data.draw(st.floats(entry[name], 10))})
    quiet_start = name in ("pain_pre", "baseline_pain") or (
        name == "morning_pain" and not follows_a_run(entry["date"], asked)
    )
    week_before = is_week_before(entry["date"]) and name in ("pain_during", "worst_pain")
    lifted = rules_stricter_than(evaluate(worse)["decision"], evaluate(asked))
    assert lifted <= (LIFTED_BY_A_HIGHER_START if quiet_start or week_before else set())


@SLOW
@given(questions(), st.data())
def test_a_limp_a_stop_or_a_painkiller_never_relaxes_the_decision(asked, data):
    assume(asked["sessions"])
    place = data.draw(st.integers(0, len(asked["sessions"]) - 1))
    sign = data.draw(st.sampled_from(["limp", "stopped_early_for_pain", "painkiller_before"]))
    assert caution(asked) <= caution(changed(asked, "sessions", place, **{sign: True}))


@SLOW
@given(questions(), st.lists(st.sampled_from(list(RED_FLAGS)), min_size=1, max_size=3))
def test_a_red_flag_always_pauses_and_gives_no_load_advice(asked, red_flags):
    found = evaluate({**asked, "red_flags": red_flags})
    assert (found["rule"], found["modifications"]) == ("RED_FLAG", [])
    assert found["session_cap_km"] in (0.0, None)
    assert found["refer"] in {RED_FLAGS[code].value for code in red_flags}


@SLOW
@given(questions(), st.data())
def test_the_last_score_taken_away_never_leads_to_progress(asked, data):
    assume(asked["sessions"])
    runs_in_order = sorted(range(len(asked["sessions"])), key=lambda place: asked["sessions"][place]["date"])
    place = runs_in_order[-1]
    for missing in ({"pain_during": None}, {"distance_km": None}):
        found = caution(changed(asked, "sessions", place, **missing))
        assert found >= Decision.HOLD
    silent = changed(asked, "sessions", place, pain_next_morning=None)
    next_day = next(day(ago - 1) for ago in range(60) if day(ago) == asked["sessions"][place]["date"])
    silent["daily"] = [entry for entry in silent["daily"] if entry["date"] != next_day]
    assert caution(silent) >= Decision.HOLD


@SLOW
@given(questions(), st.integers(1, 500), st.sampled_from(["sessions", "daily"]), st.data())
def test_an_entry_dated_ahead_blocks_progress_and_changes_nothing_else(asked, ahead, where, data):
    entry = {"date": day(-ahead), **({"pain_during": data.draw(SCORE)} if where == "sessions" else {})}
    found = evaluate({**asked, where: [*asked[where], entry]})
    before = evaluate(asked)
    others = [rule for rule in found["rules_all"] if rule != "FUTURE_DATED"]
    assert found["decision"] != "progress"
    assert "FUTURE_DATED" in found["rules_all"]
    assert others == [rule for rule in before["rules_all"] if rule != "CLEAN"]


@SLOW
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_days_and_of_daily_entries_does_not_matter(asked, chance):
    dates = [run["date"] for run in asked["sessions"]]
    assume(len(dates) == len(set(dates)))
    mixed = deepcopy(asked)
    chance.shuffle(mixed["sessions"])
    chance.shuffle(mixed["daily"])
    assert evaluate(mixed) == evaluate(asked)


@SLOW
@given(questions(), st.data())
def test_a_daily_entry_given_twice_does_not_matter(asked, data):
    assume(asked["daily"])
    twice = data.draw(st.sampled_from(asked["daily"]))
    assert evaluate({**asked, "daily": [*asked["daily"], twice]}) == evaluate(asked)


@SLOW
@given(questions())
def test_progress_means_all_that_is_needed_is_known_and_good(asked):
    found = evaluate(asked)
    if found["decision"] != "progress":
        return
    last = sorted(asked["sessions"], key=lambda run: run["date"])[-1]
    assert 0 <= last["pain_during"] <= 2
    assert day(6) <= last["date"] < day(0)
    assert found["rules_all"] == ["CLEAN"]
    assert (found["gaps"], found["load_unit"], found["refer"]) == ([], "km", "none")
    assert found["session_cap_km"] > 0


@SLOW
@given(questions())
def test_every_answer_is_whole_and_can_be_written_as_json(asked):
    found = evaluate(asked)
    json.dumps(found, allow_nan=False)
    decisions = [Decision(item["decision"]) for item in found["trace"]]
    assert Decision(found["decision"]) == max(decisions)
    assert [item["rule"] for item in found["trace"]] == found["rules_all"]
    assert (found["change_percent"] < 0) == (Decision(found["decision"]) > Decision.HOLD)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
TOP = ("as_of", "preset", "policy_overrides", "sessions", "daily", "red_flags", "cadence_spm", "planned_next_km")


@SLOW
@given(questions(), st.data())
def test_whatever_stands_in_the_input_the_engine_answers_or_refuses(asked, data):
    spoiled: Any = deepcopy(asked)
    if data.draw(st.booleans()) and spoiled["sessions"]:
        run = data.draw(st.sampled_from(spoiled["sessions"]))
        run[data.draw(st.sampled_from([*PAINS, "date", "distance_km", "limp"]) | st.text(max_size=5))] = data.draw(JSON)
    else:
        spoiled[data.draw(st.sampled_from(TOP) | st.text(max_size=5))] = data.draw(JSON)
    with suppress(InputError, PolicyError):
        json.dumps(evaluate(spoiled), allow_nan=False)


@SLOW
@given(st.sampled_from(list(KINDS)), JSON | st.dictionaries(st.sampled_from(["items", "rows", "series", "age"]), JSON))
def test_whatever_is_asked_every_kind_answers_or_refuses(kind, asked):
    try:
        answer = KINDS[kind](asked)
    except (InputError, PolicyError):
        return
    json.dumps(answer, allow_nan=False)


@SLOW
@given(st.lists(st.none() | st.floats(0, 100_000) | st.integers(0, 200), max_size=60))
def test_figures_of_load_are_always_finite(series):
    answer = KINDS["load"]({"series": series})
    assert all(value is None or math.isfinite(value) for value in answer.values())
