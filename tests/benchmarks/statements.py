"""The raw baseline: what the product keeps for an entry and its advice, written and read by the bare driver.

The same tables and the same rows: number allotment, entry, its version, advice, its version. No rules, no
checks, no accounts: the floor under any way of doing it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.db.base import table_of
from app.db.synced import Collection, SyncChange
from app.guidance.models import ADVICE
from app.kernel.ids import new_id
from app.logbook.kinds import PAIN_SCORE, RUN, Kind
from app.logbook.models import RunRow
from tests.benchmarks.drivers import Driver, on_conflict, open_driver

CHANGE_COLUMNS = tuple(column.name for column in table_of(SyncChange).columns)
RUN_COLUMNS = tuple(column.name for column in table_of(RunRow).columns)
LIST_LIMIT = 100
KINDS: dict[str, Kind[Any]] = {"runs": RUN, "pain-scores": PAIN_SCORE}


class Raw:
    """The statements, over one driver."""

    def __init__(self, driver: Driver, advice: Mapping[str, Any]) -> None:
        self.driver = driver
        self.advice = advice

    def log(self, kind: Kind[Any], patient_id: UUID, entry: Any, at: datetime) -> dict[str, Any]:
        """Store an entry and an advice, with their numbers and versions, in one transaction."""
        with self.driver.transaction():
            head = self.take_numbers(patient_id, 2)
            row = self._store(kind.collection, patient_id, head - 1, entry.id, kind.columns_of(entry), at)
            own = {"as_of": at.date(), "given_at": at, "valid_until": at, "supersedes": None}
            self._store(ADVICE, patient_id, head, new_id(), {**self.advice, **own}, at)
        return row

    def list_runs(self, patient_id: UUID) -> list[dict[str, Any]]:
        """Return the oldest hundred living runs."""
        statement = (
            f"SELECT {', '.join(RUN_COLUMNS)} FROM runs WHERE patient_id = {self.driver.mark} "
            f"AND deleted_at IS NULL ORDER BY performed_at, id LIMIT {LIST_LIMIT + 1}"
        )
        return self.driver.rows(statement, [self.driver.bound(patient_id)])[:LIST_LIMIT]

    def read_run(self, patient_id: UUID, run_id: UUID) -> dict[str, Any]:
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
        self.driver.rows("SELECT 1")

    def take_numbers(self, patient_id: UUID, count: int) -> int:
        """Take the next numbers of a stream and return the last of them."""
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
        tail = on_conflict(list(row)) if upsert else ""
        statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}){tail}"
        self.driver.rows(statement, [self.driver.bound(value) for value in row.values()])


def open_raw(url: str, advice: Mapping[str, Any]) -> Raw:
    """Return the statements over a new connection to a database URL."""
    return Raw(open_driver(url), advice)


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
