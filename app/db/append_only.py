"""Tables that are only ever added to: the database itself refuses to change or delete a row of theirs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, text

from app.db.base import PARTITIONS

FUNCTION = "refuse_change"


def guard_statements(table: str, dialect: str) -> list[str]:
    """Return the statements after which a patient-owned table of that database takes new rows and nothing else."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, 'append only'); END"
            for act in ("update", "delete")
        ]
    parts = [table, *(f"{table}_p{part}" for part in range(PARTITIONS))]
    return [
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'append only'; END $$",
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
        *(
            f"CREATE TRIGGER {part}_not_emptied BEFORE TRUNCATE ON {part} EXECUTE FUNCTION {FUNCTION}()"
            for part in parts
        ),
    ]


def unguard_statements(dialect: str) -> list[str]:
    """Return the statements that take back what guard_statements left beside the table."""
    return [] if dialect == "sqlite" else [f"DROP FUNCTION {FUNCTION}()"]


def keep_append_only(table: Table, connection: Any, **_: Any) -> None:
    """Guard a table that the metadata has just created."""
    for statement in guard_statements(table.name, connection.dialect.name):
        connection.execute(text(statement))
