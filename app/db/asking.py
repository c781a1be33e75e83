"""Asks what every request asks: a select that is written once, put to the driver itself.

To lead a select of a few rows through SQLAlchemy costs more than to answer it. So the statement's text, and how its
parameters and columns are kept, are found out once for each database; the values are the same. Whoever listens to an
engine's statements sees these as well: then they go SQLAlchemy's way. What the driver complains of is told in
SQLAlchemy's words, as everything else is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Connection, Engine, Float, LargeBinary, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.types import TypeEngine

from app.db.reading import ReadingSession
from app.db.types import Id, Instant, Json, id_bytes
from app.kernel.ids import uuid_of_bytes

Row = Sequence[Any]
Asked = Select[Any] | CompoundSelect[Any] | ReturningUpdate[Any]
Turn = Callable[[Any], Any]


class Question:
    """A statement that answers rows, with named parameters, none of them a list to be spelled out."""

    def __init__(self, statement: Asked) -> None:
        self._statement = statement
        self.names = tuple(map(str, statement.exported_columns.keys()))
        self._forms: dict[str, _Form] = {}

    def first(self, db: Session, asked: Mapping[str, Any]) -> Row | None:
        """Return the values of the first row, in the order of the columns; None where there is none."""
        rows = self.all(db, asked)
        return rows[0] if rows else None

    def all(self, db: Session, asked: Mapping[str, Any]) -> Sequence[Row]:
        """Return the values of each row, in the order of the columns."""
        if isinstance(db, ReadingSession):
            return self._read(db, asked)
        connection, driver = _lent(db)
        if _is_listened_to(connection.engine):
            return self._through_sqlalchemy(db, asked)
        try:
            return self._form(connection.dialect).rows(driver, asked)
        except connection.dialect.loaded_dbapi.Error as problem:
            raise _complaint(connection, problem) from problem

    def named(self, db: Session, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the values of each row by the names of the columns."""
        return (dict(zip(self.names, row, strict=True)) for row in self.all(db, asked))

    def _read(self, db: ReadingSession, asked: Mapping[str, Any]) -> Sequence[Row]:
        if not _is_listened_to(db.engine):
            try:
                return self._form(db.engine.dialect).rows(db.driver(), asked)
            except db.engine.dialect.loaded_dbapi.Error:
                pass  # a select can be asked again: SQLAlchemy knows what each complaint means
        return self._through_sqlalchemy(db, asked)

    def _through_sqlalchemy(self, db: Session, asked: Mapping[str, Any]) -> Sequence[Row]:
        return [tuple(row) for row in db.connection().execute(self._statement, asked)]

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _form_of(self._statement, dialect)
        return form


def put(db: Session, text: str, given: Sequence[Any], *, many: bool) -> None:
    """Put a statement that is written for the driver to it, once or once for each of many; nothing is answered."""
    connection, driver = _lent(db)
    if _is_listened_to(connection.engine):
        connection.exec_driver_sql(text, given)
        return
    try:
        if many:
            driver.executemany(text, given)
        else:
            driver.execute(text, given)
    except connection.dialect.loaded_dbapi.Error as problem:
        raise _complaint(connection, problem) from problem


def dialect_of(db: Session) -> str:
    """Return the name of the database that a session asks, without a connection to it."""
    return (db.bind or db.get_bind()).dialect.name


_LENT = "trochlea.lent"
"""Where a session's `info` keeps the connection of its transaction, with the driver's own."""


def _lent(db: Session) -> tuple[Connection, Any]:
    """Return the connection of a session's transaction, and the driver's own: looked up once in a transaction.

    SQLAlchemy asks itself each time whether it may give it away, which takes as long as a small select.
    """
    known: tuple[Connection, Any] | None = db.info.get(_LENT)
    if known is None or known[0].closed or known[0].invalidated or not db.in_transaction():
        connection = db.connection()
        known = db.info[_LENT] = (connection, connection.connection.dbapi_connection)
    return known


def _complaint(connection: Connection, problem: Exception) -> Exception:
    """Return a driver's complaint as SQLAlchemy tells it.

    Of a connection that is gone it has to hear itself: it gives up those of the pool that went with it, and raises.
    """
    dialect, driver = connection.dialect, connection.connection.dbapi_connection
    if dialect.is_disconnect(problem, driver, None):  # type: ignore[arg-type]
        connection.exec_driver_sql("SELECT 1")
    told = DBAPIError.instance(None, None, problem, dialect.loaded_dbapi.Error, dialect=dialect)
    return told if isinstance(told, Exception) else problem


def _is_listened_to(engine: Engine) -> bool:
    return bool(engine.dispatch.before_cursor_execute or engine.dispatch.after_cursor_execute)


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one driver takes it: its text, its parameters in order, and what is turned on the way."""

    text: str
    in_order: Callable[[Mapping[str, Any]], Any]
    fixed: Mapping[str, Any]
    binds: Mapping[str, Turn]
    reads: tuple[tuple[int, Turn], ...]

    def rows(self, driver: Any, asked: Mapping[str, Any]) -> Sequence[Row]:
        """Return the rows that a driver's connection answers with."""
        found: Sequence[Row] = driver.execute(self.text, self.bound(asked)).fetchall()
        return [self.read(row) for row in found] if self.reads else found

    def bound(self, asked: Mapping[str, Any]) -> Any:
        """Return the parameters as the driver takes them."""
        values = {**self.fixed, **asked}
        for name in asked.keys() & self.binds.keys():
            values[name] = self.binds[name](asked[name])
        return self.in_order(values)

    def read(self, row: Row) -> Row:
        """Return the values as SQLAlchemy would."""
        values = list(row)
        for place, turn in self.reads:
            value = values[place]
            if value is not None:
                values[place] = turn(value)
        return values


def _form_of(statement: Asked, dialect: Dialect) -> _Form:
    compiled: Any = statement.compile(dialect=dialect)
    if compiled.post_compile_params:
        raise TypeError("a question has no list that is spelled out")
    in_order = _in_order(compiled.positiontup) if compiled.positional else dict
    kinds = {name: bind.type for name, bind in compiled.binds.items()}
    binds = {name: turn for name, kind in kinds.items() if (turn := _bind(kind, dialect)) is not None}
    given = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    fixed = {name: binds[name](value) if name in binds else value for name, value in given.items()}
    columns = enumerate(statement.exported_columns)
    reads = tuple((place, turn) for place, one in columns if (turn := _read(one.type, dialect)) is not None)
    return _Form(str(compiled), in_order, fixed, binds, reads)


def _in_order(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    """Return what takes these members out of a mapping, in this order; a member may be wanted several times."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    """Return what a parameter is turned by; None where the driver takes it as it is given."""
    if dialect.name == "sqlite" and isinstance(kind, Id):
        return _id_bytes
    if dialect.name == "sqlite" and isinstance(kind, LargeBinary):
        return bytearray
    turn: Turn | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return turn


def _id_bytes(found: UUID | None) -> bytearray | None:
    return None if found is None else id_bytes(found)


def _read(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    """Return what a kept value is turned by; None where the driver gives it as it is wanted."""
    if dialect.name == "sqlite" and isinstance(kind, Id):
        return uuid_of_bytes
    if dialect.name == "sqlite" and isinstance(kind, Instant):
        return _instant
    if dialect.name == "postgresql" and isinstance(kind, Id | Json | Float):
        return None
    turn: Turn | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return turn


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
