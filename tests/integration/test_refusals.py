"""In production it starts only where nothing is in the way: fourteen conditions, each seen to stop it (G45)."""

from __future__ import annotations

import dataclasses
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask, Response
from sqlalchemy import text

from app import cli
from app.db.engine import open_database
from app.db.trail import Line, append, trail_of
from app.factory import create_app
from app.keeping.service.anchors import ANCHORS
from app.keeping.service.trail import write_anchor
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.settings import Mode, Settings, SettingsIncomplete, read_settings
from app.starting import refusals
from app.web.keyring import ensure_key
from seeds.demo.personas import THERAPIST_EMAIL
from tests.architecture.source import ROOT
from tests.builders.databases import empty_database, new_folder, prepare
from tests.builders.people import People

SECRET = "8f2d90c17ab34e65f1029c8b7d6e5a4f3b2c1d0e9f8a7b6c5d4e3f2a1b0c9d8e"
WITHIN_S = 90


class Place:
    """An installation that is about to start in production, and what is planted there."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        ensure_key(folder / "keys")
        self.database = open_database(url)
        self.settings = Settings(
            mode=Mode.PRODUCTION,
            database_url=url,
            var_dir=folder,
            external_url="https://trochlea.example",
            secret_key=SECRET,
        )
        self.app = create_app(self.settings, self.database)

    def found(self) -> set[int]:
        """Return the numbers of the conditions that do not hold."""
        return {one.number for one in refusals(self.app, (THERAPIST_EMAIL,))}

    def change(self, **told: object) -> None:
        """Set something else from outside."""
        self.app.config["TROCHLEA_SETTINGS"] = dataclasses.replace(self.settings, **told)

    def run(self, statement: str) -> None:
        """Let somebody change the database by hand."""
        with self.database.writing.begin() as db:
            db.execute(text(statement))

    def unguard(self) -> None:
        """Take the triggers of the access log away."""
        if self.database.dialect == "sqlite":
            self.run("DROP TRIGGER access_log_no_update")
        else:
            self.run("ALTER TABLE access_log DISABLE TRIGGER access_log_kept")

    def guard(self) -> None:
        """Bring them back."""
        if self.database.dialect == "sqlite":
            told = "BEGIN SELECT RAISE(ABORT, 'append only'); END"
            self.run(f"CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log {told}")
        else:
            self.run("ALTER TABLE access_log ENABLE TRIGGER access_log_kept")

    def tamper(self, statement: str) -> None:
        """Let the owner of the database change the trail, with its triggers out of the way meanwhile."""
        if self.database.dialect == "sqlite":
            with self.database.reading() as db:
                kept = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_trail'")
                triggers = db.execute(kept).all()
            before, after = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        else:
            before, after = ([f"ALTER TABLE audit_trail {do} TRIGGER USER"] for do in ("DISABLE", "ENABLE"))
        for one in (*before, statement, *after):
            self.run(one)

    @property
    def key(self) -> Path:
        """Return the signing key's file."""
        return next((self.folder / "keys").glob("*.pem"))


@pytest.fixture(scope="module")
def place(backend: str, worker_id: str) -> Iterator[Place]:
    """An installation with nothing in the way; on PostgreSQL on the tests' server, which keeps nothing over a cut."""
    url = empty_database(backend, new_folder(), f"starting_{worker_id}")
    prepare(url)
    if backend == "sqlite":
        Path(url.removeprefix("sqlite:///")).chmod(0o600)
    made = Place(url, new_folder())
    yield made
    made.database.dispose()


@pytest.fixture
def usual(place: Place) -> set[int]:
    """What is found without anything planted."""
    return set() if place.database.dialect == "sqlite" else {4}


def test_nothing_is_in_the_way_of_a_sound_installation(place: Place, usual: set[int]) -> None:
    assert place.found() == usual


@pytest.mark.parametrize("secret", ["", "too short", "a" * 64, "changeme" * 8, "secretsecretsecretsecretsecretsecret"])
def test_1_a_secret_that_can_be_guessed(place: Place, usual: set[int], secret: str) -> None:
    place.change(secret_key=secret)
    assert place.found() == usual | {1}
    place.change()


@pytest.mark.parametrize("switch", ["debug", "testing"])
def test_2_debug_or_testing(place: Place, usual: set[int], switch: str) -> None:
    setattr(place.app, switch, True)
    try:
        assert place.found() == usual | {2}
    finally:
        setattr(place.app, switch, False)


@pytest.mark.parametrize("url", ["postgresql://trochlea@db.example/trochlea", "postgresql:///t?host=db.example"])
def test_3_a_database_without_a_password(place: Place, usual: set[int], url: str) -> None:
    place.change(database_url=url)
    assert place.found() == usual | {3}
    place.change(database_url="postgresql://trochlea:word@db.example/trochlea")
    assert place.found() == usual
    place.change()


def test_3_a_database_file_that_others_may_read(place: Place, usual: set[int], tmp_path: Path) -> None:
    file = tmp_path / "open.sqlite3"
    file.touch(mode=0o600)
    place.change(database_url=f"sqlite:///{file}")
    assert place.found() == usual
    file.chmod(0o640)
    assert place.found() == usual | {3}
    place.change()


