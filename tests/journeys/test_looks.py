"""Looking back and ahead: replay, load, red-flag questions, the run-walk ladder, and notices."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from app.db.engine import Database
from app.guidance import histories
from tests.benchmarks.histories import ninety_days, write
from tests.builders.people import People, Person
from tests.journeys.runners import CALM_DAYS, advice, calm_runs, check_in, clock, decision, log, pauses, run, score
from tests.journeys.test_first_session import stored_versions

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def ada(people: People) -> Person:
    return people.patient()


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def look(person: Person, what: str, **query: Any) -> dict[str, Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = person.get(f"/v1/patients/{{me}}/{what}?{asked}")
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def replay(person: Person, since: int = 10, until: int = 0, **body: Any) -> Any:
    return person.post("/v1/patients/{me}/guidance/replay", {"since": ago(since), "until": ago(until), **body})


def replayed(person: Person, **body: Any) -> dict[str, Any]:
    """Return the replayed days by date."""
    answer = replay(person, **body)
    assert answer.status_code == 200, answer.json
    return {day["on"]: day for day in answer.json["days"]}


# Replay


def test_a_replay_under_the_own_policy_says_of_each_day_what_the_advice_as_of_it_says(ada: Person) -> None:
    calm_runs(ada, (60, 33, 20, 18, 9, 7, 5, 3))
    run(ada, 1, 4)
    days = replayed(ada, since=45)
    assert len(days) == 46
    for day, told in days.items():
        read = advice(ada, day)
        assert (told["decision"], told["rule"]) == (read["decision"], read["rule"]), day
        assert told["session_cap_km"] == read["session_cap_km"], day


def test_a_replay_shows_where_another_limit_would_have_said_something_else(ada: Person) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    run(ada, 1, 3)
    given = advice(ada)
    same, other = replayed(ada)[ago(0)], replayed(ada, preset="esculier_2018")[ago(0)]
    assert (same["decision"], same["differs"]) == ("hold", False)
    assert (other["decision"], other["rule"], other["differs"]) == ("reduce", "PAIN_AMBER", True)
    assert other["given"] == {"id": given["id"], "decision": "hold", "rule": "PAIN_HOLD"}
    answer = replay(ada, policy_overrides={"acceptable_max": 2}).json
    assert answer["differing"] == sum(day["differs"] is True for day in answer["days"]) > 0


def test_a_day_without_advice_differs_from_nothing(ada: Person) -> None:
    calm_runs(ada)
    assert replayed(ada, since=40)[ago(40)]["differs"] is None


def test_a_run_that_was_never_run_is_judged_like_a_real_one(ada: Person) -> None:
    calm_runs(ada, CALM_DAYS[:-1])
    invented = {"on": ago(1), "distance_m": 5000, "pain_during": 4, "pain_next_morning": 0}
    assert replayed(ada)[ago(0)]["rule"] != "PAIN_AMBER"
    assert replayed(ada, runs=[invented])[ago(0)]["rule"] == "PAIN_AMBER"
    assert decision(ada)[1] != "PAIN_AMBER"


def test_a_pause_that_only_opens_in_the_replay_stands_to_its_end(ada: Person) -> None:
    calm_runs(ada, (30, 28, 26, 9, 7, 5, 3, 1))
    nine = {"on": ago(25), "distance_m": 5000, "pain_during": 9, "pain_next_morning": 0}
    days = replayed(ada, since=30, runs=[nine])
    assert {days[ago(back)]["decision"] for back in range(26)} == {"pause_and_refer"}
    assert days[ago(26)]["decision"] != "pause_and_refer"
    assert days[ago(0)]["rules_alone"]["decision"] != "pause_and_refer"
    assert pauses(ada) == []


def test_a_pause_that_was_closed_ends_in_the_replay_on_the_day_it_was_closed(ada: Person) -> None:
    calm_runs(ada, (20, 18))
    run(ada, 12, 9)
    closed = {"note": "seen", "seen_whom": "Dr Test", "seen_on": ago(0)}
    assert ada.post(f"/v1/patients/{{me}}/pauses/{pauses(ada)[0]['id']}/closure", closed).status_code == 201
    days = replayed(ada, since=15)
    assert {days[ago(back)]["decision"] for back in range(1, 13)} == {"pause_and_refer"}
    assert days[ago(0)]["decision"] != "pause_and_refer"


def test_a_replay_stores_nothing(ada: Person, database: Database) -> None:
    calm_runs(ada)
    advice(ada)
    before = stored_versions(database, ada)
    replayed(ada, runs=[{"on": ago(1), "distance_m": 5000, "pain_during": 9}])
    assert (stored_versions(database, ada), pauses(ada)) == (before, [])


@pytest.mark.parametrize(("since", "until"), [(0, 1), (366, 0), (1000, 0)])
def test_a_replay_looks_at_one_day_up_to_a_year(ada: Person, since: int, until: int) -> None:
    refused = replay(ada, since, until)
    assert (refused.status_code, refused.json["code"]) == (422, "replay_window")
    assert replay(ada, 365, 0).status_code == 200


def test_an_inconsistent_policy_is_not_replayed(ada: Person) -> None:
    refused = replay(ada, policy_overrides={"acceptable_max": 9})
    assert (refused.status_code, refused.json["code"]) == (422, "PolicyError")


def calls_of(send: Callable[[], Any]) -> int:
    """Return how many functions of Python are called on the way: a cost that is the same on every machine."""
    count = 0

    def seen(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(seen)
    try:
        assert send().status_code == 200
    finally:
        sys.setprofile(None)
    return count


def test_a_year_replayed_costs_less_than_sixty_single_advices(
    ada: Person, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing.begin() as db:
        write(db, ada.id, ninety_days())
    built = []
    whole = histories.Knee.__init__

    def build(self: Any, *given: Any, **how: Any) -> None:
        built.append(1)
        whole(self, *given, **how)

    monkeypatch.setattr(histories.Knee, "__init__", build)
    replay(ada, 365)
    assert sum(built) <= 2  # one history a knee, whatever the number of days
    path = f"/v1/patients/{{me}}/guidance/advice?as_of={ago(0)}"
    single = min(calls_of(lambda: ada.get(path)) for _ in range(3))
    year = min(calls_of(lambda: replay(ada, 365)) for _ in range(2))
    assert year < 60 * single, (year, single)


# Load


def test_a_week_s_distance_and_time_are_added_up(ada: Person) -> None:
    for days_ago in range(14):
        check_in(ada, days_ago, worst_pain=1)
    for days_ago in (12, 9, 5, 2):
        run(ada, days_ago, distance_m=6000 if days_ago > 7 else 9000, duration_s=3000, rpe=4)
    told = look(ada, "load", days=14)
    assert told["week_distance_km"] == {"total": 18.0, "change_percent": 50.0}
    assert told["week_duration_min"] == {"total": 100.0, "change_percent": 0.0}
    assert told["session_load"]["acute_7d"] == 400.0
    assert told["days"][-1] == {"on": ago(0), "distance_km": 0, "duration_min": 0, "session_load": 0}
    assert [(found["ratio"], found["spike_class"]) for found in told["runs"]][-2:] == [
        (1.5, "moderate"),
        (1.0, "reference"),
    ]


def test_a_day_without_a_log_is_unknown_until_the_runner_says_that_it_was_rest(ada: Person) -> None:
    for days_ago in range(1, 14, 2):
        log(ada, "runs", clock(days_ago), distance_m=5000, duration_s=1800)
    told, confirmed = look(ada, "load"), look(ada, "load", rest_confirmed="true")
    assert told["days"][-1]["distance_km"] is None
    assert told["week_distance_km"] == {"total": None, "change_percent": None}
    assert confirmed["week_distance_km"]["total"] == 15.0
    assert confirmed["session_load"]["acute_7d"] is None  # no effort was told, which is not nothing


def test_ratios_are_hidden_for_four_weeks_after_a_break(ada: Person) -> None:
    for days_ago in (*range(70, 42, -2), *range(26, 0, -2)):
        log(ada, "runs", clock(days_ago), distance_m=5000, duration_s=1800, rpe=3)
    hidden = look(ada, "load", rest_confirmed="true")
    assert (hidden["acwr_hidden"], hidden["session_load"]["acwr_coupled"]) == (True, None)
    before = look(ada, "load", rest_confirmed="true", until=ago(43))
    assert (before["acwr_hidden"], before["session_load"]["acwr_coupled"]) == (False, 0.86)


# Red-flag questions


def asked(person: Person, **query: Any) -> dict[str, Any]:
    """Return why each question is due, by code."""
    told = look(person, "guidance/red-flag-questions", **query)
    return {item["code"]: item["because"] for item in told["items"]}


def answer_all(person: Person, days_ago: int, because: str = "intake", hour: int = 9, **yes: bool) -> None:
    for code in asked(person):
        present = yes.get(code, False)
        log(person, "red-flags", clock(days_ago, hour), code=code, present=present, asked_because=because)


def test_every_question_is_asked_at_intake_and_says_how_fast_a_yes_is_seen(ada: Person) -> None:
    told = look(ada, "guidance/red-flag-questions")
    assert (told["due"], len(told["items"])) == (18, 18)
    assert {item["because"] for item in told["items"]} == {"intake"}
    assert told["items"][0]["level"] == "emergency"
    german = ada.get("/v1/patients/{me}/guidance/red-flag-questions", **{"Accept-Language": "de"}).json
    assert german["items"][7]["text"] == "Klemmt Ihr Knie, sodass Sie es nicht strecken können?"


def test_an_answered_round_is_asked_again_after_a_month(ada: Person) -> None:
    answer_all(ada, 30)
    assert set(asked(ada, as_of=ago(2)).values()) == {None}
    assert set(asked(ada).values()) == {"monthly"}
    answer_all(ada, 1, "monthly")
    assert set(asked(ada).values()) == {None}


@pytest.mark.parametrize(("points", "because"), [(6, "pain"), (5.9, None)])
def test_pain_of_six_asks_again(ada: Person, points: float, because: str | None) -> None:
    answer_all(ada, 3)
    log(ada, "pain-scores", clock(1), score=points, moment="worst")
    assert set(asked(ada).values()) == {because}
    assert set(asked(ada, as_of=ago(2)).values()) == {None}


def test_a_limp_asks_again_until_it_is_answered(ada: Person) -> None:
    answer_all(ada, 3)
    log(ada, "runs", clock(1), distance_m=3000, limp=True)
    assert set(asked(ada).values()) == {"limp"}
    answer_all(ada, 0, "limp")
    assert set(asked(ada).values()) == {None}


def test_an_answer_yes_opens_the_pause_and_gives_only_the_seek_care_text(ada: Person) -> None:
    calm_runs(ada)
    log(ada, "red-flags", clock(0), code="locked_knee", present=False, asked_because="monthly")
    assert decision(ada)[0] == "progress"
    log(ada, "red-flags", clock(0, 9), code="locked_knee", present=True, asked_because="monthly")
    read = advice(ada)
    assert (read["rule"], read["refer"], read["modifications"]) == ("RED_FLAG", "urgent", [])
    assert [(pause["red_flag"], pause["opened_on"]) for pause in pauses(ada)] == [("locked_knee", ago(0))]


def test_a_yes_from_a_clock_that_ran_ahead_pauses_at_once(ada: Person) -> None:
    calm_runs(ada)
    log(ada, "red-flags", clock(-300), code="locked_knee", present=True, asked_because="monthly")
    assert decision(ada) == ("pause_and_refer", "RED_FLAG")


# The run-walk ladder


def test_after_four_weeks_off_the_ladder_begins_with_one_minute_of_running(ada: Person) -> None:
    run(ada, 28)
    told = look(ada, "guidance/ladder", walk_pain=1, stairs_pain=2)
    assert (told["ladder"]["step"], told["ladder"]["ask"]) == (1, [])
    session = told["ladder"]["session"]
    assert (session["run_min"], session["walk_min"], session["repeats"], session["total_min"]) == (1, 5, 5, 30)
    assert told["text"] == "Run 1 min and walk 5 min, 5 times."
    assert advice(ada)["ladder"]["session_when_open"]["step"] == 1


def test_until_the_gate_is_known_and_calm_it_is_walking(ada: Person) -> None:
    run(ada, 40)
    unknown = look(ada, "guidance/ladder")["ladder"]
    assert (unknown["session"]["step"], unknown["ask"]) == (0, ["walk_pain", "stairs_pain"])
    sore = look(ada, "guidance/ladder", walk_pain=1, stairs_pain=2.1)["ladder"]
    assert (sore["session"]["step"], sore["too_sore"]) == (0, ["stairs_pain"])
    log(ada, "pain-scores", clock(1), score=1, moment="stairs")
    assert look(ada, "guidance/ladder", walk_pain=1)["ladder"]["session"]["step"] == 1


def test_two_clean_sessions_lead_one_step_up_and_a_sore_one_down_again(ada: Person) -> None:
    run(ada, 60)
    for days_ago in (20, 18, 16, 14, 12, 10, 8, 6):
        run(ada, days_ago, 0, 0, distance_m=3000, duration_s=1800)
    gate = {"walk_pain": 0, "stairs_pain": 0}
    up = look(ada, "guidance/ladder", **gate)["ladder"]
    assert (up["step"], up["session"]["running_min"]) == (4, 20)
    run(ada, 4, 4, 0, distance_m=3000, duration_s=1800)
    down = look(ada, "guidance/ladder", **gate)["ladder"]
    assert (down["step"], down["clean_sessions"]) == (3, 0)


def test_a_run_that_is_longer_than_the_session_is_no_session_of_the_ladder(ada: Person) -> None:
    run(ada, 60)
    for days_ago in (12, 10, 8, 6):
        run(ada, days_ago, 0, 0, distance_m=9000, duration_s=3600)
    assert look(ada, "guidance/ladder", walk_pain=0, stairs_pain=0)["ladder"]["step"] == 1


def test_a_day_lies_between_two_sessions(ada: Person) -> None:
    run(ada, 60)
    run(ada, 0, 0, None, distance_m=3000, duration_s=1800)
    assert look(ada, "guidance/ladder", walk_pain=0, stairs_pain=0)["ladder"]["earliest_on"] == ago(-2)


def test_a_pause_stops_the_ladder(ada: Person) -> None:
    run(ada, 40)
    check_in(ada, red_flags=["locked_knee"])
    told = look(ada, "guidance/ladder", walk_pain=0, stairs_pain=0)
    assert (told["ladder"]["session"], told["text"]) == (None, "No run for now.")


def test_who_runs_calmly_is_on_no_ladder(ada: Person) -> None:
    calm_runs(ada, (9, 7, 5, 3, 1))
    assert look(ada, "guidance/ladder")["ladder"] is None
    assert advice(ada)["ladder"] is None


# Notices


def notices(person: Person, **query: Any) -> dict[str, Any]:
    """Return the notices by code."""
    return {item["code"]: item for item in look(person, "guidance/notices", **query)["items"]}


@pytest.mark.parametrize(("weeks", "told"), [(5, False), (6, True), (8, True), (9, False)])
def test_a_screen_is_offered_in_weeks_six_to_eight_of_a_build_up(ada: Person, weeks: int, told: bool) -> None:
    start = ago(7 * (weeks - 1))
    assert ("PREVENTION_WINDOW" in notices(ada, plan_start=start)) is told
    assert "PREVENTION_WINDOW" not in notices(ada, plan_start=start, screened_on=ago(27))


@pytest.mark.parametrize(
    ("km", "code"), [(48.2, None), (48.3, "WEEK_48_KM"), (64.3, "WEEK_48_KM"), (64.4, "WEEK_64_KM")]
)
def test_the_first_week_at_thirty_and_at_forty_miles_is_told(ada: Person, km: float, code: str | None) -> None:
    log(ada, "runs", clock(1), distance_m=round(km * 1000), duration_s=20000)
    found = notices(ada)
    assert {name for name in found if name.startswith("WEEK")} == ({code} if code else set())
    assert not any(notice["holds_progression"] for notice in found.values())
    log(ada, "runs", clock(30), distance_m=70_000, duration_s=20000)
    assert not any(name.startswith("WEEK") for name in notices(ada))


def test_two_different_early_signs_in_a_week_hold_progression(ada: Person) -> None:
    check_in(ada, 1, early_warning_signs=["quadriceps_quiet"])
    check_in(ada, 3, early_warning_signs=["quadriceps_quiet"])
    assert "EARLY_WARNING" not in notices(ada)
    check_in(ada, 6, early_warning_signs=["single_leg_wobble"])
    told = notices(ada)["EARLY_WARNING"]
    assert (told["holds_progression"], told["grade"]) == (True, "D")
    assert "EARLY_WARNING" not in notices(ada, as_of=ago(4))


def test_severity_and_irritability_are_told_where_they_are_known(ada: Person) -> None:
    assert notices(ada) == {}
    check_in(ada, worst_pain=7)
    found = notices(ada, settle_hours=30, low_load_provokes="false", rest_or_night_pain="false")
    assert {"SEVERITY_SEVERE", "IRRITABILITY_HIGH"} <= set(found)
    assert "IRRITABILITY_HIGH" not in notices(ada)


def test_a_run_without_any_pain_is_a_known_and_mild_week(ada: Person) -> None:
    done = log(ada, "runs", clock(1), distance_m=5000, duration_s=1800)
    assert not any(code.startswith("SEVERITY") for code in notices(ada))
    score(ada, done, clock(1), "during", 0)
    assert notices(ada)["SEVERITY_MILD"]["facts"]["worst_7_days"] == 0


def test_what_speeds_or_slows_recovery_has_a_direction_and_no_date(ada: Person) -> None:
    run(ada, 2, 4)
    found = notices(ada, pain_since=ago(100), adherence_percent=85, hip_and_ankle="true")
    pace = {code: item["direction"] for code, item in found.items() if code.startswith("PACE")}
    assert pace == {
        "PACE_LONG_HISTORY": "slower",
        "PACE_OVER_LIMIT": "slower",
        "PACE_HIGH_ADHERENCE": "faster",
        "PACE_HIP_AND_ANKLE": "slower",
    }


def test_rest_that_failed_twice_asks_for_an_assessment(ada: Person) -> None:
    for days_ago in (40, 30, 20):
        sore = run(ada, days_ago, 5, 0)
        score(ada, sore, clock(days_ago, 10), "worst", 5)
    assert notices(ada)["REST_RESUME_HURT"]["facts"]["cycles"] == 2


@pytest.mark.parametrize(("hours_before", "told"), [(11, False), (13, True), (47, True), (49, False)])
def test_a_score_soon_after_needling_is_told_as_usual_soreness(ada: Person, hours_before: int, told: bool) -> None:
    scored = NOON - timedelta(hours=1)
    log(ada, "pain-scores", scored, score=4, moment="worst")
    needled = scored - timedelta(hours=hours_before)
    log(ada, "treatments", needled, treatment="needling", given_by="therapist")
    assert ("NEEDLING_SORENESS" in notices(ada)) is told


def test_taping_explains_no_score(ada: Person) -> None:
    log(ada, "pain-scores", NOON - timedelta(hours=1), score=4, moment="worst")
    log(ada, "treatments", NOON - timedelta(hours=20), treatment="taping", given_by="self")
    assert "NEEDLING_SORENESS" not in notices(ada)


# Findings


def test_findings_are_points_for_what_was_measured_and_no_diagnosis(ada: Person) -> None:
    assert look(ada, "guidance/findings")["pattern"] == "unclassified"
    at = NOON - timedelta(hours=2)
    log(ada, "measurements", at, test="single_leg_squat", side="left", rating="poor")
    log(ada, "pain-scores", at, score=3, moment="worst", side="left")
    for side, hop_n in (("left", 80), ("right", 120)):
        strength = {"contraction": "isometric", "force_n": hop_n, "lever_m": 0.4, "body_mass_kg": 70}
        log(ada, "measurements", at, test="hip_abduction_strength", side=side, **strength)
    found = look(ada, "guidance/findings")
    assert (found["pattern"], found["address_first"]) == ("descending_hip", "descending_hip")
    assert found["points"]["descending_hip"] == 3
    assert found["measured"]["single_leg_squat"] == "poor"
    assert "not a diagnosis" in found["text"]
