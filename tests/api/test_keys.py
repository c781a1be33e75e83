"""Signing keys come and go while the server runs: published, signing, only checking, gone; or gone at once."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask

from app.db.engine import Database, open_database
from app.factory import create_app
from app.kernel.clock import now
from app.settings import Settings
from app.web.keyring import KeyState, TooEarly, create_key, load_keyring, rotate, standings
from tests.api.test_accounts import refresh, works
from tests.builders.databases import prepare
from tests.builders.people import People, Person
from tests.levels import SQLITE_FIRST

pytestmark = SQLITE_FIRST


LIVES = timedelta(seconds=630)
DAY = timedelta(days=1)


@pytest.fixture
def own(settings: Settings, database: Database, tmp_path: Path) -> Flask:
    """An application with keys of its own."""
    return create_app(dataclasses.replace(settings, var_dir=tmp_path), database)


@pytest.fixture
def alone(settings: Settings, fresh_database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application with keys and a database of its own: what is revoked here ends nobody else's token."""
    prepare(fresh_database_url)
    database = open_database(fresh_database_url)
    yield create_app(dataclasses.replace(settings, var_dir=tmp_path), database)
    database.dispose()


def states(app: Flask) -> list[str]:
    """Return what each key is for, the oldest first."""
    return [one.state for one in standings(folder(app)).values()]


def folder(app: Flask) -> Path:
    """Return where an application's keys are."""
    found: Settings = app.config["TROCHLEA_SETTINGS"]
    return found.keys_dir


def published(app: Flask) -> dict[str, Ed25519PublicKey]:
    """Return the keys that anybody may check tokens with."""
    told = app.test_client().get("/v1/.well-known/jwks.json")
    assert told.status_code == 200
    assert {tuple(sorted(key)) for key in told.json["keys"]} == {("alg", "crv", "kid", "kty", "use", "x")}
    return {
        key["kid"]: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
        for key in told.json["keys"]
    }


def kid_of(person: Person) -> str:
    """Return which key a person's token names."""
    return str(jwt.get_unverified_header(person.token)["kid"])


def rotated(app: Flask) -> None:
    """Rotate as if the next key had been published for a day."""
    rotate(folder(app), LIVES, now() + DAY)


def test_a_key_is_published_then_signs_then_checks_and_is_gone(own: Flask) -> None:
    people = People(own)
    first = people.patient()
    rotate(folder(own), LIVES, now())
    assert states(own) == ["signing", "next"]
    assert len(published(own)) == 2
    rotated(own)
    assert states(own) == ["verify_only", "signing", "next"]
    second = people.patient()
    assert kid_of(first) != kid_of(second)
    assert works(first.client, first.token)
    assert works(second.client, second.token)
    assert set(published(own)) >= {kid_of(first), kid_of(second)}
    rotate(folder(own), LIVES, now() + 3 * DAY)
    assert states(own) == ["retired", "verify_only", "signing", "next"]
    assert not works(first.client, first.token)
    assert not (folder(own) / f"{kid_of(first)}.pem").exists()
    assert kid_of(first) not in published(own)


def test_a_key_does_not_sign_before_it_was_published_for_a_day(own: Flask) -> None:
    rotate(folder(own), LIVES, now())
    with pytest.raises(TooEarly):
        rotate(folder(own), LIVES, now() + DAY - timedelta(minutes=1))
    assert states(own) == ["signing", "next"]


def test_whoever_reads_the_published_keys_checks_tokens_with_them(own: Flask) -> None:
    ada = People(own).patient()
    said = jwt.decode(ada.token, published(own)[kid_of(ada)], algorithms=["EdDSA"], audience="trochlea")
    assert said["sub"] == str(ada.id)


def test_a_token_of_a_key_that_does_not_sign_yet_is_refused(own: Flask) -> None:
    ada = People(own).patient()
    rotate(folder(own), LIVES, now())
    ring = load_keyring(folder(own))
    ((kid, key),) = ring.published.items()
    claims = jwt.decode(ada.token, options={"verify_signature": False})
    early = jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": kid, "typ": "at+jwt"})
    assert not works(ada.client, early)
    assert works(ada.client, ada.token)


def test_a_revoked_key_ends_every_access_token_at_once_and_no_session(alone: Flask) -> None:
    people = People(alone)
    ada, ben = people.patient(), people.patient()
    rotated(alone)
    done = alone.test_cli_runner().invoke(args=["keys", "revoke", kid_of(ada)])
    assert done.exit_code == 0, done.output
    assert states(alone) == ["retired", "signing"]
    assert not works(ada.client, ada.token)
    again = refresh(ben.client, ben.refresh_token).json
    assert works(ben.client, again["access_token"])
    assert alone.test_cli_runner().invoke(args=["keys", "revoke", kid_of(ada)]).exit_code != 0


def test_a_new_epoch_ends_tokens_whose_key_is_still_good(alone: Flask) -> None:
    ada = People(alone).patient()
    another = create_key(folder(alone))
    assert alone.test_cli_runner().invoke(args=["keys", "revoke", another]).exit_code == 0
    assert kid_of(ada) in published(alone)
    assert not works(ada.client, ada.token)
    assert works(ada.client, refresh(ada.client, ada.refresh_token).json["access_token"])


def test_keys_of_before_there_was_a_table_go_on(own: Flask, settings: Settings, database: Database) -> None:
    ada = People(own).patient()
    (folder(own) / "states.json").unlink()
    later = create_app(own.config["TROCHLEA_SETTINGS"], database)
    assert later.test_client().get("/v1/me", headers={"Authorization": f"Bearer {ada.token}"}).status_code == 200
    rotate(folder(own), LIVES, now())
    assert states(own) == [KeyState.SIGNING, KeyState.NEXT]


def test_the_commands_say_what_they_find_and_files_are_the_owners_alone(own: Flask) -> None:
    run = own.test_cli_runner()
    assert run.invoke(args=["keys", "rotate"]).exit_code == 0
    early = run.invoke(args=["keys", "rotate"])
    assert (early.exit_code, "24 hours" in early.output) == (2, True)
    assert [line.split()[1] for line in run.invoke(args=["keys", "list"]).output.splitlines()] == ["signing", "next"]
    assert {file.stat().st_mode & 0o077 for file in folder(own).iterdir() if file.name != ".lock"} == {0}


def test_the_published_keys_may_be_kept_and_asked_for_again_by_tag(own: Flask) -> None:
    client = own.test_client()
    first = client.get("/v1/.well-known/jwks.json")
    again = client.get("/v1/.well-known/jwks.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    rotate(folder(own), LIVES, now())
    other = client.get("/v1/.well-known/jwks.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (other.status_code, len(other.json["keys"])) == (200, 2)