def test_a_database_file_that_we_make_is_its_owners_alone(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'own.sqlite3'}")
    with opened.writing.begin() as db:
        db.execute(text("CREATE TABLE diary (line TEXT)"))
    assert {file.stat().st_mode & 0o077 for file in tmp_path.glob("own.sqlite3*")} == {0}
    opened.dispose()


def test_4_what_a_power_cut_would_take(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    if place.database.dialect == "sqlite":
        with place.database.writer.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
            connection.exec_driver_sql("BEGIN")
    assert place.found() == {4}
    place.database.dispose()


def test_5_a_database_at_another_schema(place: Place, usual: set[int]) -> None:
    head = place.app.config["TROCHLEA_SCHEMA"]
    place.app.config["TROCHLEA_SCHEMA"] = "9999_later"
    assert place.found() == usual | {5}
    place.app.config["TROCHLEA_SCHEMA"] = head


def test_5_a_database_that_was_never_migrated_or_does_not_answer(place: Place, backend: str, tmp_path: Path) -> None:
    url = empty_database(backend, tmp_path, "starting_empty")
    empty = open_database(url)
    there = place.app.extensions["trochlea.database"]
    place.app.extensions["trochlea.database"] = empty
    assert 5 in place.found()
    place.app.extensions["trochlea.database"] = open_database("postgresql://nobody:word@127.0.0.1:1/none")
    assert place.found() == {5}
    place.app.extensions["trochlea.database"] = there
    empty.dispose()


def test_7_answers_that_any_page_may_read(place: Place, usual: set[int]) -> None:
    def open_up(response: Response) -> Response:
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    opened = create_app(place.settings, place.database)
    opened.after_request(open_up)
    assert {one.number for one in refusals(opened, ())} == usual | {7}


def test_8_an_address_without_tls(place: Place, usual: set[int]) -> None:
    place.change(external_url="http://trochlea.example")
    assert place.found() == usual | {8}
    place.change()


def test_9_tries_that_are_not_counted(place: Place, usual: set[int]) -> None:
    place.change(rate_limits=False)
    assert place.found() == usual | {9}
    place.change()


def test_10_an_access_log_that_can_be_changed(place: Place, usual: set[int]) -> None:
    place.unguard()
    assert place.found() == usual | {10}
    place.guard()
    assert place.found() == usual


def test_10_a_trail_that_was_changed(place: Place, usual: set[int]) -> None:
    actor = new_id()
    with place.database.writing.begin() as db:
        append(db, [Line(at=now(), actor_id=actor, device_id=None, action="log_in")])
    assert place.found() == usual
    own = f"trail = {trail_of(actor)}"
    place.tamper(f"UPDATE audit_trail SET action = 'log_out' WHERE {own}")
    (told,) = [one.sentence for one in refusals(place.app, ()) if one.number == 10]
    assert told == (
        f"The trail of who saw what is not as it was written (trail {trail_of(actor)}: line 1 is not what was "
        "written): keep a copy, find out who changed it, and restore a backup."
    )
    place.tamper(f"UPDATE audit_trail SET action = 'log_in' WHERE {own}")
    assert place.found() == usual


def test_10_a_trail_whose_end_was_cut_off_since_its_heads_were_written_down(place: Place, usual: set[int]) -> None:
    actor, settings = new_id(), place.settings
    with place.database.writing.begin() as db:
        append(db, [Line(at=now(), actor_id=actor, device_id=None, action="log_in")])
    write_anchor(settings.database_url, settings.var_dir)
    assert place.found() == usual
    anchors = settings.var_dir / ANCHORS
    told = anchors.read_text()
    anchors.write_text(re.sub(rf'"{trail_of(actor)}":"(\d+) ', lambda head: f'"{trail_of(actor)}":"9{head[1]} ', told))
    assert place.found() == usual | {10}
    anchors.unlink()


def test_11_demo_people(place: Place, usual: set[int]) -> None:
    ada = People(place.app).patient()
    place.run(f"UPDATE accounts SET email = '{THERAPIST_EMAIL}' WHERE email = '{ada.email}'")
    assert place.found() == usual | {11}
    place.run(f"UPDATE accounts SET email = '{ada.email}' WHERE email = '{THERAPIST_EMAIL}'")


def test_13_a_clock_that_is_off(place: Place, usual: set[int]) -> None:
    if place.database.dialect == "sqlite":
        pytest.skip("SQLite has no clock of its own")
    with time_machine.travel(now() + timedelta(seconds=40)):
        assert place.found() == usual | {13}
    with time_machine.travel(now() + timedelta(seconds=20)):
        assert place.found() == usual


def test_14_a_key_that_others_may_read(place: Place, usual: set[int]) -> None:
    place.key.chmod(0o644)
    assert place.found() == usual | {14}
    place.key.chmod(0o600)


# Whatever is found, no socket is opened


def test_serve_and_check_end_with_a_sentence_and_start_nothing(
    place: Place, usual: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr(cli.os, "execve", lambda *told: started.append(told))
    place.change(external_url="http://trochlea.example")
    run = place.app.test_cli_runner()
    for command in ("check", "serve"):
        done = run.invoke(args=[command])
        assert (done.exit_code, started) == (cli.UNSAFE, [])
        assert "8. TROCHLEA_EXTERNAL_URL is not https: put a TLS proxy in front" in done.stderr
    allowed = run.invoke(args=["serve", "--allow-insecure"])
    assert (allowed.exit_code, len(started)) == (0, 1)
    assert "NOT SAFE FOR PEOPLE'S DATA" in allowed.stderr
    assert "--bind=127.0.0.1:8000" in started[0][1]
    place.change()
    if not usual:
        assert run.invoke(args=["serve"]).exit_code == 0
        assert "NOT SAFE" not in run.invoke(args=["check"]).output


@pytest.mark.parametrize("name", ["DATABASE_URL", "SECRET_KEY", "EXTERNAL_URL", "TRUSTED_PROXY_HOPS"])
def test_1_and_6_what_has_to_be_said_is_not_filled_in(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"MODE": "production", "DATABASE_URL": "sqlite:////nowhere/x", "SECRET_KEY": SECRET}
    told |= {"EXTERNAL_URL": "https://trochlea.example", "TRUSTED_PROXY_HOPS": "0"}
    for key, value in told.items():
        monkeypatch.setenv(f"TROCHLEA_{key}", value)
    assert read_settings().trusted_proxy_hops == 0
    monkeypatch.delenv(f"TROCHLEA_{name}")
    with pytest.raises(SettingsIncomplete, match=f"TROCHLEA_{name}"):
        read_settings()


def test_3_a_standby_without_a_password_is_refused_as_well(place: Place, usual: set[int]) -> None:
    place.change(replica_url="postgresql://trochlea:word@standby.example/trochlea")
    assert place.found() == usual
    place.change(replica_url="postgresql://trochlea@standby.example/trochlea")
    assert place.found() == usual | {3}
    place.change()


def test_a_standby_is_one_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    standby = "postgresql://trochlea:word@standby.example/trochlea"
    monkeypatch.setenv("TROCHLEA_SECRET_KEY", SECRET)
    monkeypatch.setenv("TROCHLEA_REPLICA_URL", standby)
    monkeypatch.setenv("TROCHLEA_DATABASE_URL", standby.replace("standby", "first"))
    assert read_settings().replica_url == standby
    monkeypatch.setenv("TROCHLEA_DATABASE_URL", "sqlite:////nowhere/x")
    with pytest.raises(SettingsIncomplete, match="TROCHLEA_REPLICA_URL"):
        read_settings()


STARTS = {
    "serve": ["-m", "flask", "--app", "wsgi", "serve", "--port"],
    "gunicorn": ["-m", "gunicorn", "--config=python:app.serving", "wsgi:app", "--log-level=info", "--bind"],
    "allowed on any address": [
        "-m",
        "gunicorn",
        "--config=python:app.serving",
        "wsgi:app",
        "--log-level=info",
        "--bind",
    ],
    "gunicorn without its configuration": ["-m", "gunicorn", "wsgi:app", "--log-level=info", "--bind"],
    "another server": ["-m", "flask", "--app", "wsgi", "run", "--port"],
}
DEEP = {"serve", "another server", "gunicorn without its configuration", "allowed on any address"}


@pytest.mark.parametrize("how", [pytest.param(how, marks=[pytest.mark.deep] if how in DEEP else []) for how in STARTS])
def test_a_real_start_is_refused_before_any_socket(tmp_path: Path, how: str) -> None:
    url = empty_database("sqlite", tmp_path, "")
    prepare(url)
    ensure_key(tmp_path / "keys")
    told = {"MODE": "production", "DATABASE_URL": url, "SECRET_KEY": SECRET, "VAR_DIR": str(tmp_path)}
    told |= {"EXTERNAL_URL": "http://trochlea.example", "TRUSTED_PROXY_HOPS": "0"}
    told |= {"ALLOW_INSECURE": "1" if how.startswith("allowed") else "0"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TROCHLEA_")}
    environment = {**inherited, **{f"TROCHLEA_{name}": value for name, value in told.items()}}
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    where = {"serve": f"{port}", "another server": f"{port}", "allowed on any address": f"192.0.2.1:{port}"}
    command = [sys.executable, *STARTS[how], where.get(how, f"127.0.0.1:{port}")]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode != 0
    assert "8. TROCHLEA_EXTERNAL_URL is not https" in done.stderr
    if how != "gunicorn without its configuration":
        assert "Listening" not in done.stderr
    assert "Traceback" not in done.stderr or how == "gunicorn without its configuration"


def test_a_production_application_without_a_policy_or_a_key_says_so(tmp_path: Path, app: Flask) -> None:
    settings = dataclasses.replace(app.config["TROCHLEA_SETTINGS"], mode=Mode.PRODUCTION, var_dir=tmp_path)
    with pytest.raises(SettingsIncomplete, match="keys create"):
        create_app(settings, app.extensions["trochlea.database"])
