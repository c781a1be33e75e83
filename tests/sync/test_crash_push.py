"""After kill -9 under syncing clients, every acknowledged operation is there, once, and no batch is torn."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.db.engine import open_database
from app.db.synced import SyncChange
from tests.builders.applications import DAY_S, lent_application
from tests.builders.databases import prepare
from tests.builders.devices import Json, a_run, a_session, fold, patch, put
from tests.builders.people import Person
from tests.builders.servers import SECRET, Server, product_environment, start_server
from tests.faults.figures import rounds, tell
from tests.levels import SQLITE_FIRST

CLIENTS, PATIENTS, BATCH = 8, 4, 5
ROUNDS, DEEP_ROUNDS, ALL_ROUNDS = 1, 5, 100
ENOUGH, DEEP_ENOUGH = 40, 200
SEED = 20_261_121
BUSY_S = 0.1


@dataclass
class Record:
    """Every batch that was sent, whose it was, and what was answered: None where no answer came."""

    enough: int
    batches: list[tuple[Person, list[Json], list[Json] | None]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    acknowledged: int = 0

    def note(self, person: Person, ops: list[Json], results: list[Json] | None) -> None:
        """Keep one batch."""
        with self.changed:
            self.batches.append((person, ops, results))
            self.acknowledged += len(results or ())
            self.changed.notify_all()


def client_of(server: Server, person: Person) -> httpx.Client:
    """Return a client of this person's phone."""
    path = f"{server.url}/v1/sync/streams/{person.id}/"
    return httpx.Client(base_url=path, headers={"Authorization": f"Bearer {person.token}"}, timeout=20)


def begun(client: httpx.Client) -> str:
    """Return the epoch that a phone begins with; one that is told to come again does."""
    while (answer := client.get("changes?limit=1")).status_code == 503 and "Retry-After" in answer.headers:
        threading.Event().wait(BUSY_S)
    epoch: str = answer.json()["epoch"]
    return epoch


def work(server: Server, person: Person, record: Record, number: int) -> None:
    """Push batch after batch until the server is gone."""
    with client_of(server, person) as client:
        try:
            epoch = begun(client)
        except httpx.TransportError:
            return
        for step in range(1000):
            day = (len(record.batches) * 13 + number * 31 + step * 7) % 400  # spread: no day holds more than it may
            new = [put("sessions", a_session(day + n, note=f"{number} {step}")) for n in range(BATCH - 2)]
            edit = patch("sessions", {"note": "edited"}, new[0]["id"], new[0]["op_id"])
            ops = [*new, edit, put("runs", a_run(day))]
            try:
                answer = client.post("ops", json={"epoch": epoch, "ops": ops})
            except httpx.TransportError:
                record.note(person, ops, None)
                return
            if answer.status_code == 503 and "Retry-After" in answer.headers:  # busy: it comes again with other things
                record.note(person, ops, None)
                threading.Event().wait(BUSY_S)
                continue
            if answer.status_code != 200:
                record.refusals.append(answer.text[:300])
                return
            results = answer.json()["results"]
            record.refusals += [str(result) for result in results if result["status"] != "applied"]
            record.note(person, ops, results)


