"""A lost password: a token by mail sets a new one, once; nobody learns who has an account."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import ColumnElement, event, select
from werkzeug.test import TestResponse

from app.accounts import passwords
from app.accounts.models import AccountRow, PasswordResetRow
from app.accounts.service.letters import Letter
from app.db.engine import Database
from app.factory import create_app
from app.outreach.service.letters import Outbox
from app.settings import Settings
from tests.api.test_accounts import log_in, refresh, registered, works
from tests.builders.letters import RecordedPost

NEW = "two geese under a bridge"
NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def post(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> RecordedPost:
    """What the application under test writes to people."""
    recorded = RecordedPost(database)
    monkeypatch.setitem(app.extensions, "trochlea.mailer", recorded)
    return recorded


def ask(client: FlaskClient, email: str) -> TestResponse:
    """Ask for a token."""
    return client.post("/v1/auth/reset", json={"email": email})


def complete(client: FlaskClient, token: str, password: str = NEW) -> TestResponse:
    """Set a new password."""
    return client.post("/v1/auth/reset/completion", json={"token": token, "password": password})


def test_a_lost_password_is_replaced_every_device_is_out_and_the_owner_is_told(
    client: FlaskClient, post: RecordedPost
) -> None:
    email = registered(client)["email"]
    phone = log_in(client, email).json
    assert ask(client, email.upper()).status_code == 202
    done = complete(client, post.token_of(email))
    assert (done.status_code, done.data) == (204, b"")
    assert not works(client, phone["access_token"])
    assert refresh(client, phone["refresh_token"]).status_code == 401
    assert log_in(client, email).status_code == 401
    assert log_in(client, email, NEW).status_code == 200
    assert post.to(email) == [Letter.WELCOME, Letter.PASSWORD_RESET, Letter.PASSWORD_CHANGED]


def test_a_token_is_good_once_and_for_half_an_hour_and_using_one_ends_the_others(
    client: FlaskClient, post: RecordedPost
) -> None:
    email = registered(client)["email"]
    with time_machine.travel(NOON, tick=False):
        ask(client, email)
        first = post.token_of(email)
    with time_machine.travel(NOON + 30 * MINUTE, tick=False):
        assert complete(client, first).status_code == 404
        ask(client, email)
        second = post.token_of(email)
        ask(client, email)
        third = post.token_of(email)
    with time_machine.travel(NOON + 59 * MINUTE, tick=False):
        assert complete(client, third).status_code == 204
        again, other = complete(client, third), complete(client, second)
        unknown = complete(client, "x" * 43)
    assert {**again.json, "request_id": ""} == {**other.json, "request_id": ""} == {**unknown.json, "request_id": ""}
    assert (again.status_code, again.json["code"]) == (404, "no_such_reset")


def test_a_token_is_used_up_by_one_of_several_at_once(app: Flask, client: FlaskClient, post: RecordedPost) -> None:
    email = registered(client)["email"]
    ask(client, email)
    token = post.token_of(email)
    sent = [f"{NEW} {number}" for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda password: complete(app.test_client(), token, password).status_code, sent))
    assert statuses.count(204) == 1
    assert set(statuses) <= {204, 404, 503}


def test_a_refused_password_does_not_use_the_token_up(client: FlaskClient, post: RecordedPost) -> None:
    email = registered(client, display_name="Ada Lovelace")["email"]
    ask(client, email)
    token = post.token_of(email)
    for refused, code in (("Lovelace2026Ada!", "guessable"), ("only eleven", "too_short")):
        answer = complete(client, token, refused)
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, code)
    assert complete(client, token).status_code == 204


def test_the_token_is_kept_as_a_hash_only(client: FlaskClient, post: RecordedPost, database: Database) -> None:
    email = registered(client)["email"]
    ask(client, email)
    with database.reading() as db:
        assert db.execute(select(PasswordResetRow).where(_of(email))).first() is None, "none before it is sent"
    token = post.token_of(email)
    with database.reading() as db:
        kept = db.execute(select(PasswordResetRow.hash).where(_of(email))).scalars().all()
    assert kept == [hashlib.sha256(token.encode()).digest()]


def _of(email: str) -> ColumnElement[bool]:
    return PasswordResetRow.account_id == select(AccountRow.id).where(AccountRow.email == email).scalar_subquery()


def test_a_disabled_account_gets_no_letter_and_its_token_opens_nothing(
    client: FlaskClient, post: RecordedPost, database: Database
) -> None:
    email = registered(client)["email"]
    ask(client, email)
    token = post.token_of(email)
    disable(database, email)
    post.letters.clear()
    assert ask(client, email).status_code == 202
    assert post.letters == [(None, Letter.PASSWORD_RESET)]
    assert complete(client, token).status_code == 404


def disable(database: Database, email: str) -> None:
    """Disable somebody's account."""
    with database.writing.begin() as db:
        db.execute(AccountRow.__table__.update().where(AccountRow.email == email).values(disabled_at=NOON))


