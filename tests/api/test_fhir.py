"""FHIR R4 out: what the demo people did is read as valid resources, searched by code and date, and by nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fhir.resources.R4B import get_fhir_model_class
from sqlalchemy import event

from app.interop.fhir import coding
from app.interop.service.fhir import TYPES
from app.interop.service.logged import OBSERVATION
from app.kernel.clock import now
from app.logbook import service as logbook
from app.logbook.kinds import PAIN_SCORE, RUN
from app.settings import Settings
from seeds.demo.personas import PATIENTS
from tests.builders.care import let_in, logged
from tests.builders.devices import a_check_in
from tests.builders.fhir import FHIR_JSON, Demo, a_demo, pages
from tests.levels import SQLITE_FIRST

pytestmark = SQLITE_FIRST


@pytest.fixture(scope="module")
def demo(backend: str, settings: Settings, worker_id: str) -> Iterator[Demo]:
    """The demo people, on a database of their own."""
    with a_demo(backend, settings, f"fhir_{worker_id}") as found:
        yield found


BOUND = {
    "Observation": {"status": {"final"}},
    "Procedure": {"status": {"completed"}},
    "QuestionnaireResponse": {"status": {"completed"}},
    "CarePlan": {"status": {"active", "on-hold", "completed"}, "intent": {"plan"}},
    "ServiceRequest": {"status": {"active", "on-hold", "completed"}, "intent": {"order"}},
    "GuidanceResponse": {"status": {"success"}},
    "Consent": {"status": {"active", "inactive"}},
}
"""What the required bindings of R4 allow, as far as it is used here; the model classes accept any code."""
UNITS = {"{score}", "{grade}", "m", "cm", "min", "h", "/min", "%", "N.m/kg", "deg"}


@pytest.mark.parametrize("name", [one.email.split("@")[0] for one in PATIENTS])
def test_all_of_each_demo_person_is_valid_fhir(demo: Demo, name: str) -> None:
    person = demo.as_(name)
    found = pages(person, f"/fhir/Patient/{person.id}/$everything?_count=200")
    assert found[0]["resourceType"] == "Patient"
    assert {one["resourceType"] for one in found} >= {"Patient", "Observation", "GuidanceResponse", "Provenance"}
    ids = [(one["resourceType"], one["id"]) for one in found]
    assert len(set(ids)) == len(ids)
    told = {f"{kind}/{one}" for kind, one in ids}
    for one in found:
        get_fhir_model_class(one["resourceType"]).model_validate(one)
        for member, allowed in BOUND.get(one["resourceType"], {}).items():
            assert one[member] in allowed
        for told_of in (one, *one.get("component", [])):
            if "valueQuantity" in told_of:
                assert told_of["valueQuantity"]["system"] == coding.UCUM
                assert told_of["valueQuantity"]["code"] in UNITS
        for target in [*one.get("target", []), *one.get("hasMember", []), *one.get("derivedFrom", [])]:
            assert target["reference"] in told


def test_pain_is_a_number_and_zero_is_one(demo: Demo) -> None:
    person = demo.as_("mara")
    with demo.database.reading() as db:
        stored = logbook.list_entries(
            db, person.id, PAIN_SCORE, since=None, until=None, wanted={}, after=None, limit=1000
        )
    found = pages(person, f"/fhir/Observation?code={coding.LOINC}|{coding.PAIN}&_count=7")
    told = [one for one in found if one["id"].endswith(".p")]
    assert [one["valueQuantity"]["value"] for one in told] == [one.entry.score for one in stored]
    assert 0 in [one["valueQuantity"]["value"] for one in told]
    assert {one["code"]["coding"][0]["code"] for one in found} == {coding.PAIN}


def test_the_pain_of_a_check_in_is_told_with_its_moment_no_pain_included(demo: Demo) -> None:
    person = demo.people.patient()
    logged(person, check_ins=[a_check_in(morning_pain=0, worst_pain=2.5, side="right")])
    told = [
        (one["component"][0]["valueCodeableConcept"]["coding"][0]["code"], one["valueQuantity"]["value"])
        for one in pages(person, f"/fhir/Observation?code={coding.PAIN}")
    ]
    assert told == [("next_morning", 0), ("worst", 2.5)]


def test_every_figure_of_a_run_is_found_by_its_code_with_its_unit(demo: Demo) -> None:
    person = demo.as_("mara")
    with demo.database.reading() as db:
        runs = logbook.list_entries(db, person.id, RUN, since=None, until=None, wanted={}, after=None, limit=1000)
    distances = pages(person, f"/fhir/Observation?code={coding.MEASURE}|distance")
    assert [(one["valueQuantity"]["value"], one["valueQuantity"]["code"]) for one in distances] == [
        (run.entry.distance_m, "m") for run in runs
    ]
    lasted = [one for one in pages(person, "/fhir/Observation?code=55411-3") if one["id"].endswith(".rt")]
    assert [round(one["valueQuantity"]["value"] * 60) for one in lasted] == [run.entry.duration_s for run in runs]
    assert {one["valueQuantity"]["code"] for one in lasted} == {"min"}


@pytest.mark.parametrize("count", [1, 2, 50, 1000])
def test_pages_tell_each_resource_once_in_the_order_of_time_whatever_their_size(demo: Demo, count: int) -> None:
    person = demo.as_("timo")
    if count < 50:  # a span that few pages make up
        day = (now() - timedelta(days=8)).date().isoformat()
        whole = pages(person, f"/fhir/Observation?date=ge{day}")
        paged = pages(person, f"/fhir/Observation?date=ge{day}&_count={count}")
    else:
        whole, paged = pages(person, "/fhir/Observation"), pages(person, f"/fhir/Observation?_count={count}")
    assert len(whole) > 3
    assert paged == whole
    times = [one["effectiveDateTime"] for one in whole]
    assert times == sorted(times)


def test_a_date_is_a_day_of_the_patient_and_prefixes_leave_out_or_take_in(demo: Demo) -> None:
    person = demo.as_("mara")
    all_of_it = pages(person, "/fhir/Observation?code=73985-4")
    days = sorted({one["effectiveDateTime"][:10] for one in all_of_it})
    some = days[len(days) // 2]

    def found(*dates: str) -> set[str]:
        query = "&".join(f"date={one}" for one in dates)
        return {one["effectiveDateTime"][:10] for one in pages(person, f"/fhir/Observation?code=73985-4&{query}")}

    assert found(some) == {some}
    assert found(f"gt{some}") == {day for day in days if day > some}
    assert found(f"ge{some}") == {day for day in days if day >= some}
    assert found(f"lt{some}") == {day for day in days if day < some}
    assert found(f"le{some}") == {day for day in days if day <= some}
    assert found(f"ge{days[0]}", f"lt{days[2]}") == set(days[:2])
    assert found(some[:4]) == {day for day in days if day[:4] == some[:4]}


@pytest.mark.parametrize("dates", ["date=ne2026", "date=2026-13", "date=soon", "date=2026-11-20T10:00", "date=0000"])
def test_a_date_that_cannot_be_read_is_refused(demo: Demo, dates: str) -> None:
    answer = demo.as_("mara").get(f"/fhir/Observation?{dates}")
    assert (answer.status_code, answer.json["code"]) == (422, "bad_search")


def test_what_a_search_does_not_know_is_refused_by_name(demo: Demo) -> None:
    answer = demo.as_("mara").get("/fhir/Observation?_sort=-date")
    assert answer.status_code == 422
    assert [one["parameter"] for one in answer.json["errors"]] == ["_sort"]


@pytest.mark.parametrize("resource", TYPES)
def test_each_resource_of_a_search_is_read_again_by_its_id(demo: Demo, resource: str) -> None:
    person = demo.as_("mara")
    found = person.get(f"/fhir/{resource}?_count=5").json.get("entry", [])
    assert found
    for entry in found:
        assert person.get(f"/fhir/{resource}/{entry['resource']['id']}").json == entry["resource"]


@pytest.mark.parametrize("resource", TYPES)
def test_nobody_else_reads_it_and_it_looks_as_if_it_were_not_there(demo: Demo, resource: str) -> None:
    person, stranger = demo.as_("mara"), demo.people.patient()
    (entry,) = person.get(f"/fhir/{resource}?_count=1").json["entry"]
    missing = entry["resource"]["id"][:-3] + "aaa" if "." in entry["resource"]["id"][-3:] else "nothing"
    for reader in (stranger, demo.people.therapist()):
        theirs = reader.get(f"/fhir/{resource}/{entry['resource']['id']}")
        unknown = reader.get(f"/fhir/{resource}/{missing}")
        assert (theirs.status_code, theirs.json["code"]) == (unknown.status_code, unknown.json["code"])
        assert theirs.status_code == 404
        for whose in (person.id, uuid4()):
            answer = reader.get(f"/fhir/{resource}?patient={whose}")
            assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_therapist_reads_what_the_link_opens_and_the_patient_sees_who_looked(demo: Demo) -> None:
    person, therapist = demo.people.patient(), demo.people.therapist()
    at = now().isoformat()
    run = {"id": str(uuid4()), "performed_at": at, "zone": "Europe/Berlin", "distance_m": 5000, "note": "by the river"}
    score = {"id": str(uuid4()), "performed_at": at, "zone": "Europe/Berlin", "score": 2, "moment": "usual"}
    assert person.post("/v1/patients/{me}/runs", run).status_code == 201
    assert person.post("/v1/patients/{me}/pain-scores", score).status_code == 201
    let_in(person, therapist, "sessions.read")
    found = pages(therapist, f"/fhir/Observation?patient=Patient/{person.id}")
    assert {one["code"]["coding"][0]["code"] for one in found} == {"73985-4", "distance"}
    assert "note" not in found[0]
    for closed in ("QuestionnaireResponse", "CarePlan", "GuidanceResponse", "Consent"):
        assert therapist.get(f"/fhir/{closed}?patient={person.id}").status_code == 403
    assert therapist.get("/fhir/Observation").status_code == 422
    everything = pages(therapist, f"/fhir/Patient/{person.id}/$everything")
    assert {one["resourceType"] for one in everything} == {"Patient", "Observation", "Provenance"}
    assert [one["id"] for one in pages(therapist, "/fhir/Patient")] == [str(person.id)]
    looked = person.get("/v1/me/access-log").json["items"]
    assert {one["operation"] for one in looked} >= {
        "search_fhir_observation",
        "read_fhir_everything",
        "search_fhir_patients",
    }
    own = pages(person, "/fhir/Observation?code=73985-4")
    assert own[0]["note"] == [{"text": "by the river"}]


def test_a_page_of_observations_takes_as_many_statements_whatever_it_holds(demo: Demo) -> None:
    person, counted = demo.as_("timo"), []

    def note(*args: Any) -> None:
        counted.append(args[2])

    event.listen(demo.database.reader, "before_cursor_execute", note)
    try:
        numbers = []
        for count in (5, 50, 200):
            counted.clear()
            assert person.get(f"/fhir/Observation?_count={count}").status_code == 200
            numbers.append(len(counted))
    finally:
        event.remove(demo.database.reader, "before_cursor_execute", note)
    assert len(set(numbers)) == 1
    assert numbers[0] <= 4 + len(OBSERVATION.origins)


def test_the_service_says_what_it_can_do_and_each_type_it_names_can_be_searched(demo: Demo) -> None:
    answer = demo.app.test_client().get("/fhir/metadata")
    assert (answer.status_code, answer.mimetype) == (200, FHIR_JSON)
    get_fhir_model_class("CapabilityStatement").model_validate(answer.json)
    assert answer.json["fhirVersion"] == "4.0.1"
    named = [one["type"] for one in answer.json["rest"][0]["resource"]]
    assert set(named) == {"Patient", "Questionnaire", *TYPES}
    person = demo.as_("mara")
    for one in named:
        assert person.get(f"/fhir/{one}").status_code == 200


def test_questionnaires_are_told_by_their_items_without_a_wording(demo: Demo) -> None:
    found = pages(demo.as_("mara"), "/fhir/Questionnaire")
    for one in found:
        get_fhir_model_class("Questionnaire").model_validate(one)
        assert all("text" not in item for item in one["item"])
    by_id = {one["id"]: one for one in found}
    assert len(by_id["akps"]["item"]) == 13
    assert demo.as_("mara").get("/fhir/Questionnaire/akps").json == by_id["akps"]
