"""Rest, resume, hurt: when the pattern counts and what it changes."""

from __future__ import annotations

import pytest

from app.guidance.domain.conformance import cycle_answer
from tests.unit.guidance.builders import a_run, answer, day, question


def cycles(*runs, **more):
    return cycle_answer(question(runs, **more))


def hurt(days_ago, **facts):
    return a_run(days_ago, pain_during=5, **facts)


def test_hurt_rest_and_hurt_again_is_one_cycle():
    found = cycles(hurt(20), a_run(12), hurt(10))
    assert (found["status"], found["count"]) == ("suspected", 1)
    assert found["cycles"][0]["rest_days"] == 7


@pytest.mark.parametrize(("resume", "status"), [(16, "none"), (15, "suspected")])
def test_four_days_off_make_a_rest(resume, status):
    assert cycles(hurt(20), a_run(resume), hurt(10))["status"] == status


@pytest.mark.parametrize(("closing", "status"), [(84, "suspected"), (85, "none")])
def test_a_cycle_counts_for_84_days(closing, status):
    assert cycles(hurt(closing + 10), a_run(closing + 2), hurt(closing))["status"] == status


def test_the_run_that_closes_one_cycle_opens_the_next():
    found = cycles(hurt(40), hurt(30), hurt(20))
    assert (found["status"], found["count"]) == ("confirmed", 2)


def test_a_limp_or_a_stop_hurts_as_well():
    assert cycles(a_run(20, limp=True), a_run(10, stopped_early_for_pain=True))["count"] == 1


def test_another_run_on_the_hurt_day_hides_nothing():
    assert cycles(hurt(20), a_run(20), hurt(10))["count"] == 1


def test_a_knee_that_never_settled_is_no_cycle():
    log = [{"date": day(11), "worst_pain": 2.1}]
    assert cycles(hurt(20), hurt(10), daily=log)["count"] == 0
    morning = [*log, {"date": day(10), "morning_pain": 2}]
    assert cycles(hurt(20), hurt(10), daily=morning)["cycles"][0]["settled"] is True


@pytest.mark.parametrize(("back", "subtype"), [(4.0, "returned_too_high"), (3.99, "hurt_despite_less_load")])
def test_the_load_of_the_first_week_back_names_the_kind(back, subtype):
    assert cycles(hurt(20), hurt(10, distance_km=back))["cycles"][0]["subtype"] == subtype


def test_the_future_closes_no_cycle():
    assert cycles(hurt(10), hurt(-2))["count"] == 0


def test_a_confirmed_cycle_halves_the_step_and_never_enlarges_it():
    runs = [hurt(60), hurt(50), hurt(40), *[a_run(ago) for ago in range(29, 0, -2)]]
    found = answer(runs)
    assert (found["change_percent"], found["flags"]) == (5, ["rest_resume_hurt_confirmed"])
    assert answer(runs, policy_overrides={"progress_pct": 3})["change_percent"] == 3
    assert answer(runs, policy_overrides={"cycle_progress_pct": 30})["change_percent"] == 10


def test_a_cycle_without_a_known_load_has_no_ratio_and_no_kind():
    silent = {"distance_km": None}
    found = cycles(hurt(20, **silent), hurt(10, **silent))
    assert (found["count"], found["cycles"][0]["return_ratio"], found["cycles"][0]["subtype"]) == (1, None, None)


def test_a_cycle_says_its_days_and_its_loads():
    found = cycles(a_run(24, distance_km=6), hurt(20, distance_km=4), a_run(12, distance_km=3), hurt(10, distance_km=2))
    assert found["cycles"] == [
        {
            "hurt": day(20),
            "resume": day(12),
            "hurt_again": day(10),
            "rest_days": 7,
            "settled": None,
            "return_ratio": 0.5,
            "subtype": "hurt_despite_less_load",
        }
    ]


@pytest.mark.parametrize(("back", "count"), [(14, 1), (15, 0)])
def test_a_cycle_closes_within_a_fortnight_of_the_first_run_back(back, count):
    assert cycles(hurt(40), a_run(30), hurt(30 - back))["count"] == count


@pytest.mark.parametrize(("runs", "count"), [(2, 1), (3, 1), (4, 0)])
def test_a_cycle_closes_within_the_first_four_runs_back(runs, count):
    back = [a_run(30 - place) for place in range(runs)]
    assert cycles(hurt(40), *back, hurt(30 - runs))["count"] == count


@pytest.mark.parametrize(("worst", "count"), [(2.0, 1), (2.1, 0)])
def test_the_last_day_of_a_rest_says_whether_it_settled(worst, count):
    log = [{"date": day(15), "worst_pain": 9}, {"date": day(11), "worst_pain": worst}]
    assert cycles(hurt(20), hurt(10), daily=log)["count"] == count
