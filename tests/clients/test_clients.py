"""The clients of docs/clients, run by Node against the real server: all devices end with the server's state."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.synced import SyncStream
from app.sync.service import streams
from tests.builders.servers import ROOT, Server, product_environment, start_server
from tests.levels import SQLITE_FIRST

CLIENTS = ROOT / "docs" / "clients"
SOURCES = ("http", "rxdb", "watermelondb", "chaos", "package.json")
RECORDS, DEEP_RECORDS = 40, 500
SEED = 20_261_121
WITHIN_S, DEEP_WITHIN_S = 120, 900
INSTALLED_WITHIN_S = 240

Sabotage = tuple[str, str, str]
"""(file, what it says, what it is made to say)."""

PLANTED: dict[str, Sabotage] = {
    "edits do not say what they began from": (
        "http/client.mjs",
        "base: { ver: row.ver }",
        "base: { ver: null }",
    ),
    "a tombstone is not taken over": (
        "http/client.mjs",
        "if (server === null || server.data === null) delete",
        "if (server === null) delete",
    ),
    "a snapshot sweeps nothing": (
        "rxdb/replication.mjs",
        "documents: [...documents, ...gone]",
        "documents",
    ),
}


@dataclass
class Place:
    """A server with the database behind it, and the folder that the clients run in."""

    server: Server
    database: Database
    clients: Path


@pytest.fixture(scope="session")
def packages() -> Path:
    """The clients' packages, installed once for all workers and runs, outside the project."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("the clients run in Node; node or npm is not here")
    manifest = (CLIENTS / "package.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "trochlea"
    folder = cache / f"clients-{hashlib.sha256(manifest).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    for name in ("package.json", ".npmrc"):
        shutil.copy(CLIENTS / name, folder)
    # No package needs to build anything; nobody's scripts are run.
    command = ["npm", "install", "--ignore-scripts", "--no-progress", "--prefer-offline"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=INSTALLED_WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install the clients' packages within {INSTALLED_WITHIN_S} s")
    if done.returncode != 0:
        pytest.skip(f"npm cannot install the clients' packages here: {done.stderr[-400:]}")
    (folder / "installed").touch()


@pytest.fixture
def place(packages: Path, database_url: str, database: Database, tmp_path: Path) -> Iterator[Place]:
    """A real server, and a copy of the clients beside their packages."""
    clients = tmp_path / "clients"
    for name in SOURCES:
        source = CLIENTS / name
        (shutil.copytree if source.is_dir() else _copy)(source, clients / name)
    (clients / "node_modules").symlink_to(packages)
    environment = product_environment(database_url, tmp_path / "var", "a secret of the clients' test, long")
    server = start_server(environment, tmp_path)
    try:
        yield Place(server, database, clients)
    finally:
        server.stop()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def converge(place: Place, records: int, seed: int, within_s: float) -> tuple[int, dict[str, Any]]:
    """Run the harness, change the database where it asks for it, return its exit code and summary."""
    command = ["node", "chaos/converge.mjs", f"--url={place.server.url}", f"--records={records}", f"--seed={seed}"]
    pipe = subprocess.PIPE
    with (place.clients / "errors.txt").open("w+") as errors:
        with subprocess.Popen(
            [*command, "--hooks"], cwd=place.clients, stdin=pipe, stdout=pipe, stderr=errors, text=True
        ) as running:
            watchdog = threading.Timer(within_s, running.kill)
            watchdog.start()
            try:
                said = list(_answering(running, place.database))
            finally:
                watchdog.cancel()
                running.kill()
        errors.seek(0)
        summary = json.loads(said[-1]) if said and said[-1].startswith("{") else {"failures": errors.read()[-3000:]}
    return running.wait(), summary


def _answering(running: subprocess.Popen[str], database: Database) -> Iterator[str]:
    assert running.stdout is not None
    assert running.stdin is not None
    for line in running.stdout:
        if line.startswith("hook "):
            _, hook, patient_id = line.split()
            HOOKS[hook](database, UUID(patient_id))
            running.stdin.write("done\n")
            running.stdin.flush()
        else:
            yield line


def begin_epoch(database: Database, patient_id: UUID) -> None:
    """Do what a restored backup does."""
    with database.writing.begin() as db:
        streams.begin_epoch(db, patient_id)


def purge(database: Database, patient_id: UUID) -> None:
    """Do what 400 days do."""
    with database.writing.begin() as db:
        head = db.scalars(select(SyncStream.head).where(SyncStream.patient_id == patient_id)).one()
        streams.purge(db, patient_id, head)


HOOKS: dict[str, Callable[[Database, UUID], None]] = {"epoch": begin_epoch, "purge": purge}


def assert_converged(outcome: tuple[int, dict[str, Any]], records: int) -> None:
    """Raise where a device differs, an expectation is not met, or the network was too good to prove anything."""
    code, summary = outcome
    assert summary["failures"] == []
    assert code == 0
    assert summary["live"] > 2 * records
    lost = [told["requestsLost"] + told["answersLost"] + told["doubled"] for told in summary["network"].values()]
    assert sum(lost) > 10


@SQLITE_FIRST
def test_http_rxdb_and_watermelondb_converge_through_a_lossy_network(place: Place) -> None:
    assert_converged(converge(place, RECORDS, SEED, WITHIN_S), RECORDS)


@pytest.mark.parametrize("seed", [pytest.param(1, marks=pytest.mark.deep), pytest.param(2, marks=pytest.mark.torture)])
def test_they_converge_with_500_records_each(place: Place, seed: int) -> None:
    assert_converged(converge(place, DEEP_RECORDS, seed, DEEP_WITHIN_S), DEEP_RECORDS)


@pytest.mark.planted
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_defect_of_a_client_is_seen(place: Place, backend: str, planted: str) -> None:
    name, said, instead = PLANTED[planted]
    file = place.clients / name
    text = file.read_text()
    assert text.count(said) == 1
    file.write_text(text.replace(said, instead))
    code, summary = converge(place, 20, SEED, WITHIN_S)
    assert code == 1
    assert summary["failures"]


@pytest.mark.skipif(shutil.which("node") is None, reason="the clients run in Node, which is not here")
def test_the_http_client_deals_with_each_refusal() -> None:
    done = subprocess.run(
        ["node", "--test", str(CLIENTS / "http")], capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
