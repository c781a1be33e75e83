"""What is stored reaches the findings, and how easily the knee is stirred up whoever asks (CLINICAL 5.1, 5.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from app.db.engine import Database
from app.guidance.domain.classify import MEASURES
from app.guidance.service.recall import recall_stored
from tests.builders.devices import Phone, a_check_in, an_intake, fold, put
from tests.builders.people import People, Person
from tests.journeys.runners import advice, check_in, clock, log, run

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
ONSET_DAYS_AGO = 40
SEEN_NOWHERE = {"pelvis": 0, "arms": 0, "trunk": 0, "knee": 0, "unsteady": 0}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def ada(people: People) -> Person:
    return people.patient()


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def intake(person: Person, days_ago: int = 0, **told: Any) -> None:
    log(person, "intakes", clock(days_ago, 6), **told)


def measure(person: Person, clinical_test: str, side: str | None = "left", days_ago: int = 0, **found: Any) -> None:
    log(person, "measurements", clock(days_ago, 10), test=clinical_test, side=side, **found)


def answered(person: Person, instrument: str, version: str, *scores: int) -> None:
    items = {str(place): score for place, score in enumerate(scores, 1)}
    told = {"instrument": instrument, "instrument_version": version, "items": items}
    log(person, "questionnaire-responses", clock(0, 10), **told)


def sore(person: Person, *sides: str) -> None:
    for side in sides:
        log(person, "pain-scores", clock(1), score=3, moment="worst", side=side)


def findings(person: Person) -> dict[str, Any]:
    answer = person.get("/v1/patients/{me}/guidance/findings")
    assert answer.status_code == 200, answer.json
    return dict(answer.json)


def measured(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = findings(person)["measured"]
    return found


def test_all_that_can_be_told_or_measured_reaches_the_findings(ada: Person) -> None:
    nothing = findings(ada)
    assert (nothing["measured"], nothing["onset_on"]) == ({}, None)
    assert {"age", "male", *nothing["not_measured"]} == MEASURES
    intake(ada, pain_began_on=ago(ONSET_DAYS_AGO), terrain_or_shoe_change=True, avoids_activity_from_fear=False)
    for days_ago, distance_m in ((70, 4000), (50, 5000), (ONSET_DAYS_AGO + 1, 7500)):
        run(ada, days_ago, distance_m=distance_m)
    sore(ada, "left")
    for side, newton in (("left", 80), ("right", 100)):
        force = {"force_n": newton, "lever_m": 0.35, "body_mass_kg": 70}
        measure(ada, "hip_abduction_strength", side, contraction="eccentric", age_years=30, sex="male", **force)
        measure(ada, "quadriceps_strength", side, contraction="isometric", **force)
        measure(ada, "knee_to_wall", side, distance_cm=8 if side == "left" else 11)
    measure(ada, "single_leg_squat", rating="fair")
    measure(ada, "lateral_step_down", signs={**SEEN_NOWHERE, "pelvis": 1})
    measure(ada, "quadriceps_activation", rating="poor")
    measure(ada, "resisted_extension", pain=2)
    measure(ada, "foot_in_squat", foot_turns_out=False, heel_lifts=True)
    measure(ada, "foot_posture", fpi6_total=7)
    answered(ada, "tsk11", "11_items_2005", *[2] * 11)
    answered(ada, "phq2", "2_items_2003", 1, 2)
    found = findings(ada)
    assert found["measured"] == {
        "session_spike_ratio": 1.5,
        "week_spike_ratio": 1.5,
        "return_after_gap_without_step_down": True,
        "terrain_or_shoe_change": True,
        "hip_abd_lsi": 80.0,
        "hip_abd_nm_kg": 0.4,
        "age": 30,
        "male": True,
        "single_leg_squat": "fair",
        "pelvic_drop": True,
        "quad_lsi": 80.0,
        "quad_lag_or_poor_activation": True,
        "pain_resisted_extension": True,
        "ktw_affected_cm": 8.0,
        "ktw_other_cm": 11.0,
        "fpi6": 7,
        "foot_turn_out_or_heel_lift": True,
        "tsk11": 22,
        "phq2": 3,
        "avoids_activity_from_fear": False,
    }
    assert (found["not_measured"], found["onset_on"]) == ([], ago(ONSET_DAYS_AGO))
    assert found["points"] == {
        "load_error": 6,
        "descending_hip": 5,
        "local_knee": 4,
        "ascending_ankle": 6,
        "psychosocial": 2,
    }


def test_spikes_are_those_before_the_pain_and_not_those_of_today(ada: Person) -> None:
    for days_ago, distance_m in ((60, 5000), (45, 5500), (9, 5000), (2, 9000)):
        run(ada, days_ago, distance_m=distance_m)
    assert {"session_spike_ratio", "week_spike_ratio"}.isdisjoint(measured(ada))
    intake(ada, 1, pain_began_on=ago(ONSET_DAYS_AGO))
    assert measured(ada)["session_spike_ratio"] == 1.1
    assert findings(ada)["points"]["load_error"] == 1  # back after 15 days with more than 60 percent; no spike
    intake(ada, pain_began_on=ago(1))
    assert measured(ada)["session_spike_ratio"] == 1.8


def test_of_each_part_of_an_intake_the_newest_word_counts(ada: Person) -> None:
    intake(ada, 9, pain_began_on=ago(30), avoids_activity_from_fear=True, terrain_or_shoe_change=True)
    intake(ada, 5, pain_began_on=ago(33))
    intake(ada, 3, terrain_or_shoe_change=False)
    intake(ada, -30, avoids_activity_from_fear=False)  # a clock that ran ahead
    found = findings(ada)
    assert found["onset_on"] == ago(33)
    assert (found["measured"]["terrain_or_shoe_change"], found["measured"]["avoids_activity_from_fear"]) == (
        False,
        True,
    )


@pytest.mark.parametrize(
    ("told", "pointer"),
    [({}, "/birth_year"), ({"pain_began_on": ago(-1)}, "/pain_began_on")],
    ids=["nothing", "a pain that has not begun"],
)
def test_an_intake_that_cannot_be_meant_is_refused(ada: Person, told: dict[str, Any], pointer: str) -> None:
    body = {"id": "0198f1a2-7b3c-7d4e-8f50-0000000000f1", "performed_at": NOON.isoformat(), "zone": "Europe/Berlin"}
    answer = ada.post("/v1/patients/{me}/intakes", {**body, **told})
    assert (answer.status_code, answer.json["code"]) == (422, "contradictory_entry")
    assert answer.json["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("sides", "reached", "posture", "dropped"),
    [
        (("right",), {"ktw_affected_cm": 11.0, "ktw_other_cm": 8.0}, 2, False),
        (("left",), {"ktw_affected_cm": 8.0, "ktw_other_cm": 11.0}, 6, True),
        (("left", "right"), {"ktw_affected_cm": 8.0, "ktw_other_cm": 11.0}, 6, True),
        ((), {"ktw_affected_cm": 8.0, "ktw_other_cm": 11.0}, 6, True),
    ],
    ids=["right", "left", "both", "none"],
)
def test_the_sore_knee_counts_and_where_both_or_none_are_the_worse(
    ada: Person, sides: tuple[str, ...], reached: dict[str, float], posture: int, dropped: bool
) -> None:
    sore(ada, *sides)
    for side, cm, points, pelvis in (("left", 8, 6, 1), ("right", 11, 2, 0)):
        measure(ada, "knee_to_wall", side, distance_cm=cm)
        measure(ada, "foot_posture", side, fpi6_total=points)
        measure(ada, "lateral_step_down", side, signs={**SEEN_NOWHERE, "pelvis": pelvis})
    found = measured(ada)
    assert {name: value for name, value in found.items() if name.startswith("ktw")} == reached
    assert (found["fpi6"], found["pelvic_drop"]) == (posture, dropped)


def test_the_other_ankle_counts_only_where_both_were_measured_together(ada: Person) -> None:
    sore(ada, "left")
    measure(ada, "knee_to_wall", "right", distance_cm=12)
    assert "ktw_affected_cm" not in measured(ada)
    measure(ada, "knee_to_wall", "left", distance_cm=10, days_ago=20)
    assert measured(ada)["ktw_affected_cm"] == 10.0
    assert "ktw_other_cm" not in measured(ada)


# How easily the knee is stirred up


def notices(person: Person, query: str = "") -> set[str]:
    answer = person.get(f"/v1/patients/{{me}}/guidance/notices{query}")
    return {item["code"] for item in answer.json["items"] if item["code"].startswith(("IRR", "PACE"))}


def test_what_a_check_in_tells_of_settling_is_told_as_irritability(ada: Person) -> None:
    check_in(ada, 2, worst_pain=3, settle_hours=1, low_load_provokes=False)
    assert notices(ada) == set()  # nobody asked about rest and night
    log(ada, "pain-scores", clock(1), score=0, moment="night")
    assert notices(ada) == {"IRRITABILITY_LOW"}
    assert notices(ada, "?low_load_provokes=true&rest_or_night_pain=true") == {"IRRITABILITY_HIGH"}
    check_in(ada, 1, settle_hours=24.5, low_load_provokes=True)
    assert notices(ada) == {"IRRITABILITY_HIGH"}
    assert notices(ada, f"?as_of={ago(2)}") == set()
    intake(ada, pain_began_on=ago(100))
    assert "PACE_LONG_HISTORY" in notices(ada)


def test_who_is_easily_stirred_up_begins_the_ladder_with_walking(ada: Person, database: Database) -> None:
    run(ada, 40)
    before = advice(ada)
    assert before["ladder"]["step"] == 1
    check_in(ada, settle_hours=30)
    assert advice(ada)["id"] == before["id"]  # one sign alone changes nothing
    told = check_in(ada, low_load_provokes=True)
    read = advice(ada)
    assert (read["ladder"]["step"], read["superseded_by"]) == (0, None)
    asked = "/v1/patients/{me}/guidance/ladder"
    assert ada.get(asked).json["ladder"]["step"] == 0
    assert ada.get(f"{asked}?irritability=low").json["ladder"]["step"] == 1
    path = f"/v1/patients/{{me}}/check-ins/{told['id']}"
    ada.send("DELETE", path, None, {"If-Match": ada.get(path).headers["ETag"]})
    assert ada.get(asked).json["ladder"]["step"] == 0  # taken back today, and still so today
    with database.reading() as db:
        assert {one.verdict for one in recall_stored(db, ada.id)} == {"same"}


def test_an_older_app_neither_sees_nor_clears_what_the_findings_are_made_of(ada: Person) -> None:
    phone = Phone(ada)
    new = {
        "check_ins": a_check_in(1, settle_hours=30, low_load_provokes=True),
        "intakes": an_intake(1, pain_began_on=ago(90), terrain_or_shoe_change=True, avoids_activity_from_fear=False),
    }
    made = {name: put(name, data) for name, data in new.items()}
    phone.push(*made.values())
    pulled = fold(phone.pages(schema=3))
    for name, op in made.items():
        row = pulled[name, op["id"]]
        data = {field: value for field, value in row["data"].items() if field in new[name]}
        assert data.keys() < new[name].keys()
        again = put(name, {**data, "note": "by an old app"}, op["id"], row["ver"])
        assert phone.send([again], schema=3).json["results"][0]["status"] in {"applied", "merged"}
        stored = ada.get(f"/v1/patients/{{me}}/{name.replace('_', '-')}/{op['id']}").json
        kept = new[name].keys() - data.keys()
        assert {field: stored[field] for field in kept} == {field: new[name][field] for field in kept}
        assert stored["note"] == "by an old app"
