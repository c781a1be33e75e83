"""Rows that are written the quick way are kept as SQLAlchemy keeps them, in every table that is written so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Column, Table, exc, insert, select, text
from sqlalchemy.types import Boolean, Date, Float, Integer, Text

from app.db.base import table_of
from app.db.engine import Database
from app.db.rows import add_rows, put_rows
from app.db.synced import SyncChange
from app.db.types import Id, Instant, Json, instant_text, rfc3339
from app.logbook.domain import PainMoment, Side
from app.programmes.models import RevisionRow
from app.sync.registry import COLLECTIONS
from tests.builders.people import People

TABLES = [found.collection.table for found in COLLECTIONS.values()] + [
    table_of(SyncChange),
    table_of(RevisionRow),
]
AT = datetime(2026, 3, 29, 3, 30, 0, 7, tzinfo=timezone(timedelta(hours=2)))
VALUES: list[tuple[type, Any]] = [
    (Id, UUID("0198aaaa-aaaa-7aaa-8aaa-aaaaaaaaaaaa")),
    (Instant, AT),
    (Json, {"sets": [1, 2.5, None, "Ü\n"], "at": "x"}),
    (Date, date(1900, 1, 2)),
    (Boolean, True),
    (Float, 3.1),
    (Integer, 2**53),
    (Text, "Ü 'quoted' %s ? :name"),
]


def row_of(table: Table, patient_id: UUID, *, is_empty: bool) -> dict[str, Any]:
    """Return a row with a value, or where one may be left out nothing, in every column."""
    return {column.name: _value(column, patient_id, is_empty) for column in table.columns}


def _value(column: Column[Any], patient_id: UUID, is_empty: bool) -> Any:
    if column.name == "patient_id":
        return patient_id
    if is_empty and column.nullable and not column.primary_key:
        return None
    return next(value for kind, value in VALUES if isinstance(column.type, kind))


def kept(database: Database, table: Table, rows: list[dict[str, Any]], quick: Any) -> Any:
    """Return what the database then holds, in its own words, and what is read back; nothing stays."""
    with database.writing() as db:
        if database.dialect == "postgresql":
            db.execute(text("SET LOCAL session_replication_role = replica"))  # rows of nobody's programme
        else:
            db.execute(text("PRAGMA defer_foreign_keys = ON"))
        quick(db, table, rows)
        whose = rows[0]["patient_id"]
        mine = whose.bytes if database.dialect == "sqlite" else whose
        raw = db.execute(text(f"SELECT * FROM {table.name} WHERE patient_id = :mine"), {"mine": mine}).all()
        read = db.execute(select(table).where(table.c.patient_id == whose)).all()
        db.rollback()
    return raw, read


def by_sqlalchemy(db: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows the usual way."""
    db.execute(insert(table), rows)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("is_empty", [False, True], ids=["whole", "empty"])
def test_a_row_is_kept_as_sqlalchemy_keeps_it(database: Database, people: People, table: Table, is_empty: bool) -> None:
    row = row_of(table, people.patient().id, is_empty=is_empty)
    expected = kept(database, table, [row], by_sqlalchemy)
    assert expected[1]
    assert kept(database, table, [row], add_rows) == expected
    if "id" in table.c and table.name != "sync_change":
        assert kept(database, table, [row], put_rows) == expected


def test_rows_of_which_each_is_another_are_kept_as_sqlalchemy_keeps_them(database: Database, people: People) -> None:
    """Some hold nothing where others do, some a word of a list of words, and times to the second."""
    table = COLLECTIONS["pain_scores"].collection.table
    whole, empty, words = (row_of(table, people.patient().id, is_empty=is_empty) for is_empty in (False, True, False))
    for number, row in enumerate((whole, empty, words)):
        row |= {"patient_id": whole["patient_id"], "id": UUID(int=number), "seq": number + 1}
    words |= {"moment": PainMoment.DURING, "side": Side.LEFT, "received_at": AT.replace(microsecond=0), "flags": ()}
    rows = [whole, empty, words]
    assert kept(database, table, rows, add_rows) == kept(database, table, rows, by_sqlalchemy)


def test_putting_a_row_again_replaces_all_of_it_but_its_key(database: Database, people: People) -> None:
    table = COLLECTIONS["runs"].collection.table
    patient_id = people.patient().id
    first, second = (row_of(table, patient_id, is_empty=is_empty) for is_empty in (False, True))
    with database.writing() as db:
        put_rows(db, table, [first])
        put_rows(db, table, [second])
        found = db.execute(select(table).where(table.c.patient_id == patient_id)).mappings().one()
        db.rollback()
    expected = {name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in second.items()}
    assert dict(found) == expected


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-12 * 60, 14 * 60))  # noqa: DTZ001
@example(datetime(2026, 1, 1), 0)  # noqa: DTZ001
def test_an_instant_is_written_as_it_is_read(local: datetime, offset_min: int) -> None:
    instant = local.replace(tzinfo=timezone(timedelta(minutes=offset_min)))
    assert rfc3339(instant) == instant.isoformat()
    in_utc = instant.astimezone(UTC).replace(tzinfo=None)
    assert instant_text(instant) == in_utc.isoformat(" ", "microseconds")


def test_an_instant_without_a_zone_is_refused_and_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant_text(datetime(2026, 1, 1))  # noqa: DTZ001 - the very thing


def test_a_row_that_is_there_already_is_refused_in_sqlalchemy_s_words(database: Database, app: Flask) -> None:
    person, changes = People(app).patient(), table_of(SyncChange)
    assert person.get("/v1/patients/{me}/guidance/advice").status_code == 200
    with database.writing() as db:
        found = db.execute(select(changes).where(changes.c.patient_id == person.id).limit(1)).mappings().one()
        with pytest.raises(exc.IntegrityError):
            add_rows(db, changes, [dict(found)])
