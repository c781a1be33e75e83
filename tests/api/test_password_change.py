"""Whoever is logged in changes the password by saying the old one; a stolen session alone does not."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.proving import CONFIRMATIONS
from app.accounts.service.letters import Letter
from app.db.base import table_of
from app.db.engine import Database
from app.db.trail import TrailRow
from app.factory import create_app
from app.settings import Settings
from tests.api.test_accounts import log_in, refresh, registered, works
from tests.api.test_resets import complete
from tests.builders.letters import RecordedPost
from tests.builders.people import PASSWORD

NEW = "two geese under a bridge"
LINES = table_of(TrailRow)


@dataclass
class Ada:
    """Somebody with a phone and a tablet."""

    client: FlaskClient
    email: str
    phone: dict[str, str]
    tablet: dict[str, str]

    def change(self, password: str, new_password: str, **more: str) -> TestResponse:
        """Change the password with the phone."""
        body = {"password": password, "new_password": new_password, **more}
        headers = {"Authorization": f"Bearer {self.phone['access_token']}"}
        return self.client.post("/v1/me/password", json=body, headers=headers)


@pytest.fixture
def post(app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch) -> RecordedPost:
    """What the application under test writes to people."""
    recorded = RecordedPost(database)
    monkeypatch.setitem(app.extensions, "trochlea.mailer", recorded)
    return recorded


@pytest.fixture
def ada(client: FlaskClient, post: RecordedPost) -> Ada:
    """Somebody who is logged in twice."""
    email = registered(client)["email"]
    return Ada(client, email, *(log_in(client, email).json for _ in range(2)))


def test_a_changed_password_logs_out_every_other_device_and_the_owner_is_told(
    ada: Ada, post: RecordedPost, database: Database
) -> None:
    ada.client.post("/v1/auth/reset", json={"email": ada.email})
    token = post.token_of(ada.email)
    done = ada.change(PASSWORD, NEW)
    assert (done.status_code, done.data) == (204, b"")
    assert works(ada.client, ada.phone["access_token"])
    assert refresh(ada.client, ada.phone["refresh_token"]).status_code == 200
    assert not works(ada.client, ada.tablet["access_token"])
    assert refresh(ada.client, ada.tablet["refresh_token"]).status_code == 401
    assert log_in(ada.client, ada.email).status_code == 401
    assert log_in(ada.client, ada.email, NEW).status_code == 200
    assert complete(ada.client, token, "three swans on a bridge").status_code == 404
    assert post.to(ada.email)[-1] == Letter.PASSWORD_CHANGED
    with database.reading() as db:
        acts = (
            db.execute(select(LINES.c.action).where(LINES.c.device_id == UUID(ada.phone["device_id"]))).scalars().all()
        )
    assert acts.count("change_password") == 1


def test_a_session_without_the_password_changes_nothing(ada: Ada, post: RecordedPost) -> None:
    refused = ada.change("three swans on a pond", NEW)
    assert (refused.status_code, refused.json["code"]) == (403, "wrong_password")
    assert works(ada.client, ada.tablet["access_token"])
    assert log_in(ada.client, ada.email).status_code == 200
    assert Letter.PASSWORD_CHANGED not in post.to(ada.email)


@pytest.mark.parametrize("weak", ["password1234567", "aaaaaaaaaaaaaaaaaa", "short one"])
def test_the_new_password_is_as_good_as_a_first_one(ada: Ada, weak: str) -> None:
    assert ada.change(PASSWORD, weak).status_code == 422
    assert log_in(ada.client, ada.email).status_code == 200


def test_whoever_holds_a_session_cannot_guess_the_password(ada: Ada, settings: Settings, database: Database) -> None:
    limited = create_app(dataclasses.replace(settings, rate_limits=True), database)
    holder = dataclasses.replace(ada, client=limited.test_client())
    tries = [holder.change("three swans on a pond", NEW).status_code for _ in range(CONFIRMATIONS + 1)]
    assert tries == [403] * CONFIRMATIONS + [429]
    assert holder.change(PASSWORD, NEW).status_code == 429
