"""The bare drivers under the baselines: one statement, many rows at once, a transaction; nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import dict_row, tuple_row
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads
from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from app.db.engine import sqlite_pragmas
from app.db.types import Id, Instant, Json

Row = Mapping[str, Any]
_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


class Driver(Protocol):
    """A connection of one driver: its placeholder, how an id is selected, how it takes values, and a transaction."""

    mark: str
    selected_id: str

    def close(self) -> None:
        """Close the connection."""

    def bound(self, value: Any) -> Any:
        """Return a value as the driver takes it."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return the rows of a statement, none where it has none."""

    def values(self, statement: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        """Return the rows of a statement as bare values."""

    def write(self, table: Table, rows: Sequence[Row], *, upsert: bool) -> None:
        """Write rows, given as JSON has them and each naming every column, by one statement."""

    def transaction(self) -> AbstractContextManager[Any]:
        """Return a context: what is written within is committed at its end."""


class SqliteDriver:
    """sqlite3 with the shipped pragmas."""

    mark = "?"
    selected_id = "{}"

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, timeout=5, check_same_thread=False, isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        for pragma in sqlite_pragmas():
            self.connection.execute(f"PRAGMA {pragma}")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def bound(self, value: Any) -> Any:
        """Return a value as the product's column types store it."""
        if isinstance(value, UUID):
            return value.bytes
        if isinstance(value, datetime):
            return _instant(value)
        if isinstance(value, date):
            return value.isoformat()
        return _json(value) if isinstance(value, dict | list) else value

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return the rows of a statement, none where it has none."""
        return [dict(row) for row in self.connection.execute(statement, values)]

    def values(self, statement: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        """Return the rows of a statement as bare values."""
        return self.connection.execute(statement, values).fetchall()

    def write(self, table: Table, rows: Sequence[Row], *, upsert: bool) -> None:
        """Write the rows by executemany."""
        statement, columns = _executemany(table, upsert=upsert)
        values = ([row[name] if bind is None else bind(row[name]) for name, bind in columns] for row in rows)
        self.connection.executemany(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write within BEGIN IMMEDIATE and COMMIT."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")


class PostgresDriver:
    """psycopg with prepared statements, and orjson for JSON."""

    mark = "%s"
    selected_id = "CAST({} AS text)"

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=1, row_factory=dict_row)
        set_json_dumps(orjson.dumps, self.connection)
        set_json_loads(orjson.loads, self.connection)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def bound(self, value: Any) -> Any:
        """Return a value as psycopg takes it."""
        return Jsonb(value) if isinstance(value, dict | list) else value

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Return the rows of a statement, none where it has none."""
        cursor = self.connection.execute(statement.encode(), values)
        return list(cursor.fetchall()) if cursor.description else []

    def values(self, statement: str, values: Sequence[Any]) -> list[Sequence[Any]]:
        """Return the rows of a statement as bare values."""
        with self.connection.cursor(row_factory=tuple_row) as cursor:
            return list(cursor.execute(statement.encode(), values).fetchall())

    def write(self, table: Table, rows: Sequence[Row], *, upsert: bool) -> None:
        """Write the rows by INSERT … SELECT FROM json_to_recordset."""
        self.rows(_recordset(table, upsert=upsert), [orjson.dumps(rows).decode()])

    def transaction(self) -> AbstractContextManager[Any]:
        """Write within BEGIN and COMMIT."""
        return self.connection.transaction()


def open_driver(url: str) -> Driver:
    """Return a new connection to a database URL."""
    return SqliteDriver(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else PostgresDriver(url)


def on_conflict(names: Sequence[str]) -> str:
    """Return the tail of an INSERT that replaces the row with the same key."""
    fresh = ", ".join(f"{name} = excluded.{name}" for name in names if name not in {"patient_id", "id"})
    return f" ON CONFLICT (patient_id, id) DO UPDATE SET {fresh}"


@lru_cache
def _recordset(table: Table, *, upsert: bool) -> str:
    names = [column.name for column in table.columns]
    types = ", ".join(f"{column.name} {column.type.compile(_POSTGRESQL)}" for column in table.columns)
    listed = ", ".join(names)
    chosen = f"SELECT {listed} FROM json_to_recordset(%s::json) AS given ({types})"
    return f"INSERT INTO {table.name} ({listed}) {chosen}" + (on_conflict(names) if upsert else "")


@lru_cache
def _executemany(table: Table, *, upsert: bool) -> tuple[str, list[tuple[str, Callable[[Any], Any] | None]]]:
    """Return the statement, and for each column how its value is bound; None: as it is."""
    names = [column.name for column in table.columns]
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"
    return statement + (on_conflict(names) if upsert else ""), [(c.name, _binder(c)) for c in table.columns]


def _binder(column: Column[Any]) -> Callable[[Any], Any] | None:
    if isinstance(column.type, Id):
        return lambda text: None if text is None else bytes.fromhex(text.replace("-", ""))
    if isinstance(column.type, Instant):
        return lambda text: None if text is None else _instant(datetime.fromisoformat(text))
    return _json if isinstance(column.type, Json) else None


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