def test_registering_an_address_in_use_changes_nothing_and_its_owner_is_told(
    client: FlaskClient, post: RecordedPost, database: Database
) -> None:
    email = registered(client, display_name="Ada")["email"]
    registered(client, email=email, password=NEW, display_name="Eve")
    assert post.to(email) == [Letter.WELCOME, Letter.ALREADY_REGISTERED]
    assert log_in(client, email, NEW).status_code == 401
    assert log_in(client, email).status_code == 200
    with database.reading() as db:
        assert db.execute(select(AccountRow.display_name).where(AccountRow.email == email)).all() == [("Ada",)]


# Nobody learns who has an account (G10)


class Work:
    """Counts what a request costs: statements, commits, hashes and letters."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        self.commits, self.hashes = 0, 0
        self.engine = database.writer
        event.listen(self.engine, "after_cursor_execute", self._statement)
        event.listen(self.engine, "commit", self._commit)
        hasher = passwords._HASHER
        monkeypatch.setattr(passwords, "_HASHER", self)
        self.hasher = hasher

    def _statement(self, _c: object, _u: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT")):
            self.statements.append(statement)

    def _commit(self, _: object) -> None:
        self.commits += 1

    def hash(self, password: bytes) -> str:
        """Count a hash."""
        self.hashes += 1
        return self.hasher.hash(password)

    def verify(self, stored: str, password: bytes) -> bool:
        """Count a comparison."""
        self.hashes += 1
        return self.hasher.verify(stored, password)

    def close(self) -> None:
        """Count no more."""
        event.remove(self.engine, "after_cursor_execute", self._statement)
        event.remove(self.engine, "commit", self._commit)

    def of(self, answer: TestResponse) -> tuple[object, ...]:
        """Return what an answer shows and what it cost, and begin anew."""
        body = None if answer.json is None else {**answer.json, "request_id": ""}
        headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
        told = (answer.status_code, body, headers, len(self.statements), self.commits, self.hashes)
        self.last, self.statements = self.statements, []
        self.commits = self.hashes = 0
        return told


@pytest.fixture
def work(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """A counter of what each request costs, where letters are sent."""
    passwords._nobodys_hash()
    monkeypatch.setitem(app.extensions, "trochlea.mailer", Outbox())
    counted = Work(database, monkeypatch)
    yield counted
    counted.close()


def test_log_in_says_and_costs_the_same_for_an_address_nobody_has(client: FlaskClient, work: Work) -> None:
    email = registered(client)["email"]
    work.of(log_in(client, email, "not the password"))
    known, unknown = (
        work.of(log_in(client, address, "not the password")) for address in (email, f"{uuid4().hex}@example.org")
    )
    assert known == unknown


def test_a_reset_says_and_costs_the_same_for_an_address_nobody_has(
    client: FlaskClient, database: Database, work: Work
) -> None:
    email, disabled = registered(client)["email"], registered(client)["email"]
    disable(database, disabled)
    work.of(ask(client, email))
    found = [(work.of(ask(client, one)), work.last) for one in (email, f"{uuid4().hex}@example.org", disabled)]
    assert found[0] == found[1] == found[2]
    assert [statement for statement in work.last if statement.startswith("INSERT INTO notices")]


def test_registering_says_and_hashes_and_writes_the_same_for_an_address_in_use(
    client: FlaskClient, database: Database, work: Work
) -> None:
    body, disabled = registered(client), registered(client)
    disable(database, disabled["email"])
    work.of(client.post("/v1/accounts", json=body))
    found = []
    for sent in (body, {**body, "email": f"{uuid4().hex}@example.org"}, disabled):
        found.append(work.of(client.post("/v1/accounts", json=sent)))
        assert sum(statement.startswith("INSERT INTO notices") for statement in work.last) == 1
    assert found[0] == found[1] == found[2]


# How often


def test_five_letters_an_hour_for_an_address_whether_anybody_has_it_or_not(
    settings: Settings, database: Database, client: FlaskClient
) -> None:
    limited = create_app(dataclasses.replace(settings, rate_limits=True), database)
    known = registered(client)["email"]
    with time_machine.travel(NOON, tick=False):
        for email in (known, f"{uuid4().hex}@example.org"):
            statuses = [ask(limited.test_client(), email).status_code for _ in range(7)]
            assert statuses == [202] * 5 + [429] * 2
