"""How migrations make tables: patient-owned ones in parts on PostgreSQL, with the columns that sync needs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.base import NAMING, partition_statements
from app.db.types import Id, Instant, Json


def named(kind: str, table: str, *columns: str) -> str:
    """Return the name that the naming convention gives to a key, unique, index or foreign key."""
    return str(NAMING[kind]) % {"table_name": table, "column_0_N_name": "_".join(columns)}


def create_patient_table(name: str, *parts: Any) -> None:
    """Create a table keyed by patient; on PostgreSQL hash-partitioned."""
    op.create_table(name, *parts, postgresql_partition_by="HASH (patient_id)")
    if op.get_context().dialect.name == "postgresql":
        for statement in partition_statements(name):
            op.execute(statement)


def create_synced_table(name: str, *parts: Any) -> None:
    """Create a table whose rows reach a phone."""
    create_patient_table(name, *synced_columns(name), *parts)


def patient_column(table: str) -> list[Any]:
    """Return the column that names the patient, with its foreign key."""
    return [
        sa.Column("patient_id", Id(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["accounts.id"], name=named("fk", table, "patient_id")),
    ]


def synced_columns(table: str) -> list[Any]:
    """Return the columns and constraints that every synced table has."""
    return [
        *patient_column(table),
        sa.Column("id", Id(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ver", Id(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.Column("device_id", Id(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("flags", Json(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "id", name=named("pk", table)),
        sa.UniqueConstraint("patient_id", "seq", name=named("uq", table, "patient_id", "seq")),
    ]
