"""Supportive treatments in the logbook: a record of what was given, from which no advice follows."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.builders.people import People, Person
from tests.journeys.runners import calm_runs, clock, decision, grant, history, log

TREATMENTS = "/v1/patients/{me}/treatments"
TEST = {"pain_without": 6, "pain_with": 3.5, "activity": "step_down"}


@pytest.fixture
def ada(people: People) -> Person:
    """A patient."""
    return people.patient()


def a_treatment(**changes: Any) -> dict[str, Any]:
    """Return a new treatment as it is sent."""
    told = {"id": str(uuid4()), "performed_at": clock(1).isoformat(), "zone": "Europe/Berlin"}
    return {**told, "treatment": "taping", "given_by": "self", **changes}


@pytest.mark.parametrize(
    "treatment",
    [
        *("taping", "brace", "orthosis", "shoes"),
        *("needling", "acupuncture", "motor_point_stimulation", "manual_therapy"),
    ],
)
def test_each_treatment_of_the_clinic_can_be_logged(ada: Person, treatment: str) -> None:
    body = a_treatment(
        treatment=treatment, given_by="therapist", side="left", body_region="knee", duration_min=20, note="a note"
    )
    answer = ada.post(TREATMENTS, body)
    assert answer.status_code == 201, answer.json
    kept = ada.get(f"{TREATMENTS}/{body['id']}").json
    assert {name: kept[name] for name in body} == body


def test_the_orthosis_test_keeps_the_pain_without_and_with_it(ada: Person) -> None:
    kept = log(ada, "treatments", clock(1), treatment="orthosis", given_by="therapist", **TEST)
    assert {name: kept[name] for name in TEST} == TEST


def test_no_pain_with_the_orthosis_is_a_score(ada: Person) -> None:
    kept = log(ada, "treatments", clock(1), treatment="orthosis", given_by="self", **{**TEST, "pain_with": 0})
    assert kept["pain_with"] == 0


@pytest.mark.parametrize("left_out", list(TEST))
def test_an_orthosis_test_is_whole_or_not_there(ada: Person, left_out: str) -> None:
    answer = ada.post(TREATMENTS, a_treatment(treatment="orthosis", **{**TEST, left_out: None}))
    assert (answer.status_code, answer.json["code"]) == (422, "contradictory_entry")
    assert [fault["pointer"] for fault in answer.json["errors"]] == [f"/{left_out}"]
    assert ada.get(TREATMENTS).json["items"] == []


def test_only_an_orthosis_is_tested_so(ada: Person) -> None:
    answer = ada.post(TREATMENTS, a_treatment(treatment="taping", **TEST))
    assert (answer.status_code, answer.json["code"]) == (422, "contradictory_entry")
    assert {fault["code"] for fault in answer.json["errors"]} == {"orthosis_only"}


def test_a_correction_cannot_leave_half_a_test(ada: Person) -> None:
    kept = log(ada, "treatments", clock(1), treatment="orthosis", given_by="self", **TEST)
    path, tag = f"{TREATMENTS}/{kept['id']}", {"If-Match": f'"{kept["ver"]}"'}
    assert ada.send("PATCH", path, {"activity": None}, tag).status_code == 422
    assert ada.send("PATCH", path, {"treatment": "brace"}, tag).status_code == 422
    assert ada.send("PATCH", path, dict.fromkeys(TEST), tag).json["pain_with"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"treatment": "leeches"},
        {"treatment": None},
        {"given_by": "nobody"},
        {"side": "both"},
        {"body_region": "arm"},
        {"duration_min": 0},
        {"duration_min": 1441},
        {"treatment": "orthosis", **TEST, "pain_with": 10.1},
        {"treatment": "orthosis", **TEST, "pain_without": -0.1},
        {"advice": "again"},
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(ada: Person, wrong: dict[str, Any]) -> None:
    answer = ada.post(TREATMENTS, {**a_treatment(), **wrong})
    assert answer.status_code == 422
    named = next(iter(set(wrong) - {"treatment", *TEST}), None) or ("pain" if "pain_with" in wrong else "treatment")
    assert any(named in fault["pointer"] for fault in answer.json["errors"])


def test_a_therapist_reads_treatments_with_the_scope_of_sessions_and_notes_with_their_own(people: People) -> None:
    ada, ines, iris = people.patient(), people.therapist(), people.therapist()
    kept = log(ada, "treatments", clock(1), treatment="needling", given_by="therapist", note="sore since")
    path = f"/v1/patients/{ada.id}/treatments/{kept['id']}"
    assert ines.get(path).status_code == 404
    grant(ada, ines, "sessions.read")
    grant(ada, iris, "pain.read", "notes.read")
    assert ines.get(path).json["note"] is None
    assert iris.get(path).status_code == 403
    assert ines.send("DELETE", path, headers={"If-Match": f'"{kept["ver"]}"'}).status_code == 403


def test_no_advice_follows_from_a_treatment(ada: Person) -> None:
    calm_runs(ada)
    before, given = decision(ada), history(ada)
    log(ada, "treatments", clock(0), treatment="needling", given_by="therapist")
    log(ada, "treatments", clock(0), treatment="orthosis", given_by="self", **{**TEST, "pain_without": 9})
    assert decision(ada) == before
    assert history(ada) == given
