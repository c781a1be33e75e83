"""Writes many rows of one table with one statement, which is made once for each table and database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.asking import put
from app.db.types import Id, Instant, Json, instant_text

Rows = Sequence[Mapping[str, Any]]
Keep = Callable[[Any], Any]
_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
_SQLITE = sqlite.dialect()
_KEY = ("patient_id", "id")


def add_rows(db: Session, table: Table, rows: Rows) -> None:
    """Insert rows; each names every column."""
    _write(db, table, rows, replace=False)


def put_rows(db: Session, table: Table, rows: Rows) -> None:
    """Insert rows, or replace those of the same patient and id; each row names every column, and is given once."""
    _write(db, table, rows, replace=True)


def _write(db: Session, table: Table, rows: Rows, *, replace: bool) -> None:
    if db.connection().dialect.name == "postgresql":
        put(db, _from_json(table, replace=replace), (_as_json(rows),), many=False)
    else:
        put(db, _from_values(table, replace=replace), _row_writer(table).values_of(rows), many=True)


def _as_json(rows: Rows) -> str:
    """Return all the rows as one value: PostgreSQL reads it twice as fast as a list of parameters."""
    return orjson.dumps(rows).decode()


@lru_cache
def _from_json(table: Table, *, replace: bool) -> str:
    names = ", ".join(column.name for column in table.columns)
    types = ", ".join(f"{column.name} {column.type.compile(_POSTGRESQL)}" for column in table.columns)
    # The driver takes a bare % for a parameter; no name or type of a column has one.
    source = f"json_to_recordset(%s::json) AS given ({types})"
    made = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {source}"  # noqa: S608 - our own names
    return made + (_replacing(table) if replace else "")


@lru_cache
def _from_values(table: Table, *, replace: bool) -> str:
    names = ", ".join(column.name for column in table.columns)
    places = ", ".join("?" * len(table.columns))
    made = f"INSERT INTO {table.name} ({names}) VALUES ({places})"  # noqa: S608 - our own names
    return made + (_replacing(table) if replace else "")


def _replacing(table: Table) -> str:
    fresh = ", ".join(f"{column.name} = excluded.{column.name}" for column in table.columns if column.name not in _KEY)
    return f" ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {fresh}"


@dataclass(frozen=True, slots=True)
class _RowWriter:
    """How the rows of a table become what SQLite's driver takes: as SQLAlchemy would, at a tenth of the price."""

    pick: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    kept: tuple[tuple[int, Keep], ...]

    def values_of(self, rows: Rows) -> list[tuple[Any, ...]]:
        """Return each row's values in the order of the columns.

        What is the very same in a row as in the one before (whose it is, when it came) is not made a second time.
        """
        found = []
        before: list[tuple[Any, Any]] = [(None, None)] * len(self.kept)
        for row in rows:
            values = list(self.pick(row))
            for number, (place, keep) in enumerate(self.kept):
                value = values[place]
                if value is not None:
                    was, made = before[number]
                    if value is not was:
                        made = keep(value)
                        before[number] = value, made
                    values[place] = made
            found.append(tuple(values))
        return found


@lru_cache
def _row_writer(table: Table) -> _RowWriter:
    return _RowWriter(itemgetter(*(column.name for column in table.columns)), tuple(_kept(table)))


def _kept(table: Table) -> Iterator[tuple[int, Keep]]:
    """Yield the places of the columns that are not kept as they come, and how they are."""
    for place, column in enumerate(table.columns):
        own = next((keep for kind, keep in _KEEPS.items() if isinstance(column.type, kind)), None)
        keep = own or column.type.dialect_impl(_SQLITE).bind_processor(_SQLITE)
        if keep is not None:
            yield place, keep


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


_KEEPS: Mapping[type, Keep] = {Id: lambda found: found.bytes, Instant: instant_text, Json: _json_text}
