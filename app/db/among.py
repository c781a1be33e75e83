"""Asks for the rows of many ids, words or numbers with one parameter, so that a statement is made only once.

A list that is spelled out makes another statement for each length: to write and read that costs more than to run it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    LargeBinary,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

_ID_BYTES = 16


def is_among_ids(column: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the ids of the parameter `name`, given as `ids` makes it."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(Uuid())))
    return column.in_(_cut_up(name))


@cache
def _cut_up(name: str) -> Select[Any]:
    """Return the ids of a parameter as rows; the same each time, so that one statement may ask for them twice."""
    given = bindparam(name, type_=LargeBinary())
    first = select(literal(0).label("place")).cte(f"places_of_{name}", recursive=True)
    next_place = first.c.place + _ID_BYTES
    places = first.union_all(select(next_place).where(next_place < func.length(given)))
    return select(func.substr(given, places.c.place + 1, _ID_BYTES))


def ids(found: Collection[UUID], dialect: str) -> Any:
    """Return ids as one parameter: on SQLite their bytes one after the other."""
    return list(found) if dialect == "postgresql" else b"".join([one.bytes for one in found])


def is_among_words(column: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the words of the parameter `name`, given as `values` makes it."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(Text())))
    return _is_in_json(column, name)


def is_among_days(column: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the days of the parameter `name`, given as `days` makes them."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(Date())))
    return _is_in_json(column, name)


def days(found: Collection[date], dialect: str) -> Any:
    """Return days as one parameter: on SQLite a JSON list of them as they are kept, YYYY-MM-DD."""
    return list(found) if dialect == "postgresql" else orjson.dumps(list(found)).decode()


def is_among_numbers(column: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the whole numbers of `name`, given as `values` makes them."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(BigInteger())))
    return _is_in_json(column, name)


def values(found: Collection[str] | Collection[int], dialect: str) -> Any:
    """Return words or numbers as one parameter: on SQLite a JSON list."""
    return list(found) if dialect == "postgresql" else orjson.dumps(list(found)).decode()


def _is_in_json(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    given = func.json_each(bindparam(name, type_=Text())).table_valued("value", name=f"given_{name}")
    return column.in_(select(given.c.value))
