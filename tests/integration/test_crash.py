"""After kill -9 in the middle of writes, all that was acknowledged is there, once, and nothing is half there."""

from __future__ import annotations

import itertools
import random
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.db.base import Base
from app.db.engine import Database, open_database
from app.db.synced import FIRST_HEAD, SyncChange, SyncStream
from app.factory import create_app
from app.guidance.models import AdviceRow
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.logbook.models import RunRow
from tests.builders.applications import DAY_S, settings_of_tests
from tests.builders.databases import prepare
from tests.builders.people import People, Person
from tests.builders.servers import SECRET, Server, product_environment, start_server
from tests.faults.figures import rounds, tell
from tests.levels import SQLITE_FIRST

CLIENTS, PATIENTS = 8, 4
SEED = 20_261_120
ROUNDS, ALL_ROUNDS = 5, 100
MOST_JITTER_S = 0.03
"""The clients keep one token through all rounds."""
PATHS = {"runs": "/v1/patients/{me}/runs", "pain_scores": "/v1/patients/{me}/pain-scores"}
_TABLES = {mapper.local_table.name: mapper.local_table for mapper in Base.registry.mappers}
SYNCED = {name: table for name, table in _TABLES.items() if {"ver", "deleted_at"} <= set(table.c.keys())}

Listed = Callable[[Person, str], list[dict[str, Any]]]
"""(who, collection) -> every entry as the API lists it."""


@dataclass
class Sent:
    """One entry that a client sent, and what it was told; None: no answer came."""

    person: Person
    collection: str
    body: dict[str, Any]
    answer: dict[str, Any] | None = None


@dataclass
class Record:
    """What the clients sent and were told, in all rounds."""

    sent: list[Sent] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    acknowledged: int = 0

    def note(self, entry: Sent) -> None:
        """Keep one entry, acknowledged or not."""
        with self.changed:
            self.sent.append(entry)
            self.acknowledged += entry.answer is not None
            self.changed.notify_all()

    def await_acknowledged(self, more: int) -> None:
        """Return when so many more entries are acknowledged."""
        with self.changed:
            target = self.acknowledged + more
            assert self.changed.wait_for(lambda: self.acknowledged >= target or self.refusals, timeout=90)


@dataclass
class Crash:
    """A product on a database of its own: its people, what its servers are told, the record of its clients."""

    database: Database
    people: list[Person]
    environment: dict[str, str]
    folder: Path
    counter: Iterator[int] = field(default_factory=itertools.count)
    record: Record = field(default_factory=Record)

    def start(self) -> Server:
        """Start the real server."""
        return start_server(self.environment, self.folder)


@pytest.fixture
def database_folder(tmp_path: Path) -> Path:
    """The disk: what is killed here has to be found there."""
    return tmp_path


@pytest.fixture
def crash(fresh_database_url: str, tmp_path: Path) -> Iterator[Crash]:
    """A product that may be killed."""
    prepare(fresh_database_url)
    database = open_database(fresh_database_url, pool_size=2)
    people = People(_application(fresh_database_url, database, tmp_path))
    environment = product_environment(fresh_database_url, tmp_path / "var", SECRET)
    yield Crash(database, [people.patient() for _ in range(PATIENTS)], environment, tmp_path)
    database.dispose()


def _application(url: str, database: Database, folder: Path) -> Flask:
    return create_app(settings_of_tests(url, folder / "var", access_token_s=DAY_S), database)


# The clients


def run_body(number: int) -> dict[str, Any]:
    """Return a run of one of the last hundred days, so that no day is full."""
    at = now() - timedelta(days=number % 100, minutes=10)
    body = {"performed_at": at.isoformat(), "zone": "Europe/Berlin", "distance_m": 3000 + number, "duration_s": 1500}
    return {"id": str(new_id()), "note": f"run {number}", **body}


def score_body(number: int, run: dict[str, Any]) -> dict[str, Any]:
    """Return a score about that run."""
    about = {"moment": "during", "side": "left", "run_id": run["id"], "score": number % 30 / 10}
    return {"id": str(new_id()), "performed_at": run["performed_at"], "zone": run["zone"], **about}


def send(client: httpx.Client, person: Person, collection: str, body: dict[str, Any]) -> httpx.Response:
    """Log an entry as a phone does."""
    path = PATHS[collection].replace("{me}", str(person.id))
    return client.post(path, json=body, headers={"Authorization": f"Bearer {person.token}"})


