"""The raw baseline of sync: the rows that a push leaves and a pull reads, by one statement a table.

A push takes its numbers and writes the typed rows, one advice, and the ledger of all of them, in one
transaction; it asks nothing, checks nothing, merges nothing, and takes every operation for a new record. A
pull is the select of the newest versions, their JSON handed on as it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from app.db.base import table_of
from app.db.synced import SyncChange
from app.guidance.models import ADVICE
from app.kernel.ids import id_text, new_id
from app.logbook.kinds import KINDS
from tests.benchmarks.drivers import Driver
from tests.benchmarks.statements import Raw

TABLES = {kind.collection.name: kind.collection.table for kind in KINDS}
CHANGES = table_of(SyncChange)
SET_BY_SERVER = {"runs": {"source": "manual"}}
"""What a record has in the tables that no device sends."""
Operation = Mapping[str, Any]
JsonRow = dict[str, Any]


def push(raw: Raw, patient_id: UUID, ops: Sequence[Operation], at: datetime) -> dict[str, Any]:
    """Store new records and one advice; return what the product would tell of them."""
    shared = {"patient_id": str(patient_id), "device_id": str(patient_id)}
    told_at, rows, changes = at.isoformat(), dict[str, list[JsonRow]](), list[JsonRow]()
    with raw.driver.transaction():
        head = raw.take_numbers(patient_id, len(ops) + 1)
        for seq, op in enumerate(ops, head - len(ops)):
            row, change = _rows_of(op, {**shared, "id": op["id"], "seq": seq, "ver": op["op_id"]}, told_at)
            rows.setdefault(op["collection"], []).append(row)
            changes.append(change)
        advice, change = _advice(raw, {**shared, "device_id": None}, head, told_at)
        for name, of_table in rows.items():
            raw.driver.write(TABLES[name], of_table, upsert=True)
        raw.driver.write(ADVICE.table, [advice], upsert=True)
        raw.driver.write(CHANGES, [*changes, change], upsert=False)
    results = [{"op_id": c["ver"], "status": "applied", "seq": c["seq"], "ver": c["ver"]} for c in changes]
    return {"head": head, "results": results, "advice": advice["body"]}


def pull(raw: Raw, patient_id: UUID, after: int, limit: int) -> list[dict[str, Any]]:
    """Return a page of the newest versions numbered above `after`."""
    rows = raw.driver.values(_select(raw.driver), [raw.driver.bound(patient_id), after, limit])
    return [_told(*row) for row in rows]


def head_of(raw: Raw, patient_id: UUID) -> int:
    """Return the last number of a stream."""
    statement = f"SELECT head FROM sync_stream WHERE patient_id = {raw.driver.mark}"
    return int(raw.driver.rows(statement, [raw.driver.bound(patient_id)])[0]["head"])


def _select(driver: Driver) -> str:
    key, ver, mark = driver.selected_id.format("id"), driver.selected_id.format("ver"), driver.mark
    return (
        f"SELECT collection, {key}, seq, {ver}, deleted, CAST(data AS text) FROM sync_change AS own "
        f"WHERE patient_id = {mark} AND seq > {mark} AND seq = ("
        "SELECT newer.seq FROM sync_change AS newer WHERE newer.patient_id = own.patient_id "
        "AND newer.collection = own.collection AND newer.id = own.id ORDER BY newer.seq DESC LIMIT 1) "
        f"ORDER BY seq LIMIT {mark}"
    )


def _rows_of(op: Operation, key: JsonRow, at: str) -> tuple[JsonRow, JsonRow]:
    """Return the row of an operation's record, and its version."""
    data = {**op["data"], **SET_BY_SERVER.get(op["collection"], {})}
    performed_at = data["performed_at"]
    row = {
        **data,
        **key,
        "utc_offset_min": _minutes(performed_at[-6:]),
        "performed_on": performed_at[:10],
        "deleted_at": None,
        "received_at": at,
        "flags": [],
    }
    digest = sha256(orjson.dumps(op, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return row, _change(op["collection"], key, data, at, status="applied", op_hash=digest)


def _advice(raw: Raw, shared: JsonRow, seq: int, at: str) -> tuple[JsonRow, JsonRow]:
    """Return the row of an advice, and its version."""
    data = {**raw.advice, "as_of": at[:10], "given_at": at, "valid_until": at, "supersedes": None}
    key = {**shared, "id": str(new_id()), "seq": seq, "ver": str(new_id())}
    row = {**data, **key, "deleted_at": None, "received_at": at, "flags": []}
    return row, _change(ADVICE.name, key, data, at, status=None, op_hash=None)


def _change(name: str, key: JsonRow, data: JsonRow, at: str, **told: str | None) -> JsonRow:
    return {**key, "collection": name, "deleted": False, "data": data, "at": at, **told}


def _minutes(offset: str) -> int:
    """Return the minutes of an offset like +01:00."""
    minutes = int(offset[1:3]) * 60 + int(offset[4:])
    return -minutes if offset[0] == "-" else minutes


def _told(collection: str, key: Any, seq: int, ver: Any, deleted: int, data: str | None) -> dict[str, Any]:
    """Return a version ready for orjson, its data untouched."""
    if isinstance(key, bytes):
        key, ver = id_text(key), id_text(ver)
    fragment = None if data is None else orjson.Fragment(data)
    return {"collection": collection, "id": key, "seq": seq, "ver": ver, "deleted": bool(deleted), "data": fragment}
