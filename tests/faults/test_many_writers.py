"""Six write at once, each many times, while another follows: everything is delivered, in the stream's order (G28)."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tests.builders.devices import Json, Phone, a_run, a_score, a_session, erase, fold, patch, put
from tests.builders.people import People, Person
from tests.builders.wires import product
from tests.faults.figures import rounds, tell

WRITERS = 6
RECORDS, ALL_RECORDS = 600, 20_400
"""How many records are made in all: the same number by each writer. Fewer still: tests/sync/test_concurrency.py."""
MOST_IN_A_BATCH = 100
DAYS = 350
PAGE = 10
"""Small, so that the one who reads is often in the middle of what was written meanwhile."""
BUSY, TIMES_TRIED = 503, 5
SEED = 20_261_122
KINDS = (("sessions", a_session), ("runs", a_run), ("pain_scores", a_score))

Written = list[tuple[Json, Json]]
"""(operation, its answer), in the order they were made"""


def write(phone: Phone, number: int, count: int) -> Written:
    """Make so many records in batches of all sizes; edit some, delete a few; return what was answered."""
    chance, epoch, done, made = random.Random(SEED + number), phone.pull(limit=1)["epoch"], [], 0
    while made < count:
        size = min(chance.randint(1, MOST_IN_A_BATCH), count - made)
        ops = [put(*_an_entry(chance)) for _ in range(size)]
        edited = [op for op in ops[1:] if op["collection"] == "sessions"][:3]
        ops += [patch("sessions", {"note": f"{number}"}, op["id"], op["op_id"]) for op in edited]
        ops += [erase(ops[0]["collection"], ops[0]["id"], ops[0]["op_id"])] if size > MOST_IN_A_BATCH // 2 else []
        done += list(zip(ops, _pushed(phone, ops, epoch), strict=True))
        made += size
    return done


def _pushed(phone: Phone, ops: list[Json], epoch: str) -> list[Json]:
    """Push, again as a phone does where the others kept the stream for longer than a server lets anybody wait.

    Of what was refused nothing is stored: it is new when it comes again.
    """
    for _ in range(TIMES_TRIED):
        answer = phone.send(ops, epoch=epoch)
        if answer.status_code != BUSY or "Retry-After" not in answer.headers:
            break
    assert answer.status_code == 200, answer.json
    results: list[Json] = answer.json["results"]
    assert not any(result.get("duplicate") for result in results)
    return results


def _an_entry(chance: random.Random) -> tuple[str, Json]:
    name, make = chance.choice(KINDS)
    return name, make(chance.randrange(DAYS))


def follow(phones: list[Phone], begun: list[Json], over: threading.Event) -> list[list[Json]]:
    """Follow the streams of these phones in turn from a page of each, to the end of each once the writers are done."""
    pages = [[page] for page in begun]
    while True:
        ended, has_more = over.is_set(), False
        for phone, read in zip(phones, pages, strict=True):
            read.append(phone.pull(limit=PAGE, cursor=read[-1]["cursor"]))
            has_more |= read[-1]["has_more"]
        if ended and not has_more:
            return pages


def faults_of(written: Written, pages: list[Json], fresh: list[Json]) -> list[str]:
    """Return what was not delivered of one stream, what came out of order, and what a fresh reader holds otherwise."""
    came = [change for page in pages for change in page["changes"]]
    numbers = [change["seq"] for change in came]
    newest = {op["id"]: op["op_id"] for op, _ in written}
    delivered = {change["id"]: change["ver"] for change in came}
    faults = [f"{result['status']}" for _, result in written if result["status"] != "applied"]
    faults += [f"{key} was never delivered" for key, ver in newest.items() if delivered.get(key) != ver]
    faults += [] if numbers == sorted(set(numbers)) else ["the order is broken"]
    faults += [] if fold(pages) == fold(fresh) else ["a fresh reader holds something else"]
    return faults


def all_at_once(people: People, apart: Callable[[Person], Person], owners: int, count: int) -> tuple[int, int]:
    """Let six write to so many streams and one read; check each stream, and return how many records and pages."""
    owned = [people.patient() for _ in range(owners)]
    opened = [Phone(apart(person)) for person in owned]
    over = threading.Event()
    begun = [phone.pull(limit=PAGE) for phone in opened]  # from here on deletions come as well
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(follow, opened, begun, over)
        phones = [Phone(apart(owned[number % owners])) for number in range(WRITERS)]
        writers = [pool.submit(write, phone, number, count // WRITERS) for number, phone in enumerate(phones)]
        try:
            written = [writer.result() for writer in writers]
        finally:
            over.set()
        read = reader.result()
    for number, phone in enumerate(opened):
        own = [one for index in range(number, WRITERS, owners) for one in written[index]]
        assert faults_of(own, read[number], phone.pages(limit=1000)) == []
    return len({op["id"] for done in written for op, _ in done}), sum(map(len, read))


@pytest.mark.deep
@pytest.mark.parametrize("owners", [1, 6])
def test_what_six_write_at_once_is_all_delivered_in_order(app: Flask, people: People, owners: int) -> None:
    def apart(person: Person) -> Person:
        return replace(person, client=app.test_client())

    assert all_at_once(people, apart, owners, RECORDS)[0] == RECORDS


@pytest.mark.torture
def test_twenty_thousand_records_of_six_writers_are_all_delivered_in_order(
    fresh_database_url: str, tmp_path: Path
) -> None:
    count = rounds(ALL_RECORDS)
    with product(fresh_database_url, tmp_path) as made, made.serving() as server:
        records, pages = all_at_once(made.people, made.wired(server), 2, count)
        tell(f"many writers, {made.database.dialect}: {records} records by {WRITERS} over HTTP, read in {pages} pages")
    assert records == count - count % WRITERS
