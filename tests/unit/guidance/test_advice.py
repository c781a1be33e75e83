"""Two sore knees, and values that come from the database instead of JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import TypeVar

import pytest

from app.guidance.domain.advise import LoadAdvice, advise, stricter
from app.guidance.domain.decision import Decision, Referral
from app.guidance.domain.facts import Facts, LastRun, gather
from app.guidance.domain.history import DailyEntry, InputError, RunEntry, RunnerHistory, parse_history
from app.guidance.domain.policy import resolve_policy
from app.guidance.domain.rules.progress import clean
from app.guidance.domain.volume import Volume
from tests.unit.guidance.builders import TODAY, a_run, after_steady, answer, question, steady

K = TypeVar("K", Facts, LastRun)

POLICY = resolve_policy("running_pain_3_of_10", {})


def advice(**facts) -> LoadAdvice:
    asked = parse_history(question([*steady(), a_run(1, **facts)], red_flags=facts.pop("red_flags", [])))
    return advise(asked.history, asked.policy, asked.as_of)


def test_the_sorer_knee_decides():
    quiet, amber, red = advice(), advice(pain_during=4), advice(pain_during=6)
    for knees in permutations([quiet, amber, red]):
        assert stricter(stricter(knees[0], knees[1]), knees[2]) is red


def test_of_two_pauses_the_more_urgent_one_decides():
    pause = advice(pain_during=9)
    flagged = replace(pause, rule="RED_FLAG", refer=Referral.SOON)
    assert stricter(pause, flagged) is stricter(flagged, pause) is flagged


def test_of_two_equal_decisions_the_larger_cut_decides():
    amber, both = advice(pain_during=4), advice(pain_during=4, pain_next_morning=2)
    assert stricter(amber, both) is stricter(both, amber) is both


def test_of_two_equal_cuts_the_row_that_stands_first_names_the_cause():
    amber, morning = advice(pain_during=4), advice(pain_next_morning=2)
    assert (morning.change_percent, morning.min_rest_days) == (amber.change_percent, amber.min_rest_days)
    assert stricter(amber, morning) is stricter(morning, amber) is amber


def test_of_two_holds_the_lower_cap_decides():
    short, long = advice(pain_during=3, distance_km=4), advice(pain_during=3, distance_km=5.5)
    assert stricter(short, long) is stricter(long, short) is short


def test_values_from_the_database_are_advised_on_like_json():
    runs = [RunEntry(TODAY - timedelta(days=ago), 5.0, pain_during=1.0, pain_next_morning=0.0) for ago in (5, 3, 1)]
    found = advise(RunnerHistory(tuple(runs)), POLICY, TODAY)
    assert (found.decision, found.session_cap_km, found.gaps) == (Decision.PROGRESS, 5.5, ())


@pytest.mark.parametrize("pain", [float("nan"), float("inf"), -1, 11, "3", True])
def test_values_from_the_database_are_checked_like_json(pain):
    with pytest.raises(InputError):
        RunEntry(TODAY, 5.0, pain_during=pain)
    with pytest.raises(InputError):
        DailyEntry(TODAY, morning_pain=pain)


@pytest.mark.parametrize("on", [date(1899, 12, 31), date(2201, 1, 1), None])
def test_days_from_the_database_are_checked_like_json(on):
    with pytest.raises(InputError):
        RunEntry(on)


def test_progress_needs_its_values_even_where_no_rule_speaks():
    asked = parse_history(question(steady(1)))
    facts = gather(asked.history, POLICY, TODAY)
    assert facts.run is not None
    assert clean(facts, POLICY) is not None
    for field, value in (("morning", None), ("entry", replace(facts.run.reading.entry, pain_during=None))):
        reading = replace(facts.run.reading, **{field: value})
        assert clean(knowing(facts, run=knowing(facts.run, reading=reading)), POLICY) is None
    assert clean(knowing(facts, run=knowing(facts.run, clean_in_a_row=1)), POLICY) is None
    assert clean(knowing(facts, run=None), POLICY) is None
    assert clean(knowing(facts, volume=Volume(None)), POLICY) is None
    assert clean(replace(facts, timeline=replace(facts.timeline, future_dated=1)), POLICY) is None


def knowing(facts: K, **values: object) -> K:
    """Return the same facts, one of them worked out otherwise."""
    other = replace(facts)
    vars(other).update(values)
    return other


def test_a_pause_that_a_person_closed_is_answered_one_step_weaker():
    asked = parse_history(question([*steady(), a_run(1, pain_during=9)]))
    found = advise(asked.history, POLICY, TODAY, frozenset({"PAIN_PAUSE"}))
    assert (found.decision, found.rule, found.change_percent) == (Decision.REST_DAY, "PAIN_RED", -40)
    assert (found.trace[0].facts, found.trace[0].thresholds) == ({"pain_during": 9}, {"pause_min": POLICY.pause_min})


def test_a_red_flag_is_not_closed_that_way():
    asked = parse_history(question(steady(1), red_flags=["locked_knee"]))
    found = advise(asked.history, POLICY, TODAY, frozenset({"RED_FLAG"}))
    assert (found.decision, found.rule) == (Decision.PAUSE_AND_REFER, "RED_FLAG")


def test_the_same_values_give_the_same_advice():
    asked = parse_history(question(steady(1)))
    assert advise(asked.history, asked.policy, asked.as_of) == advise(asked.history, asked.policy, asked.as_of)


def test_an_advice_can_be_written_as_json():
    found = answer([*steady(), a_run(1, pain_during=4)], red_flags=["locked_knee"])
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert list(found)[:5] == ["decision", "rule", "change_percent", "min_rest_days", "refer"]


def test_each_item_of_the_trace_says_what_it_asks_for_and_what_it_saw():
    (amber,) = [one for one in after_steady(pain_during=4)["trace"] if one["rule"] == "PAIN_AMBER"]
    assert amber == {
        "rule": "PAIN_AMBER",
        "decision": "reduce",
        "change_percent": -20,
        "facts": {"pain_during": 4},
        "thresholds": {"acceptable_max": 3.0, "high_max": 5.0},
        "sources": ["acupuncture_pfps_page", "trek_pfp_runners", "E"],
    }
