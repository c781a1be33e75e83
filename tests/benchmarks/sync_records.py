"""What a device pushes: new records of all kinds, each whole, as a device that was away has them."""

from __future__ import annotations

from typing import Any

import orjson

from app.kernel.ids import new_id
from app.logbook.domain import Entry
from app.logbook.kinds import KINDS
from tests.benchmarks.histories import days_of_all_kinds, run
from tests.benchmarks.raw_sync import SET_BY_SERVER

AWAY_DAYS = 30
"""How long the device was away; pasts end before, so that a day is not lived twice."""
MOST = 100
Operation = dict[str, Any]


def mixed() -> list[Operation]:
    """Return a hundred operations: a month of sessions with sets, runs, pain scores and check-ins."""
    return [operation(entry) for entry in days_of_all_kinds(AWAY_DAYS, 1)[:MOST]]


def single() -> list[Operation]:
    """Return one operation: yesterday's run."""
    return [operation(run(1))]


def operation(entry: Entry) -> Operation:
    """Return the operation that writes a new entry, with every field that a device knows, empty ones as null."""
    kind = next(kind for kind in KINDS if isinstance(entry, kind.entry))
    name = kind.collection.name
    data: dict[str, Any] = orjson.loads(orjson.dumps(kind.collection.wire(kind.columns_of(entry))))
    for field in SET_BY_SERVER.get(name, ()):
        del data[field]
    named = {"op_id": str(new_id()), "collection": name, "id": str(entry.id)}
    return {**named, "action": "put", "base": {"ver": None}, "data": data}
