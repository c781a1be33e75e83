"""The version before the newest migration serves on while the schema goes to the next, and beside the next (G36).

What the version before was is asked of git: the last state of the main line whose schema is not today's. Without git
and its history the test is skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import cast
from uuid import UUID, uuid4

import httpx
import pytest
from flask.testing import FlaskClient

from app.db.engine import open_database
from migrations import head, migrate
from tests.builders.people import PASSWORD, Person
from tests.builders.servers import PATIENT_S, ROOT, SECRET, Server, product_environment, start_server
from tests.faults.figures import tell
from tests.faults.phones import Phones, nothing_is_lost

PHONES = 4
ENOUGH = 120
"""So many operations are acknowledged before the migration, after it, and with both versions serving."""


def git(*words: str) -> bytes:
    """Return what git says; skip where there is none, or no history."""
    try:
        return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git, or not the history of this tree")


@pytest.fixture
def before(tmp_path: Path) -> tuple[Path, str]:
    """The tree of the version before, and the revision of its schema."""
    for commit in git("log", "--first-parent", "--format=%H", "--", "migrations/HEAD").decode().split():
        revision = git("show", f"{commit}^1:migrations/HEAD").decode().strip()
        if revision != head():
            with tarfile.open(fileobj=BytesIO(git("archive", f"{commit}^1"))) as tree:
                tree.extractall(tmp_path / "before", filter="data")
            return tmp_path / "before", revision
    pytest.skip("the history has one schema only")


def signed_up(url: str) -> Person:
    """Register a patient over HTTP and log a phone in; what is asked of them is asked with their token alone."""
    email = f"{uuid4().hex}@example.org"
    with httpx.Client(base_url=url, timeout=60) as client:
        told = {"email": email, "password": PASSWORD, "display_name": "Ada", "zone": "Europe/Berlin"}
        assert client.post("/v1/accounts", json=told).status_code == 202
        answer = client.post("/v1/auth/login", json={"email": email, "password": PASSWORD, "device_name": "phone"})
    assert answer.status_code == 200, answer.text
    given = answer.json()
    tokens = UUID(given["device_id"]), given["refresh_token"], given["access_token"]
    return Person(UUID(given["account_id"]), email, *tokens, cast(FlaskClient, None))


def status_of(url: str, path: str) -> int:
    """Ask for a page."""
    return httpx.get(url + path, timeout=60).status_code


@pytest.mark.torture
def test_the_version_before_serves_while_the_schema_goes_on_and_beside_the_next(
    before: tuple[Path, str], fresh_database_url: str, tmp_path: Path
) -> None:
    tree, revision = before
    environment = product_environment(fresh_database_url, tmp_path / "var", SECRET)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "migrate"]
    subprocess.run(command, cwd=tree, env={**os.environ, **environment}, check=True, capture_output=True)
    older = start_server(environment, tmp_path, ready_at="/health/ready", ready_within_s=PATIENT_S, root=tree)
    try:
        people = [signed_up(older.url) for _ in range(PHONES)]
        phones = Phones(people, older.url, PHONES)
        with phones:
            phones.await_acknowledged(ENOUGH)
            migrated(fresh_database_url)
            phones.await_acknowledged(ENOUGH)
            assert signed_up(older.url).token
            newer = start_server(environment, tmp_path, ready_at="/health/ready", ready_within_s=PATIENT_S)
            with killed_in_the_end(newer), Phones(people, newer.url, PHONES) as beside:
                phones.await_acknowledged(ENOUGH)
                beside.await_acknowledged(ENOUGH)
        assert (status_of(older.url, "/health/live"), status_of(older.url, "/health/ready")) == (200, 503)
        newer = start_server(environment, tmp_path, ready_at="/health/ready", ready_within_s=PATIENT_S)
        with killed_in_the_end(newer):
            for of_one in (phones, beside):
                nothing_is_lost(newer, of_one, fresh_database_url)
    finally:
        older.kill()
    answered = Counter(answer.status for answer in phones.answers)
    tell(
        f"the version before, {fresh_database_url.partition(':')[0]}: {revision} served on while the schema went to "
        f"{head()}, and beside it: {phones.record.acknowledged} operations acknowledged by the one, "
        f"{beside.record.acknowledged} by the other; its answers: {dict(answered)}"
    )
    assert answered.keys() <= {200, 503}


def migrated(url: str) -> None:
    """Bring a database to the newest schema."""
    database = open_database(url, pool_size=2)
    try:
        migrate(database.writer)
    finally:
        database.dispose()


@contextmanager
def killed_in_the_end(server: Server) -> Iterator[None]:
    """End a server, whatever happens."""
    try:
        yield
    finally:
        server.kill()
