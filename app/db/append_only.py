"""Tables that are only ever added to: the database itself refuses to change or delete a row of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import MetaData, Table, text

from app.db.base import PARTITIONS

FUNCTION = "refuse_change"
ERASING = "erasures_under_way"
ERASURE_FUNCTION = "refuse_unless_erasing"
_UNDER_WAY = f"SELECT 1 FROM {ERASING} WHERE account_id = OLD.patient_id"  # noqa: S608 - our own names
_REFUSE_UNLESS_ERASING = (
    f"CREATE FUNCTION {ERASURE_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF EXISTS ({_UNDER_WAY}) THEN RETURN OLD; END IF; RAISE EXCEPTION 'append only'; END $$"
)


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


def erasable_statements(table: str, dialect: str) -> list[str]:
    """Return the statements after which rows of a guarded table go with their patient, and otherwise never.

    The patient is named in ERASING for the one transaction of their erasure.
    """
    if dialect == "sqlite":
        return [
            f"DROP TRIGGER {table}_no_delete",
            f"CREATE TRIGGER {table}_no_delete BEFORE delete ON {table} WHEN NOT EXISTS ({_UNDER_WAY}) "
            "BEGIN SELECT RAISE(ABORT, 'append only'); END",
        ]
    return [
        _REFUSE_UNLESS_ERASING,
        f"DROP TRIGGER {table}_kept ON {table}",
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()",
        f"CREATE TRIGGER {table}_kept_unless_erasing BEFORE DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {ERASURE_FUNCTION}()",
    ]


def unerasable_statements(table: str, dialect: str) -> list[str]:
    """Return the statements that take back what erasable_statements did."""
    if dialect == "sqlite":
        return [f"DROP TRIGGER {table}_no_delete", guard_statements(table, dialect)[1]]
    return [
        f"DROP TRIGGER {table}_kept_unless_erasing ON {table}",
        f"DROP FUNCTION {ERASURE_FUNCTION}()",
        f"DROP TRIGGER {table}_kept ON {table}",
        guard_statements(table, dialect)[1],
    ]


def unguard_statements(dialect: str) -> list[str]:
    """Return the statements that take back what guard_statements left beside the table."""
    return [] if dialect == "sqlite" else [f"DROP FUNCTION {FUNCTION}()"]


def keep_append_only(table: Table, connection: Any, **_: Any) -> None:
    """Guard a table that the metadata has just created."""
    for statement in guard_statements(table.name, connection.dialect.name):
        connection.execute(text(statement))


def allow_erasure(_metadata: MetaData, connection: Any, tables: Sequence[Table], **_: Any) -> None:
    """Let the lines about a patient go with the patient, in a database that the metadata has just created."""
    if ERASING in {table.name for table in tables}:
        for statement in erasable_statements("access_log", connection.dialect.name):
            connection.execute(text(statement))
