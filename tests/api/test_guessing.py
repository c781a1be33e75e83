"""Guessing a password: few tries, across networks and workers, and the owner's phone is never kept out (G9, T19)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app.accounts import entering, passwords
from app.accounts.hash_slots import HashSlots
from app.accounts.models import AccountRow
from app.db.engine import Database
from app.factory import create_app
from app.settings import Settings
from app.web import limits
from tests.api.test_accounts import PASSWORD, log_in, registered
from tests.api.test_resets import complete
from tests.builders.letters import RecordedPost

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
FEW = 6
"""How many in a row end the guessing in these tests; the true number is tried in make test-deep."""


@pytest.fixture(scope="module")
def limited(settings: Settings, database: Database) -> Flask:
    """An application that counts tries."""
    return create_app(dataclasses.replace(settings, rate_limits=True), database)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let guessing end sooner, so that fewer passwords are hashed."""
    monkeypatch.setattr(entering, "TRIES_IN_A_ROW", FEW)


def guess(app: Flask, email: str, number: int, password: str = "a wrong guess", **told: str) -> TestResponse:
    """Try to log in from a network of one's own."""
    body = {"email": email, "password": password, "device_name": "phone", **told}
    elsewhere = {"REMOTE_ADDR": f"198.{18 + number // 250}.{number % 250}.7"}
    return app.test_client().post("/v1/auth/login", json=body, environ_overrides=elsewhere)


@pytest.mark.usefixtures("few")
def test_guessing_from_many_networks_ends_and_only_a_reset_helps(
    limited: Flask, client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = RecordedPost(database)
    monkeypatch.setitem(limited.extensions, "trochlea.mailer", post)
    email = registered(client)["email"]
    with time_machine.travel(NOON, tick=False):
        statuses = [guess(limited, email, number).status_code for number in range(FEW + 2)]
        assert statuses == [401] * FEW + [429] * 2
        right = guess(limited, email, 99, PASSWORD)
        assert (right.status_code, right.json["code"]) == (429, "reset_needed")
    with time_machine.travel(NOON + timedelta(days=20), tick=False):
        assert guess(limited, email, 100, PASSWORD).status_code == 429
        asked = limited.test_client().post("/v1/auth/reset", json={"email": email})
        assert asked.status_code == 202
        assert complete(limited.test_client(), post.token_of(email), "two geese under a bridge").status_code == 204
        assert guess(limited, email, 101, "two geese under a bridge").status_code == 200


@pytest.mark.usefixtures("few")
def test_an_address_nobody_has_is_counted_alike(limited: Flask) -> None:
    email = f"{uuid4().hex}@example.org"
    with time_machine.travel(NOON, tick=False):
        answers = [guess(limited, email, number) for number in range(FEW + 1)]
    assert [answer.status_code for answer in answers] == [401] * FEW + [429]
    assert answers[-1].json["code"] == "reset_needed"


@pytest.mark.usefixtures("few")
def test_a_right_password_ends_the_row(limited: Flask, client: FlaskClient) -> None:
    email = registered(client)["email"]
    with time_machine.travel(NOON, tick=False):
        for round_ in range(2):
            for number in range(FEW - 1):
                assert guess(limited, email, round_ * 20 + number).status_code == 401
            assert guess(limited, email, round_ * 20 + 10, PASSWORD).status_code == 200


@pytest.mark.usefixtures("few")
def test_a_phone_that_was_logged_in_gets_in_while_others_guess(limited: Flask, client: FlaskClient) -> None:
    email, other = registered(client)["email"], registered(client)["email"]
    token, others = log_in(client, email).json["refresh_token"], log_in(client, other).json["refresh_token"]
    with time_machine.travel(NOON, tick=False):
        for number in range(FEW + 1):
            guess(limited, email, number)
        # The very network that guesses is no hindrance either.
        for round_ in range(2):
            own = guess(limited, email, 0, PASSWORD, last_refresh_token=token)
            assert own.status_code == 200
            for number in range(FEW + 1):
                last = guess(limited, email, 200 + 10 * round_ + number)
            assert last.json["code"] == "reset_needed"
        assert guess(limited, email, 50, PASSWORD, last_refresh_token=others).status_code == 429
        assert guess(limited, email, 50, PASSWORD, last_refresh_token="x" * 43).status_code == 429


def test_a_known_phone_does_not_guess_more_often_than_anybody(limited: Flask, client: FlaskClient) -> None:
    email = registered(client)["email"]
    token = log_in(client, email).json["refresh_token"]
    with time_machine.travel(NOON, tick=False):
        found = [guess(limited, email, number, last_refresh_token=token).status_code for number in range(12)]
    assert found == [401] * 10 + [429] * 2


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("end", "known"), [("logout", True), ("revoked", False)])
def test_a_phone_that_was_logged_out_is_known_and_one_that_was_lost_is_not(
    limited: Flask, client: FlaskClient, end: str, known: bool
) -> None:
    email = registered(client)["email"]
    phone = log_in(client, email).json
    headers = {"Authorization": f"Bearer {phone['access_token']}"}
    if end == "logout":
        client.post("/v1/auth/logout", headers=headers)
    else:
        client.delete(f"/v1/me/devices/{phone['device_id']}", headers=headers)
    with time_machine.travel(NOON, tick=False):
        for number in range(FEW):
            guess(limited, email, number)
        answer = guess(limited, email, 60, PASSWORD, last_refresh_token=phone["refresh_token"])
    assert answer.status_code == (200 if known else 429)


