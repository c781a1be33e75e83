"""Invitations in the console: a patient's code is used, what waits is listed, and either is taken back."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.console.words import words_of
from tests.access.world import an_invitation, confirmation_of
from tests.builders.browsers import Browser, logged_in
from tests.builders.devices import an_id
from tests.builders.people import People, Person

PAGE = "/invitations/new"
SAID = words_of("en")
PLACES = (f"{PAGE[:-4]}/acceptance", "/clinics/joining")
WITHDRAWAL = re.compile(r'action="/console(/invitations/[0-9a-f-]+/withdrawal)"')


@pytest.fixture
def ada(people: People) -> Person:
    """A patient."""
    return people.patient()


@pytest.fixture
def ines(people: People) -> Person:
    """A therapist whom nobody has let in."""
    return people.therapist()


@pytest.fixture
def browser(app: Flask, ines: Person) -> Browser:
    """Her browser."""
    return logged_in(app, ines)


def code_of(patient: Person, **changes: str) -> str:
    """Have a patient invite whoever gets the code."""
    return str(patient.post("/v1/invitations", an_invitation(**changes)).json["code"])


@pytest.mark.parametrize("place", PLACES)
def test_a_patient_s_code_is_used_wherever_it_is_put_in_and_the_patient_has_the_last_word(
    browser: Browser, ada: Person, ines: Person, place: str
) -> None:
    code = code_of(ada, purpose="my <b>left</b> knee")
    done = browser.send(place, {"code": code})
    assert done.headers["Location"] == f"/console{PAGE}?done=care_accepted"
    page = browser.get(f"{PAGE}?done=care_accepted").text
    assert SAID["done"]["care_accepted"] in page
    assert "my &lt;b&gt;left&lt;/b&gt; knee" in page
    assert SAID["invitation_states"]["accepted"] in page
    assert str(ada.id) not in page, "who invites is told once they have confirmed"
    assert str(ada.id) not in browser.get("/caseload").text
    (told,) = ada.get("/v1/invitations").json["items"]
    answer = ada.post(f"/v1/invitations/{told['id']}/confirmation", confirmation_of(told))
    assert (answer.status_code, answer.json["therapist_id"]) == (201, str(ines.id))
    assert str(ada.id) in browser.get("/caseload").text
    assert SAID["none_waits"] in browser.get(PAGE).text


def test_what_waits_is_listed_and_taken_back_and_its_code_is_good_no_more(
    browser: Browser, ada: Person, ines: Person
) -> None:
    code = ines.post("/v1/invitations", an_invitation()).json["code"]
    page = browser.get(PAGE).text
    assert SAID["invitation_states"]["open"] in page
    assert code not in page
    (path,) = WITHDRAWAL.findall(page)
    assert browser.send(path).headers["Location"] == f"/console{PAGE}?done=invitation_withdrawn"
    assert WITHDRAWAL.findall(browser.get(PAGE).text) == []
    assert ada.post("/v1/invitations/acceptance", {"code": code}).status_code == 404


def test_a_patient_s_invitation_is_declined_and_can_then_not_be_confirmed(browser: Browser, ada: Person) -> None:
    browser.send(PLACES[0], {"code": code_of(ada)})
    (path,) = WITHDRAWAL.findall(browser.get(PAGE).text)
    assert browser.send(path).status_code == 303
    (told,) = ada.get("/v1/invitations").json["items"]
    assert told["status"] == "withdrawn"


@pytest.mark.parametrize("place", PLACES)
def test_a_code_that_is_not_good_is_said_so_beside_what_was_typed(browser: Browser, ada: Person, place: str) -> None:
    used = code_of(ada)
    browser.send(place, {"code": used})
    for code in (used[:-1] + ("a" if used[-1] not in "aA" else "b"), "no code"):
        answer = browser.send(place, {"code": code})
        assert answer.status_code in (404, 422)
        assert SAID["refusals"]["no_such_invitation" if answer.status_code == 404 else "form_invalid"] in answer.text
        assert f'value="{code}"' in answer.text


def test_nobody_takes_back_another_s_invitation(app: Flask, people: People, browser: Browser, ines: Person) -> None:
    told = ines.post("/v1/invitations", an_invitation()).json
    other = logged_in(app, people.therapist())
    assert other.send(f"/invitations/{told['id']}/withdrawal").status_code == 404
    assert other.send(f"/invitations/{an_id()}/withdrawal").status_code == 404
    assert WITHDRAWAL.findall(other.get(PAGE).text) == []
    assert len(WITHDRAWAL.findall(browser.get(PAGE).text)) == 1
