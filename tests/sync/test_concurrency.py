"""Eight writers and four readers at once: nothing is lost, nothing is skipped, nothing fails.

The writers are threads, each request with a session and a connection of its own: on PostgreSQL the database
decides who waits for whom, as with several processes. The real server with its processes is in test_crash_push.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.db.engine import Database
from app.db.synced import SyncChange
from tests.builders.devices import Json, Phone, a_run, a_session, erase, fold, patch, put
from tests.builders.people import People, Person

WRITERS, READERS, BATCHES, BATCH = 8, 4, 6, 3


def apart(app: Flask, person: Person) -> Phone:
    """Return a phone with a client of its own: a test client is not for several threads."""
    own = Person(person.id, person.email, person.device_id, person.refresh_token, person.token, app.test_client())
    return Phone(own)


def write(phone: Phone, number: int) -> list[tuple[Json, Json]]:
    """Create, edit and delete; return each operation with its answer."""
    epoch, done = phone.pull(limit=1)["epoch"], []
    for step in range(BATCHES):
        day = (number * BATCHES + step) % 90
        new = [put("sessions", a_session(day, note=f"{number} {step} {n}")) for n in range(BATCH)]
        edit = patch("sessions", {"note": "edited"}, new[0]["id"], new[0]["op_id"])
        gone = erase("sessions", new[1]["id"], new[1]["op_id"])
        ops = [*new, edit, gone, put("runs", a_run(day))]
        done += list(zip(ops, phone.push(*ops, epoch=epoch), strict=True))
    return done


def follow(phone: Phone, over: threading.Event) -> list[Json]:
    """Follow the cursor until the writers are done and there is nothing left."""
    pages: list[Json] = []
    while True:
        ended = over.is_set()
        cursor = {"cursor": pages[-1]["cursor"]} if pages else {}
        pages.append(phone.pull(limit=20, **cursor))
        if ended and not pages[-1]["has_more"]:
            return pages


def at_once(app: Flask, people: list[Person]) -> tuple[list[tuple[Json, Json]], list[tuple[Person, list[Json]]]]:
    """Let all write and read; return what was answered and what was read."""
    over = threading.Event()
    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        own = [people[number % len(people)] for number in range(WRITERS)]
        readers = [(person, pool.submit(follow, apart(app, person), over)) for person in own[:READERS]]
        writers = [pool.submit(write, apart(app, person), number) for number, person in enumerate(own)]
        try:
            written = [told for writer in writers for told in writer.result()]
        finally:
            over.set()
        return written, [(person, reader.result()) for person, reader in readers]


def check(app: Flask, database: Database, people: list[Person]) -> None:
    """Write and read at once, and check what must hold."""
    written, read = at_once(app, people)
    assert {result["status"] for _, result in written} == {"applied"}
    for person, pages in read:
        numbers = [change["seq"] for page in pages for change in page["changes"]]
        assert numbers == sorted(set(numbers))
        assert fold(pages) == fold(apart(app, person).pages(limit=1000))
    with database.reading() as db:
        kept: dict[Any, list[int]] = {person.id: [] for person in people}
        numbered: dict[str, int] = {}
        for patient, seq, ver in db.execute(
            select(SyncChange.patient_id, SyncChange.seq, SyncChange.ver)
            .where(SyncChange.patient_id.in_(list(kept)))
            .order_by(SyncChange.seq)
        ):
            kept[patient].append(seq)
            numbered[str(ver)] = seq
    assert all(numbers == list(range(2, len(numbers) + 2)) for numbers in kept.values())
    assert [result["seq"] for _, result in written] == [numbered.get(op["op_id"]) for op, _ in written]


@pytest.mark.parametrize("patients", [1, 8], ids=["one", "many"])
def test_writers_of_one_patient_lose_nothing_and_readers_miss_nothing(
    app: Flask, database: Database, people: People, patients: int
) -> None:
    check(app, database, [people.patient() for _ in range(patients)])


def test_the_same_operation_from_many_threads_has_one_effect(app: Flask, people: People) -> None:
    person = people.patient()
    op = put("sessions", a_session())
    with ThreadPoolExecutor(WRITERS) as pool:
        results = [
            result for found in pool.map(lambda _: apart(app, person).push(op), range(WRITERS)) for result in found
        ]
    assert {(result["status"], result["seq"], result["ver"]) for result in results} == {("applied", 2, op["op_id"])}
    assert sorted(bool(result.get("duplicate")) for result in results) == [False] + [True] * (WRITERS - 1)


def test_rivals_of_one_field_have_one_winner_and_the_others_are_told(app: Flask, people: People) -> None:
    person = people.patient()
    phone = Phone(person)
    first = put("sessions", a_session())
    phone.push(first)
    rivals = [patch("sessions", {"note": f"n{number}"}, first["id"], first["op_id"]) for number in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        results = [found[0] for found in pool.map(lambda op: apart(app, person).push(op), rivals)]
    assert sorted(result["status"] for result in results) == ["applied"] + ["conflict"] * (WRITERS - 1)
    assert len(phone.parked()) == WRITERS - 1
