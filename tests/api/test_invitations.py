"""A patient and a therapist find each other by a code that is good once, and the patient has the last word."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.consent.domain import CONSENT_TEXT_VERSION, TABLE, Scope
from app.consent.domain.invitations import hash_of
from app.consent.domain.words import CONSENT_TEXT, LOOK_WORDS, SCOPE_WORDS
from app.consent.models import InvitationRow
from app.consent.repository import invitations as repository
from app.db.engine import Database
from app.factory import create_app
from app.kernel.permissions import Permission
from app.settings import Settings
from tests.access.world import an_invitation, confirmation_of
from tests.api.test_consent import told_apart
from tests.builders.people import People, Person

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
HOURS_72 = timedelta(hours=72)
INVITATIONS = "/v1/invitations"
MONTH = (NOON + timedelta(days=30)).isoformat()


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def invited(inviter: Person, **changes: Any) -> dict[str, Any]:
    """Make an invitation and return it with its code."""
    answer = inviter.post(INVITATIONS, an_invitation(**{"link_expires_at": MONTH, **changes}))
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def accept(person: Person, code: str) -> TestResponse:
    """Send a code."""
    return person.post(f"{INVITATIONS}/acceptance", {"code": code})


def confirm(patient: Person, told: dict[str, Any], **changes: Any) -> TestResponse:
    """Confirm an invitation, naming its therapist."""
    return patient.post(f"{INVITATIONS}/{told['id']}/confirmation", confirmation_of(told, **changes))


def sees(therapist: Person, patient: Person) -> bool:
    """Does the therapist see the patient's pain?"""
    return therapist.get(f"/v1/patients/{patient.id}/pain-scores").status_code == 200


# Invited by the therapist


