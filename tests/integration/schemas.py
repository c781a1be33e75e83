"""Describes the schema of a real database in full, CHECKs and parts included, so that two can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from app.db.base import is_partition

Description = dict[str, dict[str, Any]]
"""By table: its columns, keys, uniques, foreign keys, indexes, CHECKs and parts."""

_CHECK = re.compile(r"(?:CONSTRAINT\s+\"?(\w+)\"?\s+)?CHECK\s*(?=\()", re.IGNORECASE)


def describe(connection: Connection) -> Description:
    """Return what the database says its tables are; alembic's own table is left out."""
    described = _sqlite(connection) if connection.dialect.name == "sqlite" else _postgresql(connection)
    described.pop("alembic_version", None)
    return described


def _sqlite(connection: Connection) -> Description:
    listed = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    return {name: _sqlite_table(connection, name, sql) for name, sql in listed if not name.startswith("sqlite_")}


def _sqlite_table(connection: Connection, table: str, sql: str) -> dict[str, Any]:
    def pragma(name: str, of: str = table) -> list[Any]:
        return list(connection.exec_driver_sql(f'PRAGMA {name}("{of}")').all())

    columns = {row[1]: {"type": row[2], "not_null": row[3], "default": row[4]} for row in pragma("table_info")}
    key = [row[1] for row in sorted(pragma("table_info"), key=lambda row: row[5]) if row[5]]
    foreign: dict[int, list[Any]] = {}
    for number, _, other, here, there, on_update, on_delete, match in pragma("foreign_key_list"):
        foreign.setdefault(number, []).append((other, here, there, on_update, on_delete, match))
    indexes = [
        (
            row[2],
            row[3],
            row[4],
            tuple(part[2] for part in pragma("index_info", row[1])),
            _index_sql(connection, row[1]),
        )
        for row in pragma("index_list")
    ]
    return {
        "columns": columns,
        "key": key,
        "foreign": sorted(sorted(parts) for parts in foreign.values()),
        "indexes": sorted(indexes, key=str),
        "checks": sorted(_checks(sql), key=str),
        "names": sorted(re.findall(r"CONSTRAINT\s+\"?(\w+)", sql)),
    }


def _index_sql(connection: Connection, name: str) -> str:
    found = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}).scalar()
    return " ".join((found or "").split())


def _checks(sql: str) -> Iterator[tuple[str | None, str]]:
    """Yield name and condition of each CHECK in a CREATE TABLE statement."""
    for found in _CHECK.finditer(sql):
        yield found.group(1), " ".join(_parenthesised(sql, found.end()).split())


def _parenthesised(sql: str, start: int) -> str:
    depth = 0
    for end in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[end], 0)
        if depth == 0:
            return sql[start : end + 1]
    raise ValueError("a parenthesis is never closed")


_COLUMNS = """
SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default, character_maximum_length
FROM information_schema.columns WHERE table_schema = 'public'
"""
_CONSTRAINTS = """
SELECT c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.connamespace = 'public'::regnamespace AND c.relispartition = false
"""
_INDEXES = """
SELECT c.relname, i.relname, pg_get_indexdef(x.indexrelid)
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relispartition = false
"""
_PARTS = """
SELECT parent.relname, pg_get_partkeydef(parent.oid), part.relname, pg_get_expr(part.relpartbound, part.oid)
FROM pg_class parent
LEFT JOIN pg_inherits h ON h.inhparent = parent.oid LEFT JOIN pg_class part ON part.oid = h.inhrelid
WHERE parent.relkind = 'p'
"""


def _postgresql(connection: Connection) -> Description:
    described: Description = {}
    for part, query in [("columns", _COLUMNS), ("constraints", _CONSTRAINTS), ("indexes", _INDEXES), ("parts", _PARTS)]:
        for table, *said in connection.execute(text(query)):
            if not is_partition(table):
                described.setdefault(table, {}).setdefault(part, set()).add(tuple(said))
    return described
