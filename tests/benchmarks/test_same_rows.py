"""The product and the raw baseline leave the same rows; otherwise there is nothing to compare."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, select

from app.db.engine import Database
from app.guidance.models import ADVICE, ADVICE_FIELDS
from app.kernel.clock import now
from tests.benchmarks import raw_sync
from tests.benchmarks.statements import open_raw
from tests.benchmarks.sync_records import mixed
from tests.builders.devices import Phone
from tests.builders.people import People

OWN = {"patient_id", "device_id", "received_at", "at"}
"""What differs between two patients who push the same."""


def rows_of(database: Database, table: Table, patient_id: UUID) -> list[dict[str, Any]]:
    """Return a patient's rows in the order of their numbers, without what is the patient's own."""
    statement = select(*(column for column in table.columns if column.name not in OWN))
    with database.reading() as db:
        found = db.execute(statement.where(table.c.patient_id == patient_id).order_by(table.c.seq))
        return [dict(row) for row in found.mappings()]


def test_a_raw_push_leaves_the_rows_that_the_product_leaves(
    people: People, database: Database, database_url: str
) -> None:
    by_product, by_raw, ops = people.patient(), people.patient(), mixed()
    results = Phone(by_product).push(*ops)
    (advice,) = rows_of(database, ADVICE.table, by_product.id)
    body = {name: str(value) if isinstance(value, UUID) else value for name, value in advice.items()}
    raw = open_raw(database_url, {name: body[name] for name in ADVICE_FIELDS})
    with closing(raw.driver):
        told = raw_sync.push(raw, by_raw.id, ops, now())

    assert [result["status"] for result in results] == ["applied"] * len(ops)
    assert told["results"] == [{name: result[name] for name in ("op_id", "status", "seq", "ver")} for result in results]
    for table in raw_sync.TABLES.values():
        assert rows_of(database, table, by_raw.id) == rows_of(database, table, by_product.id)
    assert len(rows_of(database, ADVICE.table, by_raw.id)) == 1
    *versions, of_advice = rows_of(database, raw_sync.CHANGES, by_raw.id)
    *expected, _ = rows_of(database, raw_sync.CHANGES, by_product.id)
    assert versions == expected
    assert of_advice["collection"] == ADVICE.name


def test_a_raw_pull_returns_what_the_product_returns(people: People, database_url: str) -> None:
    phone = Phone(people.patient())
    phone.push(*mixed())
    raw = open_raw(database_url, {})
    with closing(raw.driver):
        pulled = raw_sync.pull(raw, phone.person.id, 0, 1000)

    assert orjson.loads(orjson.dumps(pulled)) == phone.pull(limit=1000)["changes"]
