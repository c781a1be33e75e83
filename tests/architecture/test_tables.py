"""Every patient-owned table is keyed, referenced and partitioned by patient, so that it can be moved by patient."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from app.db.base import NAMING, PARTITIONED, PARTITIONS, Base
from app.db.engine import Database
from app.db.synced import Synced
from app.db.types import Id, Instant, Json

SYNC_COLUMNS = {"patient_id", "id", "seq", "ver", "deleted_at", "device_id", "received_at", "flags"}
NULLABLE_SYNC_COLUMNS = {"deleted_at", "device_id"}


@pytest.fixture(autouse=True)
def _every_feature_is_loaded(app: Flask) -> None:
    """The factory imports every feature, and with it every table."""


def is_owned(table: Table) -> bool:
    """Does the table hold what belongs to a patient?"""
    return "patient_id" in table.columns


def faults_of_owned(table: Table) -> list[str]:
    """Return every way in which a patient-owned table is not kept by patient."""
    key = [column.name for column in table.primary_key]
    faults = [] if key[:1] == ["patient_id"] else [f"key begins with {key[:1]}"]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint | ForeignKeyConstraint):
            faults += _without_patient(type(constraint).__name__, [column.name for column in constraint.columns])
    for index in table.indexes:
        faults += _without_patient("Index", [column.name for column in index.columns])
    if table.columns["patient_id"].nullable:
        faults.append("patient_id may be null")
    if table.dialect_options["postgresql"]["partition_by"] != PARTITIONED["postgresql_partition_by"]:
        faults.append("not partitioned")
    return faults


def _without_patient(kind: str, columns: list[str]) -> list[str]:
    return [] if "patient_id" in columns else [f"{kind} on {columns} without patient_id"]


def faults_of_synced(table: Table) -> list[str]:
    """Return every way in which a table cannot be synced."""
    missing = SYNC_COLUMNS - set(table.columns.keys())
    faults = [f"no column {name}" for name in sorted(missing)]
    for name in sorted(SYNC_COLUMNS - missing):
        if table.columns[name].nullable != (name in NULLABLE_SYNC_COLUMNS):
            faults.append(f"{name} has the wrong nullability")
    if [column.name for column in table.primary_key] != ["patient_id", "id"]:
        faults.append("key is not patient_id, id")
    uniques = [[c.name for c in u.columns] for u in table.constraints if isinstance(u, UniqueConstraint)]
    return faults if ["patient_id", "seq"] in uniques else [*faults, "seq is not unique per patient"]


def synced_tables() -> list[Table]:
    """Return the tables of every row that reaches a phone."""
    rows = [mapper.class_ for mapper in Base.registry.mappers]
    return [Base.metadata.tables[row.__tablename__] for row in rows if issubclass(row, Synced)]


def test_every_patient_owned_table_is_kept_by_patient() -> None:
    owned = [table for table in Base.metadata.tables.values() if is_owned(table)]
    assert {"care_links", "sync_stream", "sync_change"} <= {table.name for table in owned}
    assert {table.name: faults for table in owned if (faults := faults_of_owned(table))} == {}


def test_every_synced_table_has_what_sync_needs() -> None:
    tables = synced_tables()
    assert "care_links" in {table.name for table in tables}
    assert {table.name: faults for table in tables if (faults := faults_of_synced(table))} == {}


def test_no_other_table_names_a_patient_under_another_name() -> None:
    suspects = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if not is_owned(table) and ("patient" in column.name or column.name in {"owner_id", "subject_id"})
    }
    assert suspects == set()


def test_a_planted_table_that_is_not_kept_by_patient_is_refused() -> None:
    elsewhere = MetaData(naming_convention=NAMING)
    Table("accounts", elsewhere, Column("id", Id, primary_key=True))
    Table("library", elsewhere, Column("id", Id, primary_key=True))
    planted = Table(
        "diary",
        elsewhere,
        Column("id", Id),
        Column("patient_id", Id, nullable=True),
        Column("exercise_id", Id),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("exercise_id"),
        ForeignKeyConstraint(["exercise_id"], ["library.id"]),
        Index("ix_diary_exercise_id", "exercise_id"),
    )
    assert sorted(faults_of_owned(planted)) == [
        "ForeignKeyConstraint on ['exercise_id'] without patient_id",
        "Index on ['exercise_id'] without patient_id",
        "UniqueConstraint on ['exercise_id'] without patient_id",
        "key begins with ['id']",
        "not partitioned",
        "patient_id may be null",
    ]


def test_a_planted_table_that_cannot_be_synced_is_refused() -> None:
    planted = Table(
        "diary",
        MetaData(),
        Column("patient_id", Id, nullable=False),
        Column("id", Id, nullable=False),
        Column("seq", BigInteger, nullable=False),
        Column("deleted_at", Instant, nullable=False),
        Column("received_at", Instant, nullable=False),
        Column("flags", Json, nullable=False),
        PrimaryKeyConstraint("patient_id", "seq"),
    )
    assert faults_of_synced(planted) == [
        "no column device_id",
        "no column ver",
        "deleted_at has the wrong nullability",
        "key is not patient_id, id",
        "seq is not unique per patient",
    ]


def test_postgresql_keeps_each_of_them_in_parts(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite has no partitions")
    statement = text(
        "SELECT c.relname, p.partstrat, count(i.inhrelid), pg_get_partkeydef(c.oid) "
        "FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid "
        "LEFT JOIN pg_inherits i ON i.inhparent = c.oid GROUP BY c.oid, c.relname, p.partstrat"
    )
    with database.reading() as db:
        found = {row[0]: tuple(row[1:]) for row in db.execute(statement)}
    owned = {table.name for table in Base.metadata.tables.values() if is_owned(table)}
    assert found == dict.fromkeys(owned, ("h", PARTITIONS, "HASH (patient_id)"))
