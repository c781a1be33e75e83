"""A token that was just handed out is known where it was signed, for as long as its proof would hold and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from app.kernel.clock import now
from app.kernel.errors import Unauthenticated
from app.web import auth
from app.web.verified import Named
from tests.api.test_accounts import log_in, refresh, registered


def refuse() -> Named:
    """Prove nothing."""
    raise Unauthenticated


def asked(app: Flask, words: str) -> int:
    """Return the status of one's own account, asked for with these words."""
    return app.test_client().get("/v1/me", headers={"Authorization": words}).status_code


@pytest.mark.parametrize("how", ["logged in", "refreshed"])
def test_what_is_remembered_of_a_token_is_what_its_proof_says(
    app: Flask, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    client = app.test_client()
    with time_machine.travel(now(), tick=False) as clock:
        given = log_in(client, registered(client)["email"]).json
        if how == "refreshed":
            given = refresh(client, given["refresh_token"]).json
        words = f"Bearer {given['access_token']}"
        with app.test_request_context("/v1/me", headers={"Authorization": words}):
            assert app.extensions["trochlea.proven"].find(words, now()) == auth._prove()
        monkeypatch.setattr(auth, "_prove", refuse)
        assert (asked(app, words), asked(app, f"{words[:-4]}AAAA"), asked(app, words.lower())) == (200, 401, 401)
        clock.shift(timedelta(seconds=given["expires_in_s"] + auth.LEEWAY_S + 1))
        assert asked(app, words) == 401


def test_a_token_that_was_just_handed_out_opens_nothing_once_its_session_has_ended(app: Flask) -> None:
    client = app.test_client()
    words = f"Bearer {log_in(client, registered(client)['email']).json['access_token']}"
    assert asked(app, words) == 200
    assert client.post("/v1/auth/logout", headers={"Authorization": words}).status_code == 204
    assert asked(app, words) == 401
