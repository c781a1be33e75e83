"""The base of all tables: one naming of constraints, one mapping of Python types to columns."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, MetaData, Table, event, text
from sqlalchemy.orm import DeclarativeBase

from app.db.types import Id, Instant

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

PARTITIONS = 8
"""Into how many parts PostgreSQL hashes each patient-owned table; a part can move to a machine of its own."""

PARTITIONED = {"postgresql_partition_by": "HASH (patient_id)"}
"""The table option that every patient-owned table carries."""


class Base(DeclarativeBase):
    """What every table inherits."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {UUID: Id, datetime: Instant, int: BigInteger}


def table_of(row: type[Base]) -> Table:
    """Return the table of a row class; statements on it skip the mapper, which doubles the price of a small one."""
    return row.metadata.tables[row.__tablename__]


def partition_statements(table: str) -> list[str]:
    """Return the PostgreSQL statements that create the parts of a hash-partitioned table."""
    return [
        f"CREATE TABLE {table}_p{part} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
        for part in range(PARTITIONS)
    ]


def is_partition(name: str) -> bool:
    """Is this the name of a part that partition_statements made?"""
    stem, _, part = name.rpartition("_p")
    return part.isdigit() and stem in Base.metadata.tables


@event.listens_for(Table, "after_create")
def _create_partitions(table: Table, connection: Any, **_: Any) -> None:
    own = table.metadata is Base.metadata and connection.dialect.name == "postgresql"
    if own and table.dialect_options["postgresql"]["partition_by"]:
        for statement in partition_statements(table.name):
            connection.execute(text(statement))
