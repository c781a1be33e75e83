"""The raw baseline: what the product keeps for an entry and its advice, written and read by the bare driver.

The same tables and the same rows: number allotment, entry, its version, advice, its version. No rules, no
checks, no accounts: the floor under any way of doing it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Protocol
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from app.db.synced import Collection, SyncChange
from app.guidance.models import ADVICE
from app.kernel.ids import new_id
from app.logbook.kinds import PAIN_SCORE, RUN, Kind
from app.logbook.models import RunRow

CHANGE_COLUMNS = tuple(column.name for column in SyncChange.__table__.columns)
RUN_COLUMNS = tuple(column.name for column in RunRow.__table__.columns)
LIST_LIMIT = 100


class Driver(Protocol):
    """A connection of one driver: its placeholder, how it takes values, and a transaction."""

    mark: str

    def bound(self, value: Any) -> Any:
        """Return a value as the driver takes it."""

    def rows(self, statement: str, values: Sequence[Any]) -> list[Mapping[str, Any]]:
        """Return the rows of a statement."""

    def transaction(self) -> Any:
        """Return a context: what is written within is committed at its end."""


class SqliteDriver:
    """sqlite3 with the shipped pragmas."""

    mark = "?"

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, timeout=5, check_same_thread=False, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=16000"):
            self.connection.execute(f"PRAGMA {pragma}")

    def bound(self, value: Any) -> Any:
        """Return a value as the product's column types store it."""
        if isinstance(value, UUID):
            return value.bytes
        if isinstance(value, datetime):
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        if isinstance(value, date):
            return value.isoformat()
        return orjson.dumps(value).decode() if isinstance(value, dict | list) else value

    def rows(self, statement: str, values: Sequence[Any]) -> list[Mapping[str, Any]]:
        """Return the rows of a statement."""
        return [dict(row) for row in self.connection.execute(statement, values)]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write within BEGIN IMMEDIATE and COMMIT."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


class PostgresDriver:
    """psycopg with prepared statements."""

    mark = "%s"

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=1, row_factory=dict_row)

    def bound(self, value: Any) -> Any:
        """Return a value as psycopg takes it."""
        return Jsonb(value) if isinstance(value, dict | list) else value

    def rows(self, statement: str, values: Sequence[Any]) -> list[Mapping[str, Any]]:
        """Return the rows of a statement, none where it has none."""
        cursor = self.connection.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []

    def transaction(self) -> Any:
        """Write within BEGIN and COMMIT."""
        return self.connection.transaction()


class Raw:
    """The statements, over one driver."""

    def __init__(self, driver: Driver, advice: Mapping[str, Any]) -> None:
        self.driver = driver
        self.advice = advice

    def log(self, kind: Kind[Any], patient_id: UUID, entry: Any, at: datetime) -> dict[str, Any]:
        """Store an entry and an advice, with their numbers and versions, in one transaction."""
        with self.driver.transaction():
            head = self._take_numbers(patient_id, 2)
            row = self._store(kind.collection, patient_id, head - 1, entry.id, kind.columns_of(entry), at)
            own = {"as_of": at.date(), "given_at": at, "valid_until": at, "supersedes": None}
            self._store(ADVICE, patient_id, head, new_id(), {**self.advice, **own}, at)
        return row

    def list_runs(self, patient_id: UUID) -> list[Mapping[str, Any]]:
        """Return the oldest hundred living runs."""
        statement = (
            f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE patient_id = {self.driver.mark} "
            f"AND deleted_at IS NULL ORDER BY performed_at, id LIMIT {LIST_LIMIT + 1}"
        )
        return self.driver.rows(statement, [self.driver.bound(patient_id)])[:LIST_LIMIT]

    def read_run(self, patient_id: UUID, run_id: UUID) -> Mapping[str, Any]:
        """Return one run."""
        where = f"patient_id = {self.driver.mark} AND id = {self.driver.mark}"
        statement = f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE {where}"
        return self.driver.rows(statement, [self.driver.bound(patient_id), self.driver.bound(run_id)])[0]

    def read_advice(self, patient_id: UUID) -> Any:
        """Return what the newest advice says."""
        statement = f"SELECT body FROM advice WHERE patient_id = {self.driver.mark} ORDER BY seq DESC LIMIT 1"
        body = self.driver.rows(statement, [self.driver.bound(patient_id)])[0]["body"]
        return orjson.loads(body) if isinstance(body, str) else body

    def touch(self) -> None:
        """Ask the least that can be asked."""
        self.driver.rows("SELECT 1", [])

    def _take_numbers(self, patient_id: UUID, count: int) -> int:
        statement = f"UPDATE sync_stream SET head = head + {count} WHERE patient_id = {self.driver.mark} RETURNING head"
        return int(self.driver.rows(statement, [self.driver.bound(patient_id)])[0]["head"])

    def _store(
        self, collection: Collection, patient_id: UUID, seq: int, key: UUID, columns: Mapping[str, Any], at: datetime
    ) -> dict[str, Any]:
        shared = {"patient_id": patient_id, "id": key, "seq": seq, "ver": new_id(), "device_id": None}
        row = {**columns, **shared, "deleted_at": None, "received_at": at, "flags": []}
        data = orjson.loads(orjson.dumps(collection.wire(row)))
        change = {**shared, "collection": collection.name, "deleted": False, "data": data, "at": at}
        self._insert(collection.table.name, row, upsert=True)
        self._insert("sync_change", {name: change.get(name) for name in CHANGE_COLUMNS}, upsert=False)
        return row

    def _insert(self, table: str, row: Mapping[str, Any], *, upsert: bool) -> None:
        marks = ", ".join([self.driver.mark] * len(row))
        fresh = ", ".join(f"{name} = excluded.{name}" for name in row if name not in {"patient_id", "id"})
        tail = f" ON CONFLICT (patient_id, id) DO UPDATE SET {fresh}" if upsert else ""
        statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}){tail}"
        self.driver.rows(statement, [self.driver.bound(value) for value in row.values()])


def open_raw(url: str, advice: Mapping[str, Any]) -> Raw:
    """Return the statements over a new connection to a database URL."""
    driver = SqliteDriver(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else PostgresDriver(url)
    return Raw(driver, advice)


class PerThread:
    """One connection a thread, as a server with threads needs it."""

    def __init__(self, url: str, advice: Mapping[str, Any]) -> None:
        self._url, self._advice, self._mine = url, advice, threading.local()

    def raw(self) -> Raw:
        """Return this thread's."""
        if not hasattr(self._mine, "raw"):
            self._mine.raw = open_raw(self._url, self._advice)
        found: Raw = self._mine.raw
        return found


KINDS = {"runs": RUN, "pain-scores": PAIN_SCORE}
