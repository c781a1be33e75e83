"""Signing off a review: what the patient reads of it, and when it is due again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.api.test_caseload import case_of, reasons
from tests.builders.care import ALL_SCOPES, let_in
from tests.builders.devices import Phone, an_id
from tests.builders.people import People, Person

Json = dict[str, Any]


def today() -> date:
    """Return today where the people of these tests live, at noon the same day everywhere in Europe."""
    return datetime.now(UTC).date()


@pytest.fixture(autouse=True)
def _noon() -> Any:
    """Keep the day from ending while a test runs."""
    with time_machine.travel(datetime.now(UTC).replace(hour=12), tick=True):
        yield


def signed(therapist: Person, patient: Person, **body: Any) -> Any:
    """Sign off a review and return the answer."""
    return therapist.post(f"/v1/patients/{patient.id}/reviews", {"id": an_id(), **body})


def in_days(days: int) -> str:
    """Return a day so many days from today."""
    return (today() + timedelta(days=days)).isoformat()


def test_the_patient_reads_who_looked_and_when_next_on_the_phone_and_here(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    answer = signed(therapist, patient, next_on=in_days(14), note="Go on like this.")
    assert (answer.status_code, answer.json["signed_on"]) == (201, in_days(0))
    (listed,) = patient.get("/v1/patients/{me}/reviews").json["items"]
    assert listed == answer.json
    (pulled,) = [one for one in Phone(patient).pull()["changes"] if one["collection"] == "reviews"]
    assert (pulled["data"]["next_on"], pulled["data"]["note"]) == (in_days(14), "Go on like this.")
    assert pulled["data"]["signed_by_name"] == "Test Person"


def test_a_review_is_due_on_its_day_and_not_before_and_no_more_once_it_is_signed(people: People) -> None:
    patient, therapist, colleague = people.patient(), people.therapist(), people.therapist()
    let_in(patient, therapist)
    let_in(patient, colleague)
    signed(therapist, patient, next_on=in_days(2))
    assert "review_due" not in reasons(case_of(therapist, patient))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        again = people.again(therapist)
        told = reasons(case_of(again, patient))["review_due"]
        assert (told["urgency"], told["since_on"], told["facts"]["due_on"]) == ("routine", in_days(0), in_days(0))
        assert "review_due" not in reasons(case_of(people.again(colleague), patient)), "a date of one's own"
        signed(again, patient)
        assert "review_due" not in reasons(case_of(again, patient))


def test_the_same_review_sent_again_is_one_and_another_with_its_id_is_refused(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    body = {"id": an_id(), "next_on": in_days(7), "note": None}
    first, second = signed(therapist, patient, **body), signed(therapist, patient, **body)
    assert (first.status_code, second.status_code, second.json) == (201, 200, first.json)
    other = signed(therapist, patient, **{**body, "note": "something else"})
    assert (other.status_code, other.json["code"]) == (409, "id_in_use")
    assert len(patient.get("/v1/patients/{me}/reviews").json["items"]) == 1


@pytest.mark.parametrize("days", [0, -1, 367])
def test_the_next_review_lies_after_today_and_within_a_year(people: People, days: int) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    answer = signed(therapist, patient, next_on=in_days(days))
    assert (answer.status_code, answer.json["code"]) == (422, "next_review")
    assert patient.get("/v1/patients/{me}/reviews").json["items"] == []


@pytest.mark.parametrize("scope", ALL_SCOPES)
def test_whoever_may_not_read_the_advice_neither_signs_nor_reads_reviews(people: People, scope: str) -> None:
    patient, therapist, whole = people.patient(), people.therapist(), people.therapist()
    let_in(patient, therapist, scope)
    let_in(patient, whole)
    signed(whole, patient, note="only for those who may read notes")
    may = scope == "advice.read"
    assert signed(therapist, patient).status_code == (201 if may else 403)
    listed = therapist.get(f"/v1/patients/{patient.id}/reviews")
    assert listed.status_code == (200 if may else 403)
    if may:
        assert [one["note"] for one in listed.json["items"]] == [None, None]


def test_a_patient_signs_nothing_and_a_stranger_finds_nothing(people: People) -> None:
    patient = people.patient()
    assert signed(patient, patient).status_code == 403
    assert signed(people.therapist(), patient).status_code == 404
    assert people.therapist().get(f"/v1/patients/{patient.id}/reviews").status_code == 404


def test_pages_of_reviews_hold_each_once_the_newest_first(people: People) -> None:
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    made = [signed(therapist, patient).json["id"] for _ in range(3)]
    first = patient.get("/v1/patients/{me}/reviews?limit=2").json
    second = patient.get(f"/v1/patients/{{me}}/reviews?limit=2&cursor={first['next_cursor']}").json
    assert [one["id"] for one in (*first["items"], *second["items"])] == made[::-1]
    assert second["next_cursor"] is None