def test_a_network_that_tries_everybody_is_stopped(limited: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "TRIES_OF_A_NETWORK", 5)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        tried = [guess(limited, f"{uuid4().hex}@example.org", 77).status_code for _ in range(7)]
    assert tried == [401] * 5 + [429] * 2


def test_where_tries_cannot_be_counted_nobody_gets_in(
    limited: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = registered(client)["email"]

    def broken(*_: object) -> int:
        raise OperationalError("INSERT", {}, Exception("the disk is full"))

    monkeypatch.setattr(limits, "_count", broken)
    answer = guess(limited, email, 0, PASSWORD)
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")


def test_without_a_free_turn_at_hashing_it_is_503_and_soon_over(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = registered(client)["email"]
    slots = HashSlots(slots=1, longest_wait_s=0.01)
    monkeypatch.setattr(passwords, "SLOTS", slots)
    held, done = Event(), Event()

    def hold() -> None:
        with slots.turn():
            held.set()
            done.wait(20)

    holder = Thread(target=hold)
    holder.start()
    held.wait(20)
    busy = log_in(client, email)
    assert (busy.status_code, busy.json["code"], busy.headers["Retry-After"]) == (503, "busy", "1")
    done.set()
    holder.join()
    assert log_in(client, email).status_code == 200


def test_a_hash_of_less_work_is_made_anew_at_the_next_log_in(client: FlaskClient, database: Database) -> None:
    email = registered(client)["email"]
    table = AccountRow.__table__
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD.encode())
    with database.writing.begin() as db:
        db.execute(table.update().where(table.c.email == email).values(password_hash=weak))
    assert log_in(client, email).status_code == 200
    with database.reading() as db:
        stored = db.execute(table.select().with_only_columns(table.c.password_hash).where(table.c.email == email))
        assert "m=19456,t=2,p=1" in stored.scalar_one()
    assert log_in(client, email).status_code == 200


@pytest.fixture
def spoofed() -> Iterator[dict[str, str]]:
    """The headers by which a client claims to come from somewhere else."""
    return (
        {"X-Forwarded-For": f"203.0.{n % 250}.{n // 250}", "Forwarded": f"for=203.0.113.{n % 250}"} for n in range(1000)
    )


@pytest.mark.deep
def test_a_thousand_guesses_with_a_thousand_claimed_addresses_verify_ten(
    limited: Flask, client: FlaskClient, spoofed: Iterator[dict[str, str]]
) -> None:
    email = registered(client)["email"]
    with time_machine.travel(NOON, tick=False):
        tried = [log_in(limited.test_client(), email, "a wrong guess", headers=told).status_code for told in spoofed]
    assert (tried.count(401), tried.count(429)) == (10, 990)


@pytest.mark.deep
def test_a_hundred_in_a_row_and_no_more(limited: Flask, client: FlaskClient) -> None:
    email = registered(client)["email"]
    with time_machine.travel(NOON, tick=False):
        tried = [guess(limited, email, number).status_code for number in range(103)]
    assert tried == [401] * 100 + [429] * 3
