"""Accounts over HTTP: register, log in, devices, and tokens in the wrong hands."""

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
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.accounts.domain import LIFETIMES, MAX_SIBLINGS
from app.accounts.models import AccountRow, DeviceRow
from app.db.engine import Database
from app.factory import create_app
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.settings import Settings
from tests.builders.people import PASSWORD, People, Person

LONG = "a boat, six oars and nobody rowing: the lake is wide"
NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def registration(**changes: Any) -> dict[str, Any]:
    """Return a good registration."""
    body = {
        "email": f"{uuid4().hex}@example.org",
        "password": PASSWORD,
        "display_name": "Ada",
        "zone": "Europe/Berlin",
    }
    return {**body, **changes}


def registered(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    """Register somebody and return what was sent."""
    body = registration(**changes)
    answer = client.post("/v1/accounts", json=body)
    assert (answer.status_code, answer.json) == (202, {"status": "accepted"}), answer.json
    return body


def log_in(client: FlaskClient, email: str, password: str = PASSWORD, **options: Any) -> TestResponse:
    """Log in."""
    body = {"email": email, "password": password, "device_name": "phone"}
    return client.post("/v1/auth/login", json=body, **options)


def refresh(client: FlaskClient, token: str) -> TestResponse:
    """Exchange a refresh token."""
    return client.post("/v1/auth/token", json={"refresh_token": token})


def works(client: FlaskClient, access_token: str) -> bool:
    """Does an access token open one's own account?"""
    answer = client.get("/v1/me", headers={"Authorization": f"Bearer {access_token}"})
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


def faults(answer: TestResponse) -> dict[str, str]:
    """Return the code of each fault by its pointer."""
    assert answer.status_code == 422, answer.json
    return {fault["pointer"]: fault["code"] for fault in answer.json["errors"]}


@pytest.fixture(scope="module")
def limited(settings: Settings, database: Database) -> Flask:
    """An application that counts tries."""
    return create_app(dataclasses.replace(settings, rate_limits=True), database)


# Registering and logging in


def test_a_person_reads_their_own_account(people: People) -> None:
    ada = people.patient()
    answer = ada.get("/v1/me")
    assert answer.status_code == 200
    assert answer.json["id"] == str(ada.id)


def test_a_person_registers_logs_in_and_reads_their_account(client: FlaskClient) -> None:
    body = registered(client, display_name="Ada Lovelace")
    tokens = log_in(client, body["email"])
    assert tokens.status_code == 200
    assert tokens.json["token_type"] == "Bearer"
    me = client.get("/v1/me", headers={"Authorization": f"Bearer {tokens.json['access_token']}"})
    assert {name: me.json[name] for name in ("email", "role", "zone", "professional_role")} == {
        "email": body["email"],
        "role": "patient",
        "zone": "Europe/Berlin",
        "professional_role": None,
    }
    assert "password" not in str(me.json)


def test_a_therapist_declares_a_profession_and_nobody_else_does(client: FlaskClient) -> None:
    registered(client, role="therapist", professional_role="physiotherapist")
    for body in (registration(role="therapist"), registration(professional_role="coach")):
        answer = client.post("/v1/accounts", json=body)
        assert faults(answer) == {"/professional_role": "invalid"}


@pytest.mark.parametrize("role", ["admin", "ADMIN", "Patient", "operator", "", None, 1, True, ["patient"], {}])
def test_nobody_registers_as_anything_but_patient_or_therapist(client: FlaskClient, role: Any) -> None:
    assert "/role" in faults(client.post("/v1/accounts", json=registration(role=role)))


@pytest.mark.parametrize(
    "name", ["id", "disabled_at", "created_at", "is_admin", "password_hash", "verified", "scopes", "__proto__", "Role"]
)
def test_a_member_that_is_not_asked_for_is_refused_by_name_and_nothing_is_stored(
    client: FlaskClient, database: Database, name: str
) -> None:
    body = registration(**{name: "2026-11-20T00:00:00Z"})
    assert faults(client.post("/v1/accounts", json=body)) == {f"/{name}": "unknown_field"}
    with database.reading() as db:
        assert db.execute(select(AccountRow.id).where(AccountRow.email == body["email"])).all() == []


@pytest.mark.parametrize("name", ["email", "password", "display_name", "zone"])
def test_what_is_missing_is_named(client: FlaskClient, name: str) -> None:
    body = registration()
    del body[name]
    assert faults(client.post("/v1/accounts", json=body)) == {f"/{name}": "required"}


def test_the_case_of_an_address_does_not_matter(client: FlaskClient) -> None:
    email = f"Ada.{uuid4().hex}@Example.ORG"
    registered(client, email=email)
    assert log_in(client, email.upper()).status_code == 200
    other = "another pond with no ducks"
    assert client.post("/v1/accounts", json=registration(email=email.lower(), password=other)).status_code == 202
    assert log_in(client, email, other).status_code == 401


@pytest.mark.parametrize(
    "email",
    ["", "ada", "ada@", "@example.org", "a b@example.org", '"\x01"@example.org', "a@b\n.org", "x" * 300 + "@e.org"],
)
def test_what_is_no_address_is_refused(client: FlaskClient, email: str) -> None:
    assert faults(client.post("/v1/accounts", json=registration(email=email))) == {"/email": "invalid"}


@pytest.mark.parametrize(
    "password", ["", "short", "fourteen chars", "x" * 129, "nul\0in the middle", "cr\rin the middle"]
)
def test_a_password_that_is_too_short_or_too_long_or_unreadable_is_refused(client: FlaskClient, password: str) -> None:
    assert faults(client.post("/v1/accounts", json=registration(password=password))) == {"/password": "invalid"}


def test_long_passwords_that_differ_in_the_last_character_are_two(client: FlaskClient) -> None:
    stem = (LONG * 3)[:127]
    body = registered(client, password=stem + "b")
    assert log_in(client, body["email"], stem + "b").status_code == 200
    assert log_in(client, body["email"], stem + "c").status_code == 401
    assert log_in(client, body["email"], stem).status_code == 401


def test_a_password_of_the_longest_kind_is_taken_in_any_script(client: FlaskClient) -> None:
    password = "".join(chr(0x1F980 + number % 37 + number % 11) for number in range(128))
    assert log_in(client, registered(client, password=password)["email"], password).status_code == 200


def test_a_password_typed_in_another_normal_form_is_the_same(client: FlaskClient) -> None:
    body = registered(client, password="ein größerer Schlüssel")
    assert log_in(client, body["email"], "ein gro\u0308ßerer Schlu\u0308ssel").status_code == 200
    assert log_in(client, body["email"], "ein grosserer Schlussel").status_code == 401


def test_a_wrong_password_and_an_unknown_account_are_answered_alike(client: FlaskClient) -> None:
    body = registered(client)
    wrong, unknown = log_in(client, body["email"], "not the password"), log_in(client, "nobody@example.org")
    assert wrong.status_code == unknown.status_code == 401
    assert {**wrong.json, "request_id": ""} == {**unknown.json, "request_id": ""}
    assert set(wrong.headers.keys()) == set(unknown.headers.keys())
    assert wrong.headers["WWW-Authenticate"] == "Bearer"


def test_a_disabled_account_cannot_log_in_refresh_or_ask(
    client: FlaskClient, database: Database, people: People
) -> None:
    body = registered(client)
    tokens = log_in(client, body["email"]).json
    with database.writing.begin() as db:
        db.execute(update(AccountRow).where(AccountRow.email == body["email"]).values(disabled_at=NOON))
    assert log_in(client, body["email"]).json["code"] == "wrong_credentials"
    assert refresh(client, tokens["refresh_token"]).status_code == 401
    assert not works(client, tokens["access_token"])


# Devices


def test_a_device_that_is_logged_out_is_out_at_once(people: People, client: FlaskClient) -> None:
    ada = people.patient()
    assert ada.post("/v1/auth/logout").status_code == 204
    assert ada.get("/v1/me").status_code == 401
    assert refresh(client, ada.refresh_token).status_code == 401
    assert ada.post("/v1/auth/logout").status_code == 401


def test_a_lost_phone_is_logged_out_from_another(client: FlaskClient) -> None:
    email = registered(client)["email"]
    phone, tablet = log_in(client, email).json, log_in(client, email).json
    headers = {"Authorization": f"Bearer {tablet['access_token']}"}
    listed = client.get("/v1/me/devices", headers=headers).json["items"]
    assert {device["id"]: device["current"] for device in listed} == {
        phone["device_id"]: False,
        tablet["device_id"]: True,
    }
    assert client.delete(f"/v1/me/devices/{phone['device_id']}", headers=headers).status_code == 204
    assert not works(client, phone["access_token"])
    assert refresh(client, phone["refresh_token"]).status_code == 401
    assert works(client, tablet["access_token"])
    listed = client.get("/v1/me/devices", headers=headers).json["items"]
    assert [device["id"] for device in listed] == [tablet["device_id"]]


def test_another_person_s_device_is_as_good_as_none(people: People) -> None:
    ada, ben = people.patient(), people.patient()
    foreign = ada.send("DELETE", f"/v1/me/devices/{ben.device_id}")
    missing = ada.send("DELETE", f"/v1/me/devices/{new_id()}")
    assert foreign.status_code == missing.status_code == 404
    assert {**foreign.json, "request_id": ""} == {**missing.json, "request_id": ""}
    assert ben.get("/v1/me").status_code == 200


# Refresh tokens


@pytest.fixture(params=["patient", "therapist"])
def person(request: pytest.FixtureRequest, people: People, settings: Settings) -> Iterator[tuple[Person, timedelta]]:
    """Somebody logged in at noon, with the grace in which a lost answer may be asked for again."""
    grace_s = settings.refresh_grace_patient_s if request.param == "patient" else settings.refresh_grace_professional_s
    with time_machine.travel(NOON, tick=False):
        someone = getattr(people, request.param)()
    return someone, timedelta(seconds=grace_s)


def test_the_grace_is_a_minute_for_patients_and_ten_seconds_for_professionals(settings: Settings) -> None:
    assert (settings.refresh_grace_patient_s, settings.refresh_grace_professional_s) == (60, 10)


def test_a_refresh_token_is_exchanged_for_the_next_one(person: tuple[Person, timedelta], client: FlaskClient) -> None:
    token = person[0].refresh_token
    for step in range(1, 6):
        with time_machine.travel(NOON + step * timedelta(minutes=9), tick=False):
            answer = refresh(client, token)
            assert answer.status_code == 200
            assert answer.json["refresh_token"] != token
            assert works(client, answer.json["access_token"])
            token = answer.json["refresh_token"]


def test_a_lost_answer_may_be_asked_for_again_within_the_grace(
    person: tuple[Person, timedelta], client: FlaskClient
) -> None:
    someone, grace = person
    with time_machine.travel(NOON, tick=False):
        lost = refresh(client, someone.refresh_token).json
    with time_machine.travel(NOON + grace, tick=False):
        sibling = refresh(client, someone.refresh_token)
        assert sibling.status_code == 200
        assert sibling.json["refresh_token"] != lost["refresh_token"]
        assert refresh(client, sibling.json["refresh_token"]).status_code == 200


def test_a_used_token_after_the_grace_ends_the_family_and_no_other_device(
    people: People, client: FlaskClient, settings: Settings, database: Database
) -> None:
    with time_machine.travel(NOON, tick=False):
        email = registered(client)["email"]
        stolen, other = log_in(client, email).json, log_in(client, email).json
        newest = refresh(client, stolen["refresh_token"]).json
    late = NOON + timedelta(seconds=settings.refresh_grace_patient_s) + SECOND
    with time_machine.travel(late, tick=False):
        assert works(client, newest["access_token"])
        reused = refresh(client, stolen["refresh_token"])
        assert (reused.status_code, reused.json["code"]) == (401, "invalid_grant")
        assert not works(client, newest["access_token"])
        assert not works(client, stolen["access_token"])
        assert refresh(client, newest["refresh_token"]).status_code == 401
        assert works(client, other["access_token"])
        assert refresh(client, other["refresh_token"]).status_code == 200
    with database.reading() as db:
        statement = select(DeviceRow.revoked_at, DeviceRow.revoke_reason).where(
            DeviceRow.id == UUID(stolen["device_id"])
        )
        assert tuple(db.execute(statement).one()) == (late, "refresh_reuse")


def test_the_grace_of_a_professional_is_over_after_ten_seconds(people: People, client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False):
        therapist = people.therapist()
        newest = refresh(client, therapist.refresh_token).json
    with time_machine.travel(NOON + 11 * SECOND, tick=False):
        assert refresh(client, therapist.refresh_token).status_code == 401
        assert not works(client, newest["access_token"])


def test_the_token_before_the_last_ends_the_family_even_within_the_grace(
    person: tuple[Person, timedelta], client: FlaskClient
) -> None:
    with time_machine.travel(NOON, tick=False):
        second = refresh(client, person[0].refresh_token).json
        third = refresh(client, second["refresh_token"]).json
        assert refresh(client, person[0].refresh_token).status_code == 401
        assert not works(client, third["access_token"])
        assert refresh(client, third["refresh_token"]).status_code == 401


def test_at_most_five_siblings_are_given(person: tuple[Person, timedelta], client: FlaskClient) -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [refresh(client, person[0].refresh_token) for _ in range(MAX_SIBLINGS + 2)]
        assert [answer.status_code for answer in answers] == [200] * (MAX_SIBLINGS + 1) + [401]
        assert not works(client, answers[0].json["access_token"])


@pytest.mark.parametrize("round_", range(3))
def test_a_race_of_five_takes_one_step_and_all_five_succeed(
    people: People, app: Flask, database: Database, round_: int
) -> None:
    ada = people.patient()
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: refresh(app.test_client(), ada.refresh_token), range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len({answer.json["refresh_token"] for answer in answers}) == 5
    with database.reading() as db:
        statement = select(DeviceRow.generation, DeviceRow.siblings).where(DeviceRow.id == ada.device_id)
        assert tuple(db.execute(statement).one()) == (2, 4)


@pytest.mark.parametrize("token", ["", "x", "nothing" * 20, "٣" * 43, "a\tb", None, 7, ["x"]])
def test_what_was_never_given_out_is_refused(client: FlaskClient, token: Any) -> None:
    assert refresh(client, token).status_code in {401, 422}


def test_a_session_that_is_not_used_ends(people: People, client: FlaskClient) -> None:
    for role, make in ((Role.PATIENT, people.patient), (Role.THERAPIST, people.therapist)):
        with time_machine.travel(NOON, tick=False):
            used, unused = make(), make()
        with time_machine.travel(NOON + LIFETIMES[role].idle - SECOND, tick=False):
            assert refresh(client, used.refresh_token).status_code == 200
        with time_machine.travel(NOON + LIFETIMES[role].idle, tick=False):
            assert refresh(client, unused.refresh_token).status_code == 401


def test_a_session_ends_however_much_it_is_used(people: People, client: FlaskClient) -> None:
    for role, make in ((Role.PATIENT, people.patient), (Role.THERAPIST, people.therapist)):
        lifetime = LIFETIMES[role]
        with time_machine.travel(NOON, tick=False):
            token = make().refresh_token
        at = NOON
        while at + lifetime.idle / 2 < NOON + lifetime.absolute:
            at += lifetime.idle / 2
            with time_machine.travel(at, tick=False):
                answer = refresh(client, token)
                assert answer.status_code == 200
                token = answer.json["refresh_token"]
        with time_machine.travel(NOON + lifetime.absolute, tick=False):
            assert refresh(client, token).status_code == 401


# How often


def test_ten_tries_in_a_quarter_of_an_hour_and_no_more_across_processes(
    limited: Flask, settings: Settings, database: Database
) -> None:
    second = create_app(dataclasses.replace(settings, rate_limits=True), database)
    email, noon = f"{uuid4().hex}@example.org", NOON - timedelta(days=1)  # no other test has counted tries then
    with time_machine.travel(noon, tick=False):
        clients = [limited.test_client(), second.test_client()]
        answers = [log_in(clients[number % 2], email, "wrong password") for number in range(12)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
        assert int(answers[-1].headers["Retry-After"]) == 900
        assert answers[-1].json["code"] == "too_many_requests"
    with time_machine.travel(noon + timedelta(minutes=15), tick=False):
        assert log_in(limited.test_client(), email, "wrong password").status_code == 401


def test_the_right_password_does_not_help_beyond_the_limit(limited: Flask, client: FlaskClient) -> None:
    email = registered(client)["email"]
    with time_machine.travel(NOON, tick=False):
        for _ in range(10):
            log_in(limited.test_client(), email, "wrong password")
        assert log_in(limited.test_client(), email).status_code == 429


def test_one_account_s_limit_is_not_another_s_nor_another_network_s(limited: Flask, client: FlaskClient) -> None:
    ada, ben = registered(client)["email"], registered(client)["email"]
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.7"}}
    with time_machine.travel(NOON, tick=False):
        for _ in range(11):
            log_in(limited.test_client(), ada, "wrong password")
        assert log_in(limited.test_client(), ben).status_code == 200
        assert log_in(limited.test_client(), ada, **elsewhere).status_code == 200


def test_a_forwarded_address_is_ignored_unless_a_proxy_is_trusted(limited: Flask) -> None:
    email = f"{uuid4().hex}@example.org"
    with time_machine.travel(NOON, tick=False):
        answers = [
            log_in(limited.test_client(), email, "wrong password", headers={"X-Forwarded-For": f"203.0.{number}.1"})
            for number in range(11)
        ]
    assert answers[-1].status_code == 429


@pytest.mark.parametrize("address", ["garbage", "", "fe80::1%eth0", "2001:db8::1", "::ffff:203.0.113.5", "unix:"])
def test_an_address_of_any_form_is_counted(limited: Flask, address: str) -> None:
    body = {"environ_overrides": {"REMOTE_ADDR": address}}
    assert log_in(limited.test_client(), f"{uuid4().hex}@example.org", **body).status_code == 401


def test_ipv4_clients_of_a_two_stack_socket_do_not_share_one_network(limited: Flask) -> None:
    email = f"{uuid4().hex}@example.org"
    with time_machine.travel(NOON, tick=False):
        for _ in range(11):
            log_in(limited.test_client(), email, environ_overrides={"REMOTE_ADDR": "::ffff:203.0.113.5"})
        other = log_in(limited.test_client(), email, environ_overrides={"REMOTE_ADDR": "::ffff:198.51.100.7"})
    assert other.status_code == 401


def test_no_cache_may_keep_the_tokens_of_a_log_in(client: FlaskClient) -> None:
    email, password = f"{uuid4().hex}@example.org", "three ducks on a pond"
    account = {"email": email, "password": password, "display_name": "Kim", "zone": "UTC"}
    assert client.post("/v1/accounts", json=account).status_code == 202
    tokens = client.post("/v1/auth/login", json={"email": email, "password": password, "device_name": "phone"})
    assert (tokens.status_code, tokens.headers["Cache-Control"]) == (200, "no-store")