def test_a_patient_reads_who_asks_for_what_before_anything_is_open(people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    made = invited(ines, scopes=["pain.read", "sessions.read"], purpose="knee after the marathon")
    told = accept(ada, made["code"])
    assert told.status_code == 200
    assert told.json["therapist_id"] == str(ines.id)
    assert (told.json["therapist_name"], told.json["professional_role"]) == ("Test Person", "physiotherapist")
    assert (told.json["scopes"], told.json["purpose"]) == (["pain.read", "sessions.read"], "knee after the marathon")
    assert told.json["consent_text_version"] == CONSENT_TEXT_VERSION
    assert not sees(ines, ada)
    link = confirm(ada, told.json)
    assert link.status_code == 201
    assert (link.json["scopes"], link.json["expires_at"]) == (["pain.read", "sessions.read"], MONTH)
    assert sees(ines, ada)


def test_a_patient_may_open_less_than_was_asked_for_and_never_more(people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    told = accept(ada, invited(ines, scopes=["pain.read", "sessions.read"])["code"]).json
    more = confirm(ada, told, scopes=["pain.read", "notes.read"])
    assert (more.status_code, more.json["code"]) == (422, "scopes_beyond_invitation")
    assert confirm(ada, told, scopes=["sessions.read"]).json["scopes"] == ["sessions.read"]
    assert not sees(ines, ada)


def test_the_patient_names_the_therapist(people: People) -> None:
    ada, ines, other = people.patient(), people.therapist(), people.therapist()
    told = accept(ada, invited(ines)["code"]).json
    wrong = confirm(ada, told, therapist_id=str(other.id))
    assert (wrong.status_code, wrong.json["code"]) == (422, "other_therapist")
    assert not sees(ines, ada)
    assert not sees(other, ada)


def test_the_words_agreed_to_are_those_that_hold(people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    told = accept(ada, invited(ines)["code"]).json
    old = confirm(ada, told, consent_text_version="2020-01")
    assert (old.status_code, old.json["code"]) == (409, "consent_text_changed")
    assert not sees(ines, ada)


def test_a_confirmation_whose_answer_was_lost_is_sent_again(people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    told = accept(ada, invited(ines)["code"]).json
    first, again = confirm(ada, told), confirm(ada, told)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert len(ada.get("/v1/patients/{me}/care-links").json["items"]) == 1


def test_confirming_again_does_not_bring_a_revoked_link_back(people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    told = accept(ada, invited(ines)["code"]).json
    link = confirm(ada, told).json
    ada.send("DELETE", f"/v1/patients/{{me}}/care-links/{link['id']}")
    assert confirm(ada, told).json["revoked_at"] is not None
    assert not sees(ines, ada)


# Invited by the patient


def test_a_therapist_who_accepted_sees_nothing_before_the_patient_has_named_them(people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    made = invited(ada)
    told = accept(ines, made["code"])
    assert (told.status_code, told.json["status"], told.json["patient_id"]) == (200, "accepted", None)
    assert str(ada.id) not in told.text
    assert not sees(ines, ada)
    (waiting,) = ada.get(INVITATIONS).json["items"]
    assert (waiting["therapist_id"], waiting["status"]) == (str(ines.id), "accepted")
    assert confirm(ada, waiting).status_code == 201
    assert sees(ines, ada)
    assert ines.get(INVITATIONS).json["items"][0]["patient_id"] == str(ada.id)


def test_a_patient_who_does_not_know_the_therapist_declines(people: People) -> None:
    ada, stranger = people.patient(), people.therapist()
    made = invited(ada)
    told = accept(stranger, made["code"]).json
    assert ada.send("DELETE", f"{INVITATIONS}/{made['id']}").status_code == 204
    assert confirm(ada, {**told, "therapist_id": str(stranger.id)}).status_code == 404
    assert ada.get(INVITATIONS).json["items"][0]["status"] == "withdrawn"
    assert not sees(stranger, ada)


@pytest.mark.parametrize("role", ["therapist", "patient"])
def test_only_the_patient_confirms(people: People, role: str) -> None:
    ada, ines = people.patient(), people.therapist()
    made = invited(ada)
    told = accept(ines, made["code"]).json
    other = ines if role == "therapist" else people.patient()
    assert confirm(other, told).status_code == (403 if role == "therapist" else 404)
    assert not sees(ines, ada)


# A code is good once, and for 72 hours


def test_a_code_is_good_once(people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    made = invited(ines)
    told = accept(ada, made["code"]).json
    assert accept(people.patient(), made["code"]).status_code == 404
    assert confirm(ada, told).status_code == 201
    assert accept(ada, made["code"]).status_code == 404


def test_whoever_lost_the_answer_sends_the_code_again(people: People) -> None:
    ada, made = people.patient(), invited(people.therapist())
    first, again = accept(ada, made["code"]), accept(people.again(ada), made["code"])
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json


def test_two_who_send_one_code_at_once_are_not_both_let_on(app: Flask, people: People) -> None:
    ines = people.therapist()
    for _ in range(5):
        made = invited(ines)
        both = [people.patient(), people.patient()]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(accept, both, [made["code"]] * 2))
        assert sorted(answer.status_code for answer in answers) == [200, 404]


@pytest.mark.parametrize("later", [HOURS_72 - timedelta(seconds=1), HOURS_72])
def test_a_code_and_its_confirmation_are_good_for_72_hours(people: People, later: timedelta) -> None:
    ada, bea, ines = people.patient(), people.patient(), people.therapist()
    made, accepted = invited(ines), accept(bea, invited(ines)["code"]).json
    with time_machine.travel(NOON + later, tick=False):
        good = later < HOURS_72
        back = [people.again(one) for one in (ada, bea)]
        assert accept(back[0], made["code"]).status_code == (200 if good else 404)
        assert confirm(back[1], accepted).status_code == (201 if good else 404)


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_a_code_is_good_however_it_is_typed(people: People, typed: Any) -> None:
    assert accept(people.patient(), typed(invited(people.therapist())["code"])).status_code == 200


def test_a_code_that_is_not_good_does_not_say_why(people: People) -> None:
    ada, ines = people.patient(), people.therapist()
    used, withdrawn, old, own = invited(ines), invited(ines), invited(ines), invited(ada)
    accept(people.patient(), used["code"])
    ines.send("DELETE", f"{INVITATIONS}/{withdrawn['id']}")
    answers = [accept(ada, code) for code in ("AAAA-BBBB", used["code"], withdrawn["code"], own["code"])]
    answers.append(accept(people.patient(), own["code"]))
    with time_machine.travel(NOON + HOURS_72, tick=False):
        answers.append(accept(people.again(ada), old["code"]))
    assert {(answer.status_code, answer.json["code"]) for answer in answers} == {(404, "no_such_invitation")}
    assert not any(told_apart(answers[0], other) for other in answers[1:])


def _accept_whoever(db: Session, invitation_id: UUID, account_id: UUID, at: datetime) -> bool:
    repository.update_invitation(db, invitation_id, accepted_by=account_id, accepted_at=at)
    return True


def test_a_code_that_is_good_again_is_seen(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted twice, for each of the two guards stands without the other: whoever comes second is let on."""
    made, honest = invited(people.therapist()), repository.lock_by_code
    assert accept(people.patient(), made["code"]).status_code == 200
    second = people.patient()
    monkeypatch.setattr(
        repository, "lock_by_code", lambda db, code: dataclasses.replace(honest(db, code), accepted_by=None)
    )
    assert accept(second, made["code"]).status_code == 404
    monkeypatch.setattr(repository, "accept", _accept_whoever)
    with pytest.raises(AssertionError):
        assert accept(second, made["code"]).status_code == 404


def test_tries_are_limited_for_a_person_and_for_a_code(settings: Settings, database: Database) -> None:
    limited = People(create_app(dataclasses.replace(settings, rate_limits=True), database))
    ada = limited.patient()
    statuses = [accept(ada, f"{number:04}").status_code for number in range(21)]
    assert statuses == [404] * 20 + [429]
    code = uuid4().hex
    answers = [accept(limited.patient(), code) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [404] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_only_the_hash_of_a_code_is_stored(people: People, database: Database) -> None:
    made = invited(people.therapist())
    with database.reading() as db:
        row = db.execute(select(InvitationRow.__table__).where(InvitationRow.code_hash == hash_of(made["code"]))).one()
    plain = made["code"].replace("-", "")
    assert plain not in repr(row)
    assert made["code"] not in repr(row)
    assert len(plain) == 24


def test_codes_differ(people: People) -> None:
    ines = people.therapist()
    assert len({invited(ines)["code"] for _ in range(50)}) == 50


def test_so_many_invitations_wait_at_once_and_withdrawn_ones_make_room(people: People) -> None:
    ines = people.therapist()
    made = [invited(ines) for _ in range(50)]
    order = an_invitation(link_expires_at=MONTH)
    refused = ines.post(INVITATIONS, order)
    assert (refused.status_code, refused.json["code"]) == (409, "too_many_invitations")
    ines.send("DELETE", f"{INVITATIONS}/{made[0]['id']}")
    assert ines.post(INVITATIONS, order).status_code == 201
    with time_machine.travel(NOON + HOURS_72, tick=False):
        assert people.again(ines).post(INVITATIONS, order).status_code == 201


# What may be asked for, and who may ask


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_link_is_asked_for_within_twelve_months(people: People, days: int) -> None:
    end = (NOON + timedelta(days=days)).isoformat()
    answer = people.therapist().post(INVITATIONS, an_invitation(link_expires_at=end))
    assert (answer.status_code, answer.json["code"]) == (422, "care_link_end")


def test_a_therapist_invites_in_a_clinic_they_are_a_member_of(people: People) -> None:
    answer = people.therapist().post(INVITATIONS, an_invitation(link_expires_at=MONTH, clinic_id=str(uuid4())))
    assert answer.status_code == 404


def test_admins_neither_invite_nor_accept(people: People) -> None:
    admin = people.admin()
    assert admin.post(INVITATIONS, an_invitation(link_expires_at=MONTH)).status_code == 403
    assert accept(admin, invited(people.therapist())["code"]).status_code == 403


def test_invitations_are_listed_in_pages_and_are_nobody_else_s(people: People) -> None:
    ines = people.therapist()
    made = [invited(ines)["id"] for _ in range(3)]
    first = ines.get(f"{INVITATIONS}?limit=2").json
    second = ines.get(f"{INVITATIONS}?limit=2&cursor={first['next_cursor']}").json
    assert [one["id"] for one in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None
    assert "code" not in first["items"][0]
    stranger = people.therapist()
    assert stranger.get(INVITATIONS).json["items"] == []
    assert stranger.get(f"{INVITATIONS}?cursor={first['next_cursor']}").status_code == 400
    foreign = stranger.send("DELETE", f"{INVITATIONS}/{made[0]}")
    assert foreign.status_code == 404
    assert not told_apart(foreign, stranger.send("DELETE", f"{INVITATIONS}/{uuid4()}"))


# The words


def test_the_words_are_there_in_both_languages_for_every_scope_and_every_look(people: People) -> None:
    told = {spoken: people.patient().get("/v1/consent-text", **{"Accept-Language": spoken}) for spoken in ("en", "de")}
    assert {spoken: answer.headers["Content-Language"] for spoken, answer in told.items()} == {"en": "en", "de": "de"}
    assert told["en"].json["paragraphs"] != told["de"].json["paragraphs"]
    assert {one["scope"] for one in told["en"].json["scopes"]} == set(map(str, Scope))
    every = [*CONSENT_TEXT, *SCOPE_WORDS.values(), *LOOK_WORDS.values()]
    assert all(words.keys() == {"en", "de"} and all(words.values()) for words in every)
    for_therapists = {name for name, access in TABLE.items() if access.scope is not None or access.any_scope}
    assert set(LOOK_WORDS) == for_therapists | {Permission.CASELOAD_READ}