def kill_in_the_middle(server: Server, people: list[Person], record: Record, chance: random.Random) -> None:
    """Let eight clients push and kill the server at a random moment."""
    target = record.acknowledged + record.enough
    threads = [
        threading.Thread(target=work, args=(server, people[number % PATIENTS], record, number), daemon=True)
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    try:
        with record.changed:
            assert record.changed.wait_for(lambda: record.acknowledged >= target or record.refusals, timeout=90)
        threading.Event().wait(chance.uniform(0, 0.05))
    finally:
        server.kill()
    for thread in threads:
        thread.join(30)
    assert record.refusals == []


def pulled(client: httpx.Client) -> dict[Any, Json]:
    """Return what a fresh device holds."""
    pages, cursor = [], {}
    while True:
        pages.append(client.get("changes", params={"limit": "1000", **cursor}).json())
        cursor = {"cursor": pages[-1]["cursor"]}
        if not pages[-1]["has_more"]:
            return fold(pages)


def check(server: Server, people: list[Person], record: Record, url: str) -> None:
    """Check that nothing acknowledged is lost, nothing is there twice, and no batch is torn."""
    database = open_database(url, pool_size=2)
    try:
        with database.reading() as db:
            kept: dict[Any, list[str]] = defaultdict(list)
            for patient, ver in db.execute(select(SyncChange.patient_id, SyncChange.ver)):
                kept[patient].append(str(ver))
    finally:
        database.dispose()
    batches: dict[Any, list[tuple[list[Json], list[Json] | None]]] = defaultdict(list)
    for owner, ops, results in record.batches:
        batches[owner.id].append((ops, results))
    for person in people:
        vers = set(kept[person.id])
        assert len(vers) == len(kept[person.id])
        with client_of(server, person) as client:
            held = pulled(client)
        for ops, results in batches[person.id]:
            there = [op["op_id"] in vers for op in ops]
            assert all(there) or not any(there), "a batch is torn"
            assert results is None or all(there), "an acknowledged operation is lost"
            if results is not None:
                assert {(op["collection"], op["id"]) for op in ops} <= held.keys()


def resend(server: Server, record: Record) -> None:
    """Send everything again: what was stored is recognised, what was not is stored now."""
    for person, ops, results in record.batches[-12:]:
        with client_of(server, person) as client:
            epoch = client.get("changes?limit=1").json()["epoch"]
            again = client.post("ops", json={"epoch": epoch, "ops": ops}).json()["results"]
        assert {result["status"] for result in again} == {"applied"}
        assert results is None or all(result["duplicate"] for result in again)
        assert results is None or [r["seq"] for r in again] == [r["seq"] for r in results]


@pytest.fixture
def database_folder(tmp_path: Path) -> Path:
    """The disk: what is killed here has to be found there."""
    return tmp_path


def survive(url: str, folder: Path, times: int, enough: int) -> int:
    """Kill the server so many times and check after each restart; return how many operations were acknowledged."""
    prepare(url)
    var = folder / "var"
    with lent_application(url, var, pool_size=2, access_token_s=DAY_S) as made:
        people = [made.people.patient() for _ in range(PATIENTS)]
    environment, chance, record = product_environment(url, var, SECRET), random.Random(SEED), Record(enough)
    server = start_server(environment, folder)
    try:
        for _ in range(times):
            kill_in_the_middle(server, people, record, chance)
            server = start_server(environment, folder)
            check(server, people, record, url)
        resend(server, record)
        check(server, people, record, url)
    finally:
        server.kill()
    assert record.acknowledged >= times * enough
    return record.acknowledged


@SQLITE_FIRST
def test_a_server_killed_under_syncing_clients_has_kept_what_it_acknowledged(
    fresh_database_url: str, tmp_path: Path
) -> None:
    survive(fresh_database_url, tmp_path, ROUNDS, ENOUGH)


@pytest.mark.deep
def test_a_server_killed_again_and_again_under_syncing_clients_has_kept_what_it_acknowledged(
    fresh_database_url: str, tmp_path: Path
) -> None:
    survive(fresh_database_url, tmp_path, DEEP_ROUNDS, DEEP_ENOUGH)


@pytest.mark.torture
def test_a_server_killed_a_hundred_times_under_syncing_clients_has_kept_what_it_acknowledged(
    fresh_database_url: str, tmp_path: Path
) -> None:
    times = rounds(ALL_ROUNDS)
    acknowledged = survive(fresh_database_url, tmp_path, times, DEEP_ENOUGH)
    kind = fresh_database_url.partition(":")[0]
    tell(f"kill -9 under syncing phones, {kind}: {times} rounds, {acknowledged} operations acknowledged")
