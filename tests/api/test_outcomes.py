"""Answers and measurements over HTTP: who may, what is refused, what is shown, and what is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask

from app.db.engine import Database
from app.kernel.clock import now
from tests.builders.devices import Phone, a_day, a_measurement, a_response, a_run, a_score, an_id, patch, put
from tests.builders.people import People, Person
from tests.sync.conftest import Counted, counted  # noqa: F401 - a fixture
from tests.sync.test_push import linked

RESPONSES = "/v1/patients/{me}/questionnaire-responses"
MEASUREMENTS = "/v1/patients/{me}/measurements"
OUTCOMES = "/v1/patients/{me}/outcomes"
DUE = f"{OUTCOMES}/due"
AKPS = {
    "limp": 3,
    "support": 5,
    "walking": 3,
    "stairs": 8,
    "squatting": 4,
    "running": 8,
    "jumping": 7,
    "sitting": 8,
    "pain": 8,
    "swelling": 10,
    "patellar_movement": 10,
    "atrophy": 5,
    "flexion": 5,
}


def an_akps(days_ago: int = 0, **items: Any) -> dict[str, Any]:
    """Return an AKPS that comes to 84, but for what is said of its items."""
    told = {"instrument": "akps", "instrument_version": "13_items_1993", "items": {**AKPS, **items}}
    return {"id": an_id(), **a_response(days_ago, **told)}


def a_psfs(days_ago: int = 0, *scores: Any, names: list[str] | None = None) -> dict[str, Any]:
    """Return a PSFS of one activity, or of those that are named."""
    told = {"instrument": "psfs", "instrument_version": "up_to_5_activities", "side": None}
    told |= {"items": {str(n): score for n, score in enumerate(scores or (4,), 1)}}
    return {"id": an_id(), **a_response(days_ago, **told, activity_names=names or ["running to the lake"])}


def logged(person: Person, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    """Log responses or measurements; return them as they are stored."""
    stored = []
    for body in bodies:
        path = MEASUREMENTS if "test" in body else RESPONSES
        answer = person.post(path, {"id": an_id(), **body})
        assert answer.status_code == 201, answer.json
        stored.append(answer.json)
    return stored


def series(person: Person, **query: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the series by instrument and side."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = person.get(f"{OUTCOMES}?{asked}")
    assert answer.status_code == 200, answer.json
    return {(told["instrument"], told["side"]): told for told in answer.json["series"]}


# Answers


def test_the_server_computes_the_score_and_says_by_which_version(people: People) -> None:
    (stored,) = logged(people.patient(), an_akps())
    assert (stored["score"], stored["unscored_because"], stored["scoring_version"]) == (84.0, None, "2026.11.1")
    assert stored["items"] == AKPS


def test_an_answer_without_enough_items_is_kept_and_says_why_it_has_no_score(people: People) -> None:
    items = {str(n): 1 if n < 6 else None for n in range(1, 12)}
    koos = a_response(instrument="koos_pf", instrument_version="11_items_2018", items=items)
    (stored,) = logged(people.patient(), koos)
    assert (stored["score"], stored["unscored_because"]) == (None, "too_few_answers")
    assert stored["items"]["11"] is None


@pytest.mark.parametrize(("item", "score"), [("limp", 2), ("squatting", 1)])
def test_the_traps_of_the_akps_are_refused_at_their_item_and_leave_nothing(
    people: People, item: str, score: int
) -> None:
    person = people.patient()
    answer = person.post(RESPONSES, an_akps(**{item: score}))
    assert (answer.status_code, answer.json["code"]) == (422, "refused_response")
    assert [fault["pointer"] for fault in answer.json["errors"]] == [f"/items/{item}"]
    assert person.get(RESPONSES).json["items"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 100},
        {"scoring_version": "1"},
        {"items": {"score": True}},
        {"items": {"score": "4"}},
        {"items": [4]},
        {"items": None},
        {"items": {"score": 4, "other": 4}},
        {"items": {"score": [4]}},
        {"instrument": "nrs"},
        {"instrument": None},
        {"instrument_version": "2"},
        {"activity_names": ["x"]},
        {"activity_names": []},
        {"side": "both"},
    ],
)
def test_what_is_no_answer_is_refused(people: People, changes: dict[str, Any]) -> None:
    person = people.patient()
    assert person.post(RESPONSES, {"id": an_id(), **a_response(**changes)}).status_code == 422
    assert person.get(RESPONSES).json["items"] == []


def test_a_correction_gets_a_new_score_and_needs_the_tag_that_was_read(people: People) -> None:
    person = people.patient()
    (stored,) = logged(person, an_akps())
    path = f"{RESPONSES}/{stored['id']}"
    change = {"items": {**AKPS, "limp": 5}}
    assert person.send("PATCH", path, change).status_code == 428
    assert person.send("PATCH", path, change, {"If-Match": f'"{an_id()}"'}).status_code == 412
    answer = person.send("PATCH", path, change, {"If-Match": person.get(path).headers["ETag"]})
    assert (answer.status_code, answer.json["score"]) == (200, 86.0)
    assert person.get(path).json["score"] == 86.0


def test_the_score_that_was_stored_is_shown_also_when_the_formula_has_changed(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = people.patient()
    (stored,) = logged(person, an_akps())
    monkeypatch.setattr("app.outcomes.kinds.SCORING_VERSION", "2030.1.1")
    assert person.get(f"{RESPONSES}/{stored['id']}").json["scoring_version"] == "2026.11.1"


def test_answers_come_in_pages_and_by_instrument(people: People) -> None:
    person = people.patient()
    logged(person, *(a_response(day) for day in range(5)), an_akps(2), a_response(1, side="right"))
    found, cursor = [], ""
    while cursor is not None:
        page = person.get(f"{RESPONSES}?instrument=nrs_worst&side=left&limit=2{cursor}").json
        found += page["items"]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert len(found) == 5
    assert {told["instrument"] for told in found} == {"nrs_worst"}
    other = person.get(f"{RESPONSES}?instrument=akps&limit=2&cursor={an_id()}")
    assert (other.status_code, other.json["code"]) == (400, "bad_cursor")


def test_a_cursor_of_one_instrument_is_not_taken_for_another(people: People) -> None:
    person = people.patient()
    logged(person, *(a_response(day) for day in range(3)))
    cursor = person.get(f"{RESPONSES}?instrument=nrs_worst&limit=1").json["next_cursor"]
    assert person.get(f"{RESPONSES}?instrument=akps&limit=1&cursor={cursor}").json["code"] == "bad_cursor"


# Whose words


def test_the_activities_of_a_psfs_are_the_patients_own_words(people: People) -> None:
    person, therapist = people.patient(), people.therapist()
    (stored,) = logged(person, a_psfs(0, 4, 7, names=["running to the lake", "kneeling in church"]))
    assert stored["activity_names"] == ["running to the lake", "kneeling in church"]
    linked(Phone(person), therapist, "pain.read")
    path = RESPONSES.replace("{me}", str(person.id))
    for told in (therapist.get(f"{path}/{stored['id']}").json, therapist.get(path).json["items"][0]):
        assert (told["activity_names"], told["note"], told["score"]) == (None, None, 5.5)
    (change,) = [c for c in Phone(therapist, person.id).pull()["changes"] if c["id"] == stored["id"]]
    assert (change["data"]["activity_names"], change["data"]["score"]) == (None, 5.5)
    told = therapist.get(OUTCOMES.replace("{me}", str(person.id))).text
    assert "lake" not in told


def test_with_notes_read_a_therapist_reads_them(people: People) -> None:
    person, therapist = people.patient(), people.therapist()
    (stored,) = logged(person, a_psfs())
    linked(Phone(person), therapist, "pain.read", "notes.read")
    path = RESPONSES.replace("{me}", str(person.id))
    assert therapist.get(f"{path}/{stored['id']}").json["activity_names"] == ["running to the lake"]
    (change,) = [c for c in Phone(therapist, person.id).pull()["changes"] if c["id"] == stored["id"]]
    assert change["data"]["activity_names"] == ["running to the lake"]


@pytest.mark.parametrize("path", [RESPONSES, MEASUREMENTS, OUTCOMES, DUE])
def test_outcomes_are_for_the_patient_and_who_may_read_pain(people: People, path: str) -> None:
    person, therapist = people.patient(), people.therapist()
    theirs = path.replace("{me}", str(person.id))
    assert person.get(path).status_code == 200
    assert therapist.get(theirs).status_code == 404
    assert people.patient().get(theirs).status_code == 404
    assert people.admin().get(theirs).status_code == 404
    linked(Phone(person), therapist, "sessions.read", "notes.read", "plan.write")
    assert therapist.get(theirs).status_code == 403
    linked(Phone(person), therapist, "pain.read")
    assert therapist.get(theirs).status_code == 200


# Measurements


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (["pain.read", "plan.write"], 201),
        (["pain.read"], 403),
        (["plan.write"], 403),
        (["sessions.read", "notes.read"], 403),
    ],
)
def test_a_therapist_measures_with_the_scopes_to_read_pain_and_write_plans(
    people: People, scopes: list[str], status: int
) -> None:
    person, therapist = people.patient(), people.therapist()
    linked(Phone(person), therapist, *scopes)
    path = MEASUREMENTS.replace("{me}", str(person.id))
    answer = therapist.post(path, {"id": an_id(), **a_measurement()})
    assert answer.status_code == status
    assert len(person.get(MEASUREMENTS).json["items"]) == (status == 201)


def test_what_a_therapist_measured_reaches_the_phone_in_the_order_of_numbers_and_says_so(people: People) -> None:
    person, therapist = people.patient(), people.therapist()
    phone = Phone(person)
    linked(phone, therapist, "pain.read", "plan.write")
    cursor, before = phone.pull()["cursor"], phone.pull()["head"]
    path = MEASUREMENTS.replace("{me}", str(person.id))
    stored = therapist.post(path, {"id": an_id(), **a_measurement()}).json
    (change,) = phone.pull(cursor=cursor)["changes"]
    assert (change["seq"], change["ver"], change["collection"]) == (before + 1, stored["ver"], "measurements")
    assert (change["data"]["recorded_by"], change["data"]["value"], change["data"]["dorsiflexion_deg"]) == (
        "therapist",
        9.5,
        34.2,
    )
    edit = put("measurements", a_measurement(distance_cm=10), stored["id"], stored["ver"])
    assert phone.push(edit)[0]["status"] == "applied"
    told = person.get(f"{MEASUREMENTS}/{stored['id']}").json
    assert (told["recorded_by"], told["value"]) == ("therapist", 10.0)


def test_a_therapist_without_notes_corrects_by_the_tag_that_was_read_and_sees_no_note(people: People) -> None:
    person, therapist = people.patient(), people.therapist()
    linked(Phone(person), therapist, "pain.read", "plan.write")
    (stored,) = logged(person, a_measurement(note="hurts behind the kneecap"))
    path = MEASUREMENTS.replace("{me}", str(person.id)) + f"/{stored['id']}"
    tag = therapist.get(path).headers["ETag"]
    answer = therapist.send("PATCH", path, {"distance_cm": 11}, {"If-Match": tag})
    assert (answer.status_code, answer.json["note"], answer.json["value"]) == (200, None, 11.0)
    assert answer.headers["ETag"] == therapist.get(path).headers["ETag"]
    assert person.get(f"{MEASUREMENTS}/{stored['id']}").json["note"] == "hurts behind the kneecap"


def test_a_patient_cannot_pass_for_a_therapist(people: People) -> None:
    person = people.patient()
    body = {"id": an_id(), **a_measurement(), "recorded_by": "therapist"}
    assert person.post(MEASUREMENTS, body).status_code == 422
    phone, op = Phone(person), put("measurements", a_measurement(recorded_by="therapist"))
    assert phone.push(op)[0]["status"] == "applied"
    assert person.get(f"{MEASUREMENTS}/{op['id']}").json["recorded_by"] == "patient"


def test_a_measurement_of_another_test_is_refused_at_its_place(people: People) -> None:
    person = people.patient()
    answer = person.post(MEASUREMENTS, {"id": an_id(), **a_measurement(pain=3)})
    assert (answer.status_code, answer.json["code"]) == (422, "measurement_unfit")
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/pain"]
    assert person.get(MEASUREMENTS).json["items"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"distance_cm": -0.1},
        {"distance_cm": 51},
        {"distance_cm": "9"},
        {"side": None},
        {"test": "knee_to_floor"},
        {"value": 12},
        {"test": "lateral_step_down", "distance_cm": None, "signs": {"arms": 1}},
        {"test": "lateral_step_down", "distance_cm": None, "signs": {}},
        {"test": "single_leg_hop", "distance_cm": None, "attempts_cm": []},
        {"test": "single_leg_hop", "distance_cm": None, "attempts_cm": [1, 2, 3, 4]},
        {"test": "manual_muscle_test", "distance_cm": None, "muscle": "quadriceps", "muscle_grade": 4.2},
        {"test": "foot_posture", "distance_cm": None, "fpi6_total": 13},
    ],
)
def test_what_cannot_be_measured_is_refused(people: People, changes: dict[str, Any]) -> None:
    assert people.patient().post(MEASUREMENTS, {"id": an_id(), **a_measurement(**changes)}).status_code == 422


# Sync


def test_a_device_never_sets_a_score_and_a_patch_of_the_items_changes_it(people: People) -> None:
    phone = Phone(people.patient())
    op = put("questionnaire_responses", a_response(score=0, scoring_version="x", unscored_because="x"))
    (result,) = phone.push(op)
    assert (result["record"]["data"]["score"], result["record"]["data"]["unscored_because"]) == (4.0, None)
    edit = patch("questionnaire_responses", {"items": {"score": 7.5}, "score": 1}, op["id"], op["op_id"])
    (result,) = phone.push(edit)
    assert result["record"]["data"]["score"] == 7.5
    told = phone.person.get(f"{RESPONSES}/{op['id']}").json
    assert (told["score"], told["ver"]) == (7.5, edit["op_id"])


def test_a_merged_answer_is_scored_anew(people: People) -> None:
    phone = Phone(people.patient())
    op = put("questionnaire_responses", a_response())
    phone.push(op)
    phone.push(patch("questionnaire_responses", {"note": "after stairs"}, op["id"], op["op_id"]))
    (result,) = phone.push(patch("questionnaire_responses", {"items": {"score": 2}}, op["id"], op["op_id"]))
    assert (result["status"], result["record"]["data"]["score"]) == ("merged", 2.0)
    assert result["record"]["data"]["note"] == "after stairs"


def test_a_refused_answer_is_parked_with_a_pointer_to_its_item_and_sinks_nothing(people: People) -> None:
    phone = Phone(people.patient())
    bad = an_akps(limp=2)
    del bad["id"]
    refused, applied = phone.push(put("questionnaire_responses", bad), put("questionnaire_responses", a_response()))
    assert (refused["status"], applied["status"]) == ("rejected", "applied")
    assert refused["problem"]["code"] == "refused_response"
    assert refused["problem"]["errors"][0]["pointer"] == "/data/items/limp"


def test_a_questionnaire_gives_no_advice_and_an_answer_to_a_pain_question_does(people: People) -> None:
    phone = Phone(people.patient())
    phone.push(put("runs", a_run()))
    answer = phone.send([put("questionnaire_responses", an_akps(0)), put("measurements", a_measurement())])
    assert "advice" not in answer.json
    assert phone.send([put("questionnaire_responses", a_response())]).json["advice"]["decision"] == "hold"


# What they show


def test_the_change_from_the_first_to_the_newest_is_judged_by_the_change_that_matters(people: People) -> None:
    person = people.patient()
    logged(person, an_akps(60, pain=0), an_akps(30, pain=3), an_akps(1, pain=10, limp=5))
    found = series(person)[("akps", "left")]
    assert [point["score"] for point in found["points"]] == [76.0, 79.0, 88.0]
    assert (found["first"]["score"], found["newest"]["score"], found["change"]) == (76.0, 88.0, 12.0)
    assert (found["towards"], found["is_important"], found["better"]) == ("better", True, "higher")
    assert found["important_change"] == {"value": 10.0, "in_grades": False, "sources": ["crossley2004"]}


def test_each_knee_and_each_form_has_a_series_of_its_own(people: People) -> None:
    person = people.patient()
    logged(person, a_response(3), a_response(2, side="right"), a_response(1, side=None), a_measurement(1))
    assert set(series(person)) == {
        ("nrs_worst", "left"),
        ("nrs_worst", "right"),
        ("nrs_worst", None),
        ("knee_to_wall", "left"),
    }
    assert set(series(person, instrument="knee_to_wall")) == {("knee_to_wall", "left")}


def test_a_span_begins_with_its_first_score(people: People) -> None:
    person = people.patient()
    logged(person, a_response(40, items={"score": 9}), a_response(20, items={"score": 6}), a_response(1))
    since = a_day(30)[:10]
    found = series(person, since=since)[("nrs_worst", "left")]
    assert (found["first"]["score"], found["change"], found["is_important"]) == (6.0, -2.0, True)


def test_an_answer_from_the_future_is_shown_and_counts_for_nothing(people: People) -> None:
    person = people.patient()
    logged(person, a_response(9, items={"score": 8}), a_response(-9, items={"score": 0}))
    found = series(person)[("nrs_worst", "left")]
    assert [point["clock_suspect"] for point in found["points"]] == [False, True]
    assert (found["newest"]["score"], found["change"], found["is_important"]) == (8.0, None, None)
    (overall, *_) = person.get(OUTCOMES).json["pain_of_7_days"]
    assert (overall["worst_nrs"], overall["severity"]) == (None, None)


def test_a_deleted_answer_is_gone_from_the_series(people: People) -> None:
    person = people.patient()
    stored, _ = logged(person, a_response(9, items={"score": 8}), a_response(1))
    path = f"{RESPONSES}/{stored['id']}"
    person.send("DELETE", path, headers={"If-Match": person.get(path).headers["ETag"]})
    assert series(person)[("nrs_worst", "left")]["no_change_because"] == "one_score"


def test_a_long_series_keeps_its_first_score_and_the_newest_two_hundred(people: People) -> None:
    phone = Phone(people.patient())
    ops = [put("questionnaire_responses", a_response(day, items={"score": 5})) for day in range(1, 240)]
    first = put("questionnaire_responses", a_response(300, items={"score": 9}))
    unscored = put("questionnaire_responses", a_response(301, items={"score": None}))
    assert {result["status"] for result in phone.push(*ops, first, unscored)} == {"applied"}
    found = series(phone.person)[("nrs_worst", "left")]
    assert len(found["points"]) == 202
    assert (found["first"]["id"], found["change"]) == (first["id"], -4.0)


def a_hop(side: str, *attempts: float, **changes: Any) -> dict[str, Any]:
    """Return a hop test."""
    told = {"test": "single_leg_hop", "side": side, "distance_cm": None, "attempts_cm": attempts}
    return a_measurement(1, **{**told, **changes})


def test_the_legs_are_compared_when_one_knee_is_known_to_be_sore(people: People) -> None:
    person = people.patient()
    logged(person, a_hop("left", 98, 108), a_hop("right", 126))
    path = "/v1/patients/{me}/pain-scores"
    (unknown,) = person.get(OUTCOMES).json["symmetry"]
    assert (unknown["lsi_percent"], unknown["caution"]) == (None, "sore_side_unknown")
    assert person.post(path, {"id": an_id(), **a_score(side="left", score=3)}).status_code == 201
    (found,) = person.get(OUTCOMES).json["symmetry"]
    assert (found["lsi_percent"], found["is_below_limit"], found["sore_side"]) == (85.7, True, "left")
    person.post(path, {"id": an_id(), **a_score(side="right", score=1)})
    (both,) = person.get(OUTCOMES).json["symmetry"]
    assert (both["lsi_percent"], both["is_below_limit"], both["caution"]) == (None, None, "both_knees_sore")


def test_isometric_and_eccentric_strength_are_never_compared(people: People) -> None:
    person = people.patient()
    told = {"test": "hip_abduction_strength", "distance_cm": None, "torque_nm_kg": 1.0}
    given = {"age_years": 30, "sex": "male"}
    logged(
        person,
        a_measurement(1, **told, side="left", contraction="eccentric", **given),
        a_measurement(1, **told, side="right", contraction="isometric", **given),
    )
    found = person.get(OUTCOMES).json
    assert found["symmetry"] == []
    assert found["beside_expected"] == [
        {"side": "left", "value": 1.0, "expected": 1.665, "sd": 0.354, "is_below": True}
    ]


def test_the_ankles_are_compared_in_centimetres(people: People) -> None:
    person = people.patient()
    logged(person, a_measurement(1, distance_cm=8), a_measurement(1, side="right", distance_cm=10))
    found = person.get(OUTCOMES).json["ankle_difference"]
    assert found == {"test": "knee_to_wall", "difference_cm": 2.0, "is_above_limit": True, "limit_cm": 1.5}


def test_severity_is_that_of_the_worst_pain_of_seven_days_whoever_asked(people: People) -> None:
    person, phone = (found := people.patient()), Phone(found)
    assert person.get(OUTCOMES).json["pain_of_7_days"] == [{"side": None, "worst_nrs": None, "severity": None}]
    phone.push(put("pain_scores", a_score(9, side="left", score=10)), put("pain_scores", a_score(2, score=0)))
    (told,) = person.get(OUTCOMES).json["pain_of_7_days"]
    assert (told["worst_nrs"], told["severity"]) == (0.0, "mild")
    phone.push(put("questionnaire_responses", a_response(2, side="right", items={"score": 6.5})))
    overall, right = person.get(OUTCOMES).json["pain_of_7_days"]
    assert (overall["severity"], right["side"], right["worst_nrs"]) == ("severe", "right", 6.5)


# What is due


def due(person: Person, as_of: Any = None) -> dict[str, dict[str, Any]]:
    """Return what is due by instrument."""
    answer = person.get(DUE + (f"?as_of={as_of}" if as_of else ""))
    assert answer.status_code == 200, answer.json
    return {told["instrument"]: told for told in answer.json["items"]}


def test_on_the_first_day_everything_but_the_change_is_due(people: People) -> None:
    found = due(people.patient())
    assert {"akps", "koos_pf", "lefs", "tsk11", "psfs", "single_leg_hop", "nrs_worst"} <= set(found)
    assert "global_change" not in found
    assert (found["akps"]["why"], found["akps"]["overdue_days"]) == ("week_0", 0)


def test_what_has_a_score_is_done_and_what_has_none_is_still_due(people: People) -> None:
    with time_machine.travel(now() - timedelta(days=3), tick=False):
        person = people.patient()
    person = people.again(person)
    logged(person, an_akps(pain=None), a_psfs(), a_hop("left", 100))
    found = due(person)
    assert "akps" in found
    assert "psfs" not in found
    assert found["single_leg_hop"]["missing_sides"] == ["right"]


def test_what_was_due_on_a_day_stays_the_same_whenever_it_is_asked(people: People) -> None:
    with time_machine.travel(now() - timedelta(weeks=10), tick=False):
        person = people.patient()
        start = date.fromisoformat(person.get(DUE).json["started_on"])
        day = start + timedelta(weeks=4, days=3)
        before = person.get(f"{DUE}?as_of={day}").json
    person = people.again(person)
    logged(person, an_akps())
    assert person.get(f"{DUE}?as_of={day}").json == before
    assert before["items"][0]["due_on"] == str(start)


def test_a_later_answer_does_not_hide_the_one_that_counted_then(people: People) -> None:
    with time_machine.travel(now() - timedelta(weeks=10), tick=False):
        person = people.patient()
        start = date.fromisoformat(person.get(DUE).json["started_on"])
    person = people.again(person)
    logged(person, an_akps(7 * 10 - 1), an_akps())
    assert "akps" not in due(person, start + timedelta(weeks=2))


def test_pain_of_today_is_not_asked_for_twice(people: People) -> None:
    person = people.patient("UTC")
    assert "nrs_worst" in due(person)
    told = {**a_response(), "performed_at": now().isoformat(timespec="seconds"), "zone": "UTC"}
    logged(person, told)
    assert "nrs_worst" not in due(person)


@pytest.mark.parametrize(
    ("zone", "created", "started_on"),
    [
        ("Pacific/Auckland", datetime(2026, 9, 26, 12, 30, tzinfo=UTC), date(2026, 9, 27)),
        ("America/Los_Angeles", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), date(2026, 10, 31)),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
        ("Asia/Kathmandu", datetime(2026, 12, 31, 18, 30, tzinfo=UTC), date(2027, 1, 1)),
        ("America/St_Johns", datetime(2027, 3, 1, 3, 0, tzinfo=UTC), date(2027, 2, 28)),
        ("Pacific/Kiritimati", datetime(2026, 2, 28, 11, 0, tzinfo=UTC), date(2026, 3, 1)),
    ],
)
def test_weeks_are_counted_in_the_days_of_where_the_person_lives(
    app: Flask, zone: str, created: datetime, started_on: date
) -> None:
    """The clocks change within the first weeks of most of these."""
    with time_machine.travel(created, tick=False):
        person = People(app).patient(zone)
        assert person.get(DUE).json["started_on"] == str(started_on)
        told = due(person, started_on + timedelta(weeks=4))
        assert (told["akps"]["why"], told["akps"]["due_on"]) == ("week_4", str(started_on + timedelta(weeks=4)))
        assert due(person, started_on + timedelta(weeks=4, days=-1))["akps"]["why"] == "week_0"
    point = datetime.combine(started_on + timedelta(weeks=4), datetime.min.time(), ZoneInfo(zone))
    with time_machine.travel(point + timedelta(minutes=5), tick=False):
        person = People(app).again(person)
        assert due(person)["akps"]["why"] == "week_4"
        logged(person, {**an_akps(), "performed_at": (point + timedelta(minutes=1)).isoformat(), "zone": zone})
        assert "akps" not in due(person)
    with time_machine.travel(point - timedelta(minutes=5), tick=False):
        assert due(People(app).again(person))["akps"]["why"] == "week_0"


@pytest.mark.parametrize("query", ["as_of=2026-02-30", "as_of=today", "as_of=1899-12-31", "since=2026-01-01", "as_of="])
def test_a_day_that_is_none_is_refused(people: People, query: str) -> None:
    assert people.patient().get(f"{DUE}?{query}").status_code == 422


@pytest.mark.parametrize("as_of", ["1900-01-01", "2100-12-31"])
def test_the_ends_of_the_calendar_are_days_like_others(people: People, as_of: str) -> None:
    assert isinstance(due(people.patient(), as_of), dict)


def test_reading_outcomes_takes_as_many_statements_for_a_long_history_as_for_a_short_one(
    people: People,
    database: Database,
    counted: Counted,  # noqa: F811
) -> None:
    phone = Phone(people.patient())
    taken: dict[str, list[int]] = {OUTCOMES: [], DUE: []}
    for days in (range(1, 3), range(3, 120)):
        phone.push(*(put("questionnaire_responses", a_response(day)) for day in days))
        phone.push(*(put("measurements", a_measurement(day)) for day in days))
        for path, counts in taken.items():
            with counted() as sent:
                assert phone.person.get(path).status_code == 200
            counts.append(len(sent))
    assert all(short == long for short, long in taken.values()), taken
