"""Where the disk is full people still read, nobody is told that something was kept, and all goes on with room (G33)."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from sqlalchemy import event, text
from structlog.testing import capture_logs

from app.db.engine import Database
from tests.builders.applications import lent_application
from tests.builders.care import let_in
from tests.builders.databases import prepare
from tests.builders.devices import Phone, a_session, put
from tests.builders.people import People
from tests.builders.servers import start_patiently
from tests.faults.clusters import OWNER, clusters
from tests.faults.figures import tell
from tests.faults.phones import Phones, nothing_is_lost, patients
from tests.integration.test_crash import half_written

RUNS = "/v1/patients/{me}/runs"
RECOVERED_WITHIN_S = 5.0
ROOM_BYTES = 96 * 2**20
MOST_TRIES = 400
FULL_AT = ("runs", "sessions", "sync_change", "audit_trail")


@dataclass
class Disk:
    """The room that a database has: as much as it wants, or none beyond what it holds."""

    database: Database
    _is_full: list[bool] = field(default_factory=lambda: [False])

    def __post_init__(self) -> None:
        if self.database.dialect == "sqlite":
            event.listen(self.database.writer, "checkout", self._limit)

    def fill(self) -> None:
        """Leave no room."""
        self._is_full[0] = True
        if self.database.dialect == "postgresql":
            self._on_each_table("CREATE TRIGGER full_disk BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION no_room()")

    def free(self) -> None:
        """Give room again."""
        self._is_full[0] = False
        if self.database.dialect == "postgresql":
            self._on_each_table("DROP TRIGGER full_disk ON {}")

    def _limit(self, connection: Any, *_: Any) -> None:
        # SQLite takes less than there is for what there is: not a page more.
        connection.execute(f"PRAGMA max_page_count = {1 if self._is_full[0] else 2**30}")

    def _on_each_table(self, statement: str) -> None:
        with self.database.writer.begin() as db:
            db.execute(text(NO_ROOM))
            for name in FULL_AT:
                db.execute(text(statement.format(name)))


NO_ROOM = """CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"""


@pytest.fixture
def limited(fresh_database_url: str, tmp_path: Path) -> Iterator[tuple[Flask, Disk]]:
    """An application whose disk can be filled."""
    prepare(fresh_database_url)
    with lent_application(fresh_database_url, tmp_path / "var", pool_size=4, log_level="info") as made:
        yield made.app, Disk(made.database)


def until_refused(ask: Callable[[], Any], *good: int) -> tuple[int, Any]:
    """Ask until there is a refusal; return how often it went well before, and the refusal."""
    for number in range(MOST_TRIES):
        answer = ask()
        if answer.status_code not in good:
            return number, answer
    raise AssertionError("the disk is never full")


def test_where_the_disk_is_full_people_read_and_nothing_is_acknowledged_that_is_not_kept(
    limited: tuple[Flask, Disk],
) -> None:
    app, disk = limited
    people = People(app)
    ada, ines = people.patient(), people.therapist()
    let_in(ada, ines)
    phone, sent = Phone(ada), []
    epoch = phone.pull(limit=1)["epoch"]

    def push() -> Any:
        sent.append([put("sessions", a_session(len(sent) % 300, note="x" * 3000)) for _ in range(3)])
        return phone.send(sent[-1], epoch=epoch)

    assert push().status_code == 200
    disk.fill()
    with capture_logs() as logged:
        kept, refused = until_refused(push, 200)
    assert refused.status_code == 503, refused.json
    assert refused.headers["Retry-After"].isdecimal()
    assert {"SQLITE_FULL", "53100"} & {line.get("sqlstate") for line in logged}, "the operator is not told why"
    assert len(phone.pull(limit=1000)["changes"]) >= 3 * (1 + kept)
    for path in ("/v1/patients/{me}/sessions", RUNS, "/v1/me", "/v1/exercises?limit=3"):
        assert ada.get(path).status_code == 200
    looks, unseen = until_refused(lambda: ines.get(f"/v1/patients/{ada.id}/sessions"), 200)
    assert (unseen.status_code, unseen.json["code"]) == (503, "not_logged")
    assert "Retry-After" in unseen.headers
    disk.free()
    again = phone.send(sent[-1], epoch=epoch)
    assert again.status_code == 200
    assert not any(one.get("duplicate") for one in again.json["results"]), "a refused batch was kept by halves"
    assert ines.get(f"/v1/patients/{ada.id}/sessions").status_code == 200
    seen = ada.get("/v1/me/access-log?limit=500").json["items"]
    assert sum(one["operation"] == "list_sessions" for one in seen) == looks + 1
    assert half_written(disk.database) == []
    held = {change["id"] for page in phone.pages() for change in page["changes"]}
    assert {op["id"] for ops in sent for op in ops} <= held


# A real disk, which needs root


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Yield a file system of its own that has little room."""
    place = folder / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_BYTES}", "tmpfs", place], check=False)
    if mounted.returncode:
        pytest.skip("a file system cannot be mounted here: this needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(place: Path) -> Path:
    """Take all the room that is left, and return the file to delete."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return filler


def survive(url: str, folder: Path, place: Path) -> str:
    """Fill the disk under eight phones, look, give room back, and return what was seen."""
    people = patients(url, folder, 4)
    server = start_patiently(url, folder)
    try:
        with Phones(people, server.url, wait_s=0.2) as phones:
            phones.await_acknowledged(60)
            filler = fill(place)
            full_at = time.monotonic()
            refused = awaited(lambda: any(a.status in (503, 507) for a in list(phones.answers) if a.at_s > full_at))
            assert refused, "the disk is never full"
            reader = {"Authorization": f"Bearer {people[0].token}"}
            reads = [
                httpx.get(f"{server.url}/v1/patients/{people[0].id}/runs", headers=reader, timeout=20).status_code
                for _ in range(20)
            ]
            assert set(reads) == {200}
            filler.unlink()
            free_at = time.monotonic()
            phones.await_acknowledged(60)
            recovered_s = phones.first_success_after(free_at) - free_at
        nothing_is_lost(server, phones, url)
    finally:
        server.stop()
    assert {answer.status for answer in phones.answers} <= {200, 503, 507}
    assert recovered_s <= RECOVERED_WITHIN_S
    return f"recovered within {recovered_s:.2f} s"


def awaited(holds: Callable[[], bool], within_s: float = 60) -> bool:
    """Return whether this held in time."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.torture
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small file system")
def test_a_disk_that_is_really_full_under_sqlite(tmp_path: Path) -> None:
    with small_disk(tmp_path) as place:
        url = f"sqlite:///{place / 'trochlea.sqlite3'}"
        prepare(url)
        tell(f"full disk, sqlite: {survive(url, tmp_path, place)}")


@pytest.mark.torture
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small file system")
def test_a_disk_that_is_really_full_under_postgresql(tmp_path: Path) -> None:
    """The tables' disk; where the write-ahead log's is full PostgreSQL stops, and waits for its operator."""
    with clusters(1) as (cluster,), small_disk(cluster.folder) as place:
        shutil.chown(place, OWNER)
        place.chmod(0o700)
        cluster.ask(f"CREATE TABLESPACE small LOCATION '{place}'")
        cluster.ask("CREATE DATABASE kept TABLESPACE small")
        prepare(cluster.url("kept"))
        tell(f"full disk, postgresql: {survive(cluster.url('kept'), tmp_path, place)}")
