"""What a runner tells in other places than a run's scores reaches the advice too: answers, signs, the intake, rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from app.db.engine import Database
from app.guidance.service.recall import recall_stored
from tests.builders.devices import Phone, fold
from tests.builders.people import People, Person
from tests.builders.plans import prescribed
from tests.journeys.runners import advice, calm_runs, check_in, clock, decision, grant, history, log

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
SIGNS = ("quadriceps_quiet", "single_leg_wobble")


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def ada(people: People) -> Person:
    return people.patient()


def answered(person: Person, days_ago: int, instrument: str, points: float) -> dict[str, Any]:
    """Answer a pain question of the outcomes for the left knee."""
    form = {"instrument": instrument, "instrument_version": "0_to_10", "side": "left", "items": {"score": points}}
    return log(person, "questionnaire-responses", clock(days_ago, 10), **form)


def delete(person: Person, path: str) -> None:
    tag = person.get(path).headers["ETag"]
    assert person.send("DELETE", path, headers={"If-Match": tag}).status_code == 204


# Answers to the pain questions are pain


def test_pain_during_a_run_that_was_told_as_an_answer_cuts_as_a_score_does(ada: Person) -> None:
    calm_runs(ada)
    assert decision(ada) == ("progress", "CLEAN")
    answered(ada, 1, "nrs_during_run", 4)
    assert decision(ada) == ("reduce", "PAIN_AMBER")


def test_the_worst_of_the_day_that_was_told_as_an_answer_makes_the_trend(ada: Person) -> None:
    calm_runs(ada, (12, 10, 8, 5, 3, 1))
    for day in (11, 9):
        check_in(ada, day, worst_pain=1, side="left")
    assert decision(ada) == ("progress", "CLEAN")
    for day in (2, 1):
        answered(ada, day, "nrs_worst", 5)
    assert decision(ada) == ("reduce", "TREND_LARGE")


def test_an_answer_taken_back_still_counts_on_the_day_it_was_taken_back(ada: Person) -> None:
    calm_runs(ada)
    told = answered(ada, 1, "nrs_during_run", 4)
    delete(ada, f"/v1/patients/{{me}}/questionnaire-responses/{told['id']}")
    assert decision(ada) == ("reduce", "PAIN_AMBER")


def test_what_was_advised_on_answers_signs_and_an_intake_is_found_again(ada: Person, database: Database) -> None:
    log(ada, "intakes", clock(40), birth_year=1990, declared_longest_m=9000)
    calm_runs(ada)
    for day, sign in enumerate(SIGNS):
        check_in(ada, day, early_warning_signs=[sign])
    answered(ada, 1, "nrs_during_run", 4)
    with database.reading() as db:
        verdicts = [one.verdict for one in recall_stored(db, ada.id)]
    assert len(verdicts) > 5
    assert set(verdicts) == {"same"}


# Early signs hold progression


def test_two_early_signs_hold_progression_and_say_why(ada: Person) -> None:
    calm_runs(ada)
    check_in(ada, 2, early_warning_signs=[SIGNS[0]])
    before = advice(ada)
    assert (before["decision"], before["session_cap_km"]) == ("progress", 5.5)
    check_in(ada, 0, early_warning_signs=[SIGNS[1]])
    held = advice(ada)
    assert (held["decision"], held["rule"], held["change_percent"]) == ("hold", "EARLY_WARNING", 0)
    assert (held["session_cap_km"], held["week_cap_km"]) == (5.0, 15.0)
    first = held["trace"][0]
    assert (first["rule"], first["facts"]["signs"], first["sources"]) == (
        "EARLY_WARNING",
        list(SIGNS),
        ["kinetic_chain_article"],
    )
    assert held["supersedes"] == before["id"]
    assert "signs" in held["because"]


def test_early_signs_never_relax_what_the_runs_ask(ada: Person) -> None:
    calm_runs(ada)
    answered(ada, 1, "nrs_during_run", 6)
    check_in(ada, 0, early_warning_signs=list(SIGNS))
    assert decision(ada) == ("rest_day", "PAIN_RED")


def test_a_sign_taken_back_holds_for_the_day_and_not_for_the_next(ada: Person, people: People) -> None:
    calm_runs(ada)
    told = check_in(ada, 0, early_warning_signs=list(SIGNS))
    delete(ada, f"/v1/patients/{{me}}/check-ins/{told['id']}")
    assert decision(ada) == ("hold", "EARLY_WARNING")
    with time_machine.travel(NOON + timedelta(days=1)):
        assert decision(people.again(ada)) == ("progress", "CLEAN")


def test_signs_of_more_than_a_week_ago_hold_nothing(ada: Person) -> None:
    calm_runs(ada)
    check_in(ada, 7, early_warning_signs=[SIGNS[0]])
    check_in(ada, 6, early_warning_signs=[SIGNS[1]])
    assert decision(ada) == ("progress", "CLEAN")


# The intake


def test_before_a_first_run_the_declared_longest_is_the_cap(ada: Person) -> None:
    assert advice(ada)["session_cap_km"] is None
    log(ada, "intakes", clock(3), declared_longest_m=9000)
    log(ada, "intakes", clock(1), declared_longest_m=8000)
    told = advice(ada)
    assert (told["decision"], told["rule"], told["session_cap_km"]) == ("hold", "NO_HISTORY", 8.0)


def test_an_intake_tells_something(ada: Person) -> None:
    body = {"id": "0198f1a2-7b3c-7d4e-8f50-0000000000b1", "performed_at": clock(1).isoformat(), "zone": "Europe/Berlin"}
    refused = ada.post("/v1/patients/{me}/intakes", body)
    assert (refused.status_code, refused.json["code"]) == (422, "contradictory_entry")


@pytest.mark.parametrize(("birth_year", "offered"), [(2009, True), (2008, True), (2007, False)])
def test_whoever_may_be_under_18_is_offered_the_strict_preset(ada: Person, birth_year: int, offered: bool) -> None:
    log(ada, "intakes", clock(1), birth_year=birth_year)
    found = ada.get("/v1/patients/{me}/guidance/policy").json["offered"]
    assert found == ([{"preset": "ladder_pain_free", "because": "under_18"}] if offered else [])


# Rest


def test_a_week_confirmed_as_rest_makes_its_load_known(ada: Person) -> None:
    calm_runs(ada, (20, 1))
    before = ada.get("/v1/patients/{me}/load").json["week_distance_km"]
    check_in(ada, 0, rest_of_week=True)
    after = ada.get("/v1/patients/{me}/load").json
    assert before["total"] is None
    assert after["week_distance_km"]["total"] == 5.0
    known = [day["on"] for day in after["days"] if day["distance_km"] is not None]
    assert [day in known for day in ("2026-11-14", "2026-11-13")] == [True, False]


# Orthosis and presets


@pytest.mark.parametrize(("with_it", "response"), [(3, "likely"), (3.5, "unclear"), (5, "unlikely"), (6, "unlikely")])
def test_an_orthosis_test_is_answered_and_never_advises(ada: Person, with_it: float, response: str) -> None:
    log(ada, "treatments", clock(2), treatment="taping", given_by="self")
    test = {"pain_without": 5, "pain_with": with_it, "activity": "step_down"}
    log(ada, "treatments", clock(1), treatment="orthosis", given_by="therapist", side="left", **test)
    (told,) = ada.get("/v1/patients/{me}/guidance/orthosis-tests").json["items"]
    assert (told["response"], told["relief"], told["on"]) == (response, 5 - with_it, "2026-11-19")
    german = ada.get("/v1/patients/{me}/guidance/orthosis-tests", **{"Accept-Language": "de"}).json["items"]
    assert german[0]["text"] != told["text"]


def test_only_who_may_read_sessions_reads_orthosis_tests(ada: Person, people: People) -> None:
    for scope, status in (("sessions.read", 200), ("pain.read", 403)):
        reader = people.therapist()
        grant(ada, reader, scope)
        assert reader.get(f"/v1/patients/{ada.id}/guidance/orthosis-tests").status_code == status


@pytest.mark.parametrize(
    ("preset", "cautious"), [("thomee_1997", True), ("silbernagel_2007", True), ("esculier_2018", False)]
)
def test_a_preset_from_memory_carries_a_caution_in_the_readers_language(
    ada: Person, people: People, preset: str, cautious: bool
) -> None:
    ines = people.therapist()
    grant(ada, ines, "plan.write", "advice.read")
    path = f"/v1/patients/{ada.id}/guidance/policy"
    tag = ada.get(path).headers["ETag"]
    assert advice(ada)["caution"] is None
    said = ines.send("PUT", path, {"preset": preset, "reason": "x"}, {"If-Match": tag}).json
    assert set(said["cautions"]) == {"thomee_1997", "silbernagel_2007"}
    assert (said["caution"] is not None) is cautious
    german = ines.get(path, **{"Accept-Language": "de"}).json
    assert (german["caution"] != said["caution"]) is cautious
    # It stands beside each advice under that preset: today's, a day's, those given, and what a phone pulls.
    calm_runs(ada)
    read = ines.get(f"/v1/patients/{ada.id}/guidance/advice").json
    assert (read["preset"], read["caution"]) == (preset, said["caution"])
    own = [advice(ada), advice(ada, "2026-11-20"), history(ada)[0]]
    assert [(told["caution"] is not None, told["caution"] != said["caution"]) for told in own] == [(cautious,) * 2] * 3
    pulled = fold(Phone(ada).pages())["advice", read["id"]]["data"]["body"]["words"]
    assert (pulled["en"]["caution"], pulled["de"]["caution"] is not None) == (own[0]["caution"], cautious)
    assert history(ada)[-1]["caution"] is None  # given under the usual preset, before
    days = {"since": "2026-11-19", "until": "2026-11-20"}
    replayed = ines.post(f"/v1/patients/{ada.id}/guidance/replay", days).json
    assert [day["preset"] for day in replayed["days"]] == ["running_pain_3_of_10", preset]
    assert replayed["cautions"] == ({preset: said["caution"]} if cautious else {})
    shown = ines.get(f"/v1/patients/{ada.id}/progress").json
    assert (shown["limits"][-1]["preset"], shown["cautions"]) == (preset, replayed["cautions"])
    resource = ada.get("/fhir/GuidanceResponse?_count=1").json["entry"][0]["resource"]
    named = {one["name"]: one.get("valueString") for one in resource["contained"][0]["parameter"]}
    assert (named["rule"], named.get("caution")) == (own[0]["rule"], own[0]["caution"])


def test_nothing_is_said_of_a_preset_to_whoever_may_not_read_limits(ada: Person, people: People) -> None:
    ines, guest = people.therapist(), people.therapist()
    grant(ada, ines, "plan.write", "advice.read")
    grant(ada, guest, "sessions.read")
    path = f"/v1/patients/{ada.id}/guidance/policy"
    ines.send("PUT", path, {"preset": "thomee_1997", "reason": "x"}, {"If-Match": ines.get(path).headers["ETag"]})
    german = {"Accept-Language": "de"}
    told = [reader.get(f"/v1/patients/{ada.id}/progress", **german).json for reader in (ines, guest)]
    assert [(one["limits"] is None, list(one["cautions"])) for one in told] == [(False, ["thomee_1997"]), (True, [])]
    assert told[0]["cautions"]["thomee_1997"].startswith("Zahlen der Zonen")


def test_a_red_flag_gets_only_the_seek_care_text_whatever_the_preset(ada: Person, people: People) -> None:
    ines = people.therapist()
    grant(ada, ines, "plan.write", "advice.read")
    path = f"/v1/patients/{ada.id}/guidance/policy"
    ines.send("PUT", path, {"preset": "thomee_1997", "reason": "x"}, {"If-Match": ada.get(path).headers["ETag"]})
    check_in(ada, red_flags=["locked_knee"])
    read = advice(ada)
    assert (read["rule"], read["preset"], read["caution"]) == ("RED_FLAG", "thomee_1997", None)


# Start of care


def test_care_begins_with_the_first_programme(ada: Person, people: People) -> None:
    due = "/v1/patients/{me}/outcomes/due"
    with time_machine.travel(NOON + timedelta(days=9)):
        later = people.again(ada)
        assert later.get(due).json["started_on"] == "2026-11-20"
        prescribed(later, later)
        assert later.get(due).json["started_on"] == "2026-11-29"
