"""Writes many rows of one table with one statement, which is made once for each table and database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import repeat
from operator import is_, itemgetter
from types import NoneType
from typing import Any

import orjson
from sqlalchemy import Boolean, Date, Float, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.asking import dialect_of, put
from app.db.types import Id, Instant, Json, id_bytes, instant_text

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
    if dialect_of(db) == "postgresql":
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

        Goes through the rows once, and then through each column that is not kept as it comes: a step in Python for
        each value costs more than to turn the whole table twice.
        """
        columns: list[Sequence[Any]] = list(zip(*map(self.pick, rows), strict=True))
        for place, keep in self.kept:
            columns[place] = _as_kept(columns[place], keep)
        return list(zip(*columns, strict=True))


def _as_kept(column: Sequence[Any], keep: Keep) -> Sequence[Any]:
    """Return a column as it is kept; what is the very same in every row (whose it is, when it came) is made once."""
    first = column[0]
    if all(map(is_, column, repeat(first))):
        return column if first is None else [keep(first)] * len(column)
    if keep is str and _TEXTS.issuperset(map(type, column)):
        return column
    return [None if value is None else keep(value) for value in column]


@lru_cache
def _row_writer(table: Table) -> _RowWriter:
    return _RowWriter(itemgetter(*(column.name for column in table.columns)), tuple(_kept(table)))


def _kept(table: Table) -> Iterator[tuple[int, Keep]]:
    """Yield the places of the columns that are not kept as they come, and how they are."""
    for place, column in enumerate(table.columns):
        if isinstance(column.type, _AS_THEY_COME):
            continue
        own = next((keep for kind, keep in _KEEPS.items() if isinstance(column.type, kind)), None)
        keep = own or column.type.dialect_impl(_SQLITE).bind_processor(_SQLITE)
        if keep is not None:
            yield place, keep


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


_KEEPS: Mapping[type, Keep] = {
    Id: id_bytes,
    Boolean: int,
    Instant: instant_text,
    Json: _json_text,
    Date: date.isoformat,
    Text: str,
}
"""Numbers and texts are what the driver takes as they are. A word of a list of words, say, is a text and more."""
_AS_THEY_COME = Float
"""The column makes a number with a fraction of a whole one."""
_TEXTS = frozenset({str, NoneType})
