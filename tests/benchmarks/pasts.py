"""People who have a past at once: it is written for one of them, and copied for the others by the database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
from flask import Flask
from sqlalchemy import Table, select
from werkzeug.test import TestResponse

from app.db.base import table_of
from app.db.engine import Database
from app.db.synced import FIRST_HEAD, SyncChange, SyncStream
from app.logbook.domain import Entry
from app.sync.registry import COLLECTIONS
from tests.benchmarks.drivers import open_driver
from tests.benchmarks.histories import days_of_all_kinds, write_in_order
from tests.benchmarks.sync_records import AWAY_DAYS
from tests.builders.people import People, Person

SEASON, YEAR, ARCHIVE, SHORT_ARCHIVE, DAYS = "90 days", "a year", "5,000 records", "1,016 records", "two days"
_PASTS: dict[str, Callable[[], list[Entry]]] = {
    SEASON: lambda: days_of_all_kinds(AWAY_DAYS + 90, AWAY_DAYS + 1),
    YEAR: lambda: days_of_all_kinds(AWAY_DAYS + 365, AWAY_DAYS + 1),
    ARCHIVE: lambda: days_of_all_kinds(1428, 1),
    SHORT_ARCHIVE: lambda: days_of_all_kinds(290, 1),
    DAYS: lambda: days_of_all_kinds(2, 1),
}
_COPIED = [table_of(SyncChange), *(found.collection.table for found in COLLECTIONS.values())]


PAGE = 1000


class PageNotFull(Exception):
    """A pull returned another number of changes than is measured."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How far a device has read that holds everything, the cursor after each page, the tag of nothing new; a run."""

    head: int
    int_cursor: int
    cursors: list[str]
    etag: str
    run_id: UUID


@dataclass
class Patient:
    """Somebody with a past, and the epoch of the stream that holds it."""

    person: Person
    epoch: UUID

    @cached_property
    def marks(self) -> Marks:
        """Read the whole stream from the application in this process, and say what a device knows then."""
        pages = [self._page("")]
        while pages[-1]["has_more"]:
            pages.append(self._page(f"&cursor={pages[-1]['cursor']}"))
        last, cursors = pages[-1], [page["cursor"] for page in pages]
        if len(self._page(f"&since={last['int_cursor'] - PAGE}")["changes"]) != PAGE:
            raise PageNotFull
        etag = self._ask(f"&cursor={cursors[-1]}").headers["ETag"]
        run_id = next(row["id"] for page in pages for row in page["changes"] if row["collection"] == "runs")
        return Marks(last["head"], last["int_cursor"], cursors, etag, UUID(run_id))

    def _page(self, position: str) -> dict[str, Any]:
        page: dict[str, Any] = orjson.loads(self._ask(f"&limit={PAGE}{position}").data)
        return page

    def _ask(self, query: str) -> TestResponse:
        return self.person.get(f"/v1/sync/streams/{{me}}/changes?{query[1:]}")


class Pasts:
    """The pasts of one database; each is written when it is first asked for."""

    def __init__(self, app: Flask, database: Database, url: str) -> None:
        self._app, self._database, self._url = app, database, url
        self._written: dict[str, UUID] = {}

    def patients(self, past: str, count: int) -> list[Patient]:
        """Return so many new patients with this past, their first advice included."""
        people = [People(self._app).patient() for _ in range(count)]
        self.give(past)
        known = select(SyncStream.patient_id, SyncStream.epoch)
        with self._database.reading() as db:
            rows = db.execute(known.where(SyncStream.patient_id.in_([person.id for person in people])))
            epochs = {row.patient_id: row.epoch for row in rows}
        return [Patient(person, epochs[person.id]) for person in people]

    def give(self, past: str) -> None:
        """Give this past to everybody whose stream is empty."""
        if past not in self._written:
            self._written[past] = self._write(past)
        self.copy(self._written[past])

    def copy(self, patient_id: UUID) -> None:
        """Give the past of this patient to everybody whose stream is empty."""
        with closing(open_driver(self._url)) as driver, driver.transaction():
            written = driver.bound(patient_id)
            for table in _COPIED:
                driver.rows(_copy(table, driver.mark), [written])
            driver.rows(_HEADS.replace("?", driver.mark), [written])

    def _write(self, past: str) -> UUID:
        person = People(self._app).patient()
        with self._database.writing.begin() as db:
            write_in_order(db, person.id, _PASTS[past]())
        person.get("/v1/patients/{me}/guidance/advice")
        return person.id


def _copy(table: Table, mark: str) -> str:
    """Return the statement that copies one patient's rows of a table to every empty stream."""
    names = [column.name for column in table.columns if column.name != "patient_id"]
    chosen = ", ".join(f"past.{name}" for name in names)
    return (
        f"INSERT INTO {table.name} (patient_id, {', '.join(names)}) SELECT stream.patient_id, {chosen} "
        f"FROM {table.name} AS past CROSS JOIN sync_stream AS stream "
        f"WHERE past.patient_id = {mark} AND stream.head = {FIRST_HEAD} ORDER BY stream.patient_id, past.seq"
    )


_HEADS = f"""\
UPDATE sync_stream SET head = (SELECT past.head FROM sync_stream AS past WHERE past.patient_id = ?)
WHERE head = {FIRST_HEAD}"""
