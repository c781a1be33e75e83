"""Programmes over HTTP: protocols, prescribing, revisions that are added and never changed."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.builders.people import People, Person
from tests.builders.plans import STANDARD, a_plan, an_exercise, an_order, as_ordered, prescribed, revise
from tests.journeys.runners import grant

ALL = ("sessions.read", "pain.read", "notes.read", "advice.read", "plan.write", "message")


def cared_for(people: People, *scopes: str) -> tuple[Person, Person]:
    """Return a patient and the therapist they let in."""
    patient, therapist = people.patient(), people.therapist()
    grant(patient, therapist, *(scopes or ALL))
    return patient, therapist


def path(patient: Person, *parts: object) -> str:
    """Return a path below a patient's programmes."""
    return "/".join([f"/v1/patients/{patient.id}/programmes", *map(str, parts)])


def test_the_standard_protocol_has_four_stages_without_a_length_in_two_languages(people: People) -> None:
    reader = people.patient()
    read = reader.get(f"/v1/protocols/{STANDARD}")
    protocol = read.json
    assert [phase["stage"] for phase in protocol["phases"]] == ["relieve", "restore", "elevate", "self_managed"]
    claims = [protocol["summary"], *(claim for phase in protocol["phases"] for claim in phase["goals"])]
    assert all(claim["text"]["en"] and claim["text"]["de"] and claim["evidence"] for claim in claims)
    assert not any("weeks" in name or "sessions" in name for phase in protocol["phases"] for name in phase)
    assert [one["slug"] for one in reader.get("/v1/protocols").json["items"]] == [STANDARD]
    again = reader.get(f"/v1/protocols/{STANDARD}", **{"If-None-Match": read.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("slug", ["no_such", "A", "x" * 200])
def test_an_unknown_protocol_is_not_there(people: People, slug: str) -> None:
    assert people.patient().get(f"/v1/protocols/{slug}").status_code == 404


def test_a_therapist_prescribes_a_protocol_for_one_side(people: People) -> None:
    patient, therapist = cared_for(people)
    programme = prescribed(therapist, patient, sides=["left"])
    assert (programme["number"], programme["stage"], programme["status"]) == (1, "relieve", "active")
    assert (programme["made_by"], programme["made_by_role"]) == (str(therapist.id), "therapist")
    assert {one["side"] for one in programme["plan"]["exercises"]} == {"left", None}
    assert patient.get(path(patient, programme["id"])).json == programme


def test_each_side_can_have_a_dosage_of_its_own(people: People) -> None:
    patient, therapist = cared_for(people)
    plan = a_plan(an_exercise(side="left", sets=2), an_exercise(side="right", sets=4, load_kg=2.5))
    made = prescribed(therapist, patient, plan=plan)["plan"]["exercises"]
    assert [(one["side"], one["dosage"]["sets"], one["dosage"]["load_kg"]) for one in made] == [
        ("left", 2, None),
        ("right", 4, 2.5),
    ]


def test_the_same_order_again_is_the_same_programme_and_another_under_its_id_is_refused(people: People) -> None:
    patient, therapist = cared_for(people)
    order = an_order(sides=["left"])
    answers = [therapist.post(path(patient), order) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json == answers[1].json
    other = therapist.post(path(patient), {**order, "reason": "something else"})
    assert (other.status_code, other.json["code"]) == (409, "id_in_use")


def test_a_second_programme_ends_the_one_that_it_names_and_is_refused_otherwise(people: People) -> None:
    patient, therapist = cared_for(people)
    first = prescribed(therapist, patient)
    refused = therapist.post(path(patient), an_order())
    assert (refused.status_code, refused.json["code"]) == (409, "programme_open")
    stray = therapist.post(path(patient), an_order(replaces=str(uuid4())))
    assert (stray.status_code, stray.json["code"]) == (422, "unknown_replaced")
    second = prescribed(therapist, patient, replaces=first["id"])
    states = {one["id"]: one["status"] for one in patient.get(path(patient)).json["items"]}
    assert states == {first["id"]: "ended", second["id"]: "active"}


def test_a_revision_is_added_and_the_ones_before_stay_byte_for_byte(people: People) -> None:
    patient, therapist = cared_for(people)
    programme = prescribed(therapist, patient, sides=["right"])
    first = patient.get(path(patient, programme["id"], "revisions", 1)).data
    newest = programme
    for sets in (4, 5):
        plan = as_ordered(newest["plan"])
        plan["exercises"][0]["dosage"]["sets"] = sets
        answer = revise(therapist, newest, plan=plan, reason=f"{sets} sets")
        assert answer.status_code == 200, answer.json
        newest = answer.json
    second = patient.get(path(patient, programme["id"], "revisions", 2)).data
    assert revise(therapist, newest, stage="restore").status_code == 200
    assert patient.get(path(patient, programme["id"], "revisions", 1)).data == first
    assert patient.get(path(patient, programme["id"], "revisions", 2)).data == second
    listed = patient.get(path(patient, programme["id"], "revisions")).json["items"]
    assert [(one["number"], one["stage"], one["reason"]) for one in listed] == [
        (1, "relieve", "to begin with"),
        (2, "relieve", "4 sets"),
        (3, "relieve", "5 sets"),
        (4, "restore", "goes well"),
    ]


def test_of_two_therapists_who_read_the_same_the_slower_one_is_told(people: People) -> None:
    patient, first = cared_for(people)
    second = people.therapist()
    grant(patient, second, *ALL)
    programme = prescribed(first, patient)
    assert revise(first, programme, stage="restore", reason="first").status_code == 200
    late = revise(second, programme, stage="elevate", reason="second")
    assert (late.status_code, late.json["code"]) == (412, "precondition_failed")
    current = second.get(path(patient, programme["id"])).json
    assert (current["number"], current["stage"]) == (2, "restore")
    assert revise(second, current, reason="second, after reading").status_code == 200


def test_the_tag_of_a_programme_is_that_of_its_words_and_any_of_them_names_the_version(people: People) -> None:
    patient, therapist = cared_for(people)
    programme = prescribed(therapist, patient)
    at = path(patient, programme["id"])
    tags = {spoken: therapist.get(at, **{"Accept-Language": spoken}).headers["ETag"] for spoken in ("en", "de")}
    assert len({*tags.values(), patient.get(at).headers["ETag"]}) == 3
    assert therapist.get(at, **{"Accept-Language": "de", "If-None-Match": tags["de"]}).status_code == 304
    assert therapist.get(at, **{"Accept-Language": "en", "If-None-Match": tags["de"]}).status_code == 200
    assert therapist.send("PUT", at, {"reason": "goes well"}, {"If-Match": tags["de"]}).status_code == 200
    assert therapist.send("PUT", at, {"reason": "goes well"}, {"If-Match": tags["en"]}).status_code == 412


def test_a_revision_without_if_match_is_refused(people: People) -> None:
    patient, therapist = cared_for(people)
    programme = prescribed(therapist, patient)
    answer = therapist.send("PUT", path(patient, programme["id"]), {"reason": "blind"})
    assert (answer.status_code, answer.json["code"]) == (428, "precondition_required")


def test_an_ended_programme_is_not_revised(people: People) -> None:
    patient, therapist = cared_for(people)
    ended = revise(therapist, prescribed(therapist, patient), status="ended").json
    again = revise(therapist, ended, status="active")
    assert (again.status_code, again.json["code"]) == (409, "programme_ended")


@pytest.mark.parametrize("scopes", [("sessions.read", "advice.read", "pain.read", "notes.read", "message")])
def test_a_therapist_without_the_scope_neither_prescribes_nor_reads(people: People, scopes: tuple[str, ...]) -> None:
    patient, therapist = cared_for(people, *scopes)
    other = people.therapist()
    grant(patient, other, *ALL)
    programme = prescribed(other, patient)
    assert therapist.post(path(patient), an_order()).status_code == 403
    assert therapist.get(path(patient)).status_code == 403
    assert revise(therapist, programme, stage="elevate").status_code == 403
    stranger = people.therapist()
    assert stranger.get(path(patient, programme["id"])).status_code == 404
    assert revise(stranger, programme, stage="elevate").status_code == 404


def test_a_patient_alone_starts_a_protocol_and_nothing_else(people: People) -> None:
    patient = people.patient()
    own = patient.post(path(patient), an_order(plan=a_plan()))
    assert (own.status_code, own.json["code"]) == (403, "self_guided_start")
    ahead = patient.post(path(patient), an_order(stage="elevate"))
    assert (ahead.status_code, ahead.json["code"]) == (403, "self_guided_start")
    programme = prescribed(patient, patient)
    assert programme["made_by_role"] == "patient"
    assert revise(patient, programme, stage="elevate").status_code == 403


def test_a_patient_in_care_does_not_prescribe(people: People) -> None:
    patient, _ = cared_for(people, "message")
    answer = patient.post(path(patient), an_order())
    assert (answer.status_code, answer.json["code"]) == (403, "therapist_prescribes")


def test_nobody_prescribes_for_another_patient(people: People) -> None:
    patient, other = people.patient(), people.patient()
    programme = prescribed(patient, patient)
    assert other.post(path(patient), an_order()).status_code == 404
    assert other.get(path(patient, programme["id"])).status_code == 404


def test_a_plan_that_is_not_whole_is_refused_with_a_pointer_to_each_fault_and_leaves_nothing(people: People) -> None:
    patient, therapist = cared_for(people)
    twin = an_exercise()
    cases = [
        (a_plan(an_exercise("no_such_exercise")), "/plan/exercises/0/exercise"),
        (a_plan(twin, {**an_exercise("clamshell"), "id": twin["id"]}), "/plan/exercises/0/id"),
        (a_plan(twin, an_exercise()), "/plan/exercises/0/exercise"),
        (a_plan(twin, an_exercise(side=None)), "/plan/exercises/0/side"),
        (
            a_plan(phases=[{"stage": "relieve", "goals": [{"text": {}, "evidence": []}], "criteria": []}]),
            "/plan/phases",
        ),
    ]
    for plan, pointer in cases:
        answer = therapist.post(path(patient), an_order(plan=plan))
        assert (answer.status_code, answer.json["code"]) == (422, "broken_plan"), plan
        assert answer.json["errors"][0]["pointer"].startswith(pointer)
    assert patient.get(path(patient)).json["items"] == []


def test_an_order_names_a_protocol_or_brings_a_plan(people: People) -> None:
    patient, therapist = cared_for(people)
    for order in (an_order(protocol=None), an_order(plan=a_plan(), protocol=STANDARD)):
        answer = therapist.post(path(patient), order)
        assert (answer.status_code, answer.json["code"]) == (422, "protocol_or_plan")
    unknown = therapist.post(path(patient), an_order(protocol="no_such"))
    assert (unknown.status_code, unknown.json["code"]) == (422, "unknown_protocol")


def test_the_id_of_an_exercise_of_another_programme_is_refused(people: People) -> None:
    patient, therapist = cared_for(people)
    exercise = an_exercise()
    first = prescribed(therapist, patient, plan=a_plan(exercise))
    answer = therapist.post(path(patient), an_order(plan=a_plan(exercise), replaces=first["id"]))
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "in_use")


def test_a_dosage_that_stays_keeps_its_day_and_one_that_changes_gets_a_new_one(people: People) -> None:
    patient, therapist = cared_for(people)
    programme = prescribed(therapist, patient, plan=a_plan(an_exercise(side="left"), an_exercise(side="right")))
    plan = as_ordered(programme["plan"])
    plan["exercises"][1]["instruction"] = "slowly"
    newer = revise(therapist, programme, plan=plan).json["plan"]["exercises"]
    assert [one["since_on"] for one in newer] == [one["since_on"] for one in programme["plan"]["exercises"]]