def work(crash: Crash, server: Server, person: Person) -> None:
    """Log runs, each with its score, until the server is gone."""
    with httpx.Client(base_url=server.url, timeout=20) as client:
        while not crash.record.refusals:
            number = next(crash.counter)
            run = run_body(number)
            for collection, body in (("runs", run), ("pain_scores", score_body(number, run))):
                if not _sent(crash.record, client, Sent(person, collection, body)):
                    return


def _sent(record: Record, client: httpx.Client, entry: Sent) -> bool:
    try:
        response = send(client, entry.person, entry.collection, entry.body)
    except httpx.TransportError:
        record.note(entry)
        return False
    if response.status_code != 201:
        record.refusals.append(f"{entry.collection} {response.status_code} {response.text[:300]}")
        return False
    entry.answer = response.json()
    record.note(entry)
    return True


def kill_in_the_middle(crash: Crash, server: Server, chance: random.Random) -> None:
    """Let eight clients write and kill the server at a random moment."""
    threads = [
        threading.Thread(target=work, args=(crash, server, crash.people[number % PATIENTS]), daemon=True)
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    try:
        crash.record.await_acknowledged(chance.randint(CLIENTS, 5 * CLIENTS))
        threading.Event().wait(chance.uniform(0, MOST_JITTER_S))
    finally:
        server.kill()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert crash.record.refusals == []


# The checker


def listed_over(client: httpx.Client) -> Listed:
    """Return how to list everything over HTTP, page by page."""

    def listed(person: Person, collection: str) -> list[dict[str, Any]]:
        path, items, cursor = PATHS[collection].replace("{me}", str(person.id)), [], None
        while True:
            query = {"limit": "1000", **({"cursor": cursor} if cursor else {})}
            page = client.get(path, params=query, headers={"Authorization": f"Bearer {person.token}"}).json()
            items += page["items"]
            if (cursor := page["next_cursor"]) is None:
                return items

    return listed


def lost_or_doubled(record: Record, listed: Listed) -> list[str]:
    """Return the acknowledged entries that are missing, there twice, or other than they were acknowledged."""
    faults = []
    for (_, collection), entries in _by_place(record.sent).items():
        found = defaultdict(list)
        for item in listed(entries[0].person, collection):
            found[item["id"]].append(item)
        faults += [f"{collection} {key} is there {len(items)} times" for key, items in found.items() if len(items) > 1]
        for entry in entries:
            if entry.answer is not None and found[entry.body["id"]][:1] != [entry.answer]:
                faults.append(f"{collection} {entry.body['id']} is lost or changed")
    return faults


def _by_place(sent: list[Sent]) -> dict[tuple[UUID, str], list[Sent]]:
    places: dict[tuple[UUID, str], list[Sent]] = defaultdict(list)
    for entry in sent:
        places[entry.person.id, entry.collection].append(entry)
    return places


def half_written(database: Database) -> list[str]:
    """Return what is not whole: rows without their version, versions without their row, gaps in the numbers."""
    with database.reading() as db:
        rows = {
            (table.name, row.patient_id, row.id): (row.seq, row.ver, row.deleted_at is not None)
            for table in SYNCED.values()
            for row in db.execute(select(table.c.patient_id, table.c.id, table.c.seq, table.c.ver, table.c.deleted_at))
        }
        newest, numbers = {}, defaultdict(list)
        for change in db.execute(select(SyncChange).order_by(SyncChange.patient_id, SyncChange.seq)).scalars():
            newest[change.collection, change.patient_id, change.id] = (change.seq, change.ver, change.deleted)
            numbers[change.patient_id].append(change.seq)
        heads = dict(map(tuple, db.execute(select(SyncStream.patient_id, SyncStream.head)).all()))
    faults = [
        f"{key[0]} {key[2]}: row and version differ"
        for key in rows.keys() | newest.keys()
        if rows.get(key) != newest.get(key)
    ]
    faults += [
        f"stream {patient} has a gap"
        for patient, head in heads.items()
        if numbers[patient] != list(range(FIRST_HEAD + 1, head + 1))
    ]
    return faults


def broken_chains(database: Database) -> list[str]:
    """Return the advice that two others supersede, and what was logged without advice in the same transaction."""
    with database.reading() as db:
        given = db.execute(select(AdviceRow.patient_id, AdviceRow.supersedes)).all()
        last = {
            change.patient_id: change.collection
            for change in db.execute(select(SyncChange).order_by(SyncChange.seq)).scalars()
        }
    successors = Counter(row.supersedes for row in given if row.supersedes is not None)
    firsts = Counter(row.patient_id for row in given if row.supersedes is None)
    return [
        *(f"advice {key} is superseded {times} times" for key, times in successors.items() if times > 1),
        *(f"patient {key} has {times} first advices" for key, times in firsts.items() if times > 1),
        *(f"stream {patient} ends with {name}, not with advice" for patient, name in last.items() if name != "advice"),
    ]


def damaged(database: Database) -> list[str]:
    """Return what SQLite says of its file, nothing where it is sound."""
    path = database.writer.url.database
    if database.dialect != "sqlite" or path is None:
        return []
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    finally:
        connection.close()


def faults_of(database: Database, record: Record, listed: Listed) -> list[str]:
    """Return everything that a crash must not do, and did."""
    return lost_or_doubled(record, listed) + half_written(database) + broken_chains(database) + damaged(database)


def resend_everything(crash: Crash, client: httpx.Client) -> list[str]:
    """Send every entry once more, as a phone does after a lost answer; return what was not recognised."""
    faults = []
    for entry in crash.record.sent:
        response = send(client, entry.person, entry.collection, entry.body)
        recognised = {200} if entry.answer is not None else {200, 201}
        if response.status_code not in recognised or (entry.answer or response.json()) != response.json():
            faults.append(f"{entry.collection} {entry.body['id']} sent again: {response.status_code}")
        entry.answer = entry.answer or response.json()
    return faults


# The tests


def survive(crash: Crash, times: int) -> None:
    """Kill the server so many times, check after each restart, and at the end send everything again."""
    chance = random.Random(SEED)
    server = crash.start()
    try:
        for number in range(times):
            kill_in_the_middle(crash, server, chance)
            server = crash.start()
            with httpx.Client(base_url=server.url, timeout=20) as client:
                assert faults_of(crash.database, crash.record, listed_over(client)) == [], f"after kill {number + 1}"
        with httpx.Client(base_url=server.url, timeout=20) as client:
            assert resend_everything(crash, client) == []
            assert faults_of(crash.database, crash.record, listed_over(client)) == []
    finally:
        server.kill()
    assert crash.record.acknowledged >= times * CLIENTS


@pytest.mark.deep
def test_a_server_that_is_killed_again_and_again_has_kept_what_it_acknowledged(crash: Crash) -> None:
    survive(crash, ROUNDS)


@pytest.mark.torture
def test_a_server_that_is_killed_a_hundred_times_has_kept_what_it_acknowledged(crash: Crash) -> None:
    times = rounds(ALL_ROUNDS)
    survive(crash, times)
    tell(f"kill -9, {crash.database.dialect}: {times} rounds, {crash.record.acknowledged} entries acknowledged")


@pytest.fixture
def logged(crash: Crash) -> tuple[Record, Listed]:
    """A few entries that were logged in peace, and how to list them."""
    for number in range(3):
        person, run = crash.people[number % 2], run_body(number)
        for collection, body in (("runs", run), ("pain_scores", score_body(number, run))):
            answer = person.post(PATHS[collection], body)
            assert answer.status_code == 201, answer.json
            crash.record.note(Sent(person, collection, body, answer.json))
    return crash.record, lambda person, collection: person.get(PATHS[collection]).json["items"]


PLANTED = {
    "a row is lost": (delete(RunRow), "lost or changed"),
    "a row is changed": (update(RunRow).values(distance_m=1), "lost or changed"),
    "a version is lost": (delete(SyncChange).where(SyncChange.collection == "runs"), "row and version differ"),
    "a version is older than its row": (update(RunRow).values(ver=new_id()), "row and version differ"),
    "an advice is lost": (delete(AdviceRow), "row and version differ"),
    "a number is missing": (update(SyncStream).values(head=SyncStream.head + 1), "has a gap"),
    "two advices supersede one": (update(AdviceRow).values(supersedes=new_id()), "is superseded"),
}


@pytest.mark.parametrize("planted", PLANTED)
@SQLITE_FIRST
def test_a_planted_loss_is_seen(crash: Crash, logged: tuple[Record, Listed], planted: str) -> None:
    assert faults_of(crash.database, *logged) == []
    statement, expected = PLANTED[planted]
    with crash.database.writing.begin() as db:
        db.execute(statement)
    assert any(expected in fault for fault in faults_of(crash.database, *logged))


def test_an_entry_that_is_listed_twice_is_seen(crash: Crash, logged: tuple[Record, Listed]) -> None:
    record, listed = logged
    assert any("2 times" in fault for fault in lost_or_doubled(record, lambda *place: listed(*place) * 2))
