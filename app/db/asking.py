"""Asks what every request asks: a select that is written once, put to the driver itself.

To lead a select of one row through SQLAlchemy costs more than to answer it. So the statement's text, and how its
parameters and columns are kept, are found out once for each database; the values are the same. Whoever listens to an
engine's statements sees these as well: then they go SQLAlchemy's way, as they do on a session that writes, and
whenever the driver has something to complain of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Float, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from app.db.reading import ReadingSession
from app.db.types import Id, Instant, Json

Row = Sequence[Any]
Turn = Callable[[Any], Any]


class Question:
    """A select with named parameters and neither lists nor limits in it, ready to be asked."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self.names = tuple(column.name for column in statement.selected_columns)
        self._forms: dict[str, _Form] = {}

    def first(self, db: Session, asked: Mapping[str, Any]) -> Row | None:
        """Return the values of the first row, in the order of the columns; None where there is none."""
        if isinstance(db, ReadingSession) and not _is_listened_to(db.engine):
            form = self._form(db.engine.dialect)
            try:
                row = db.driver().execute(form.text, form.bound(asked)).fetchone()
            except db.engine.dialect.loaded_dbapi.Error:
                pass  # a select can be asked again: SQLAlchemy knows what each complaint means
            else:
                return None if row is None else form.read(row)
        found = db.connection().execute(self._statement, asked).first()
        return None if found is None else tuple(found)

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _form_of(self._statement, dialect)
        return form


def _is_listened_to(engine: Engine) -> bool:
    return bool(engine.dispatch.before_cursor_execute or engine.dispatch.after_cursor_execute)


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one driver takes it: its text, its parameters in order, and what is turned on the way."""

    text: str
    order: tuple[str, ...] | None
    binds: tuple[tuple[str, Turn], ...]
    reads: tuple[tuple[int, Turn], ...]

    def bound(self, asked: Mapping[str, Any]) -> Any:
        """Return the parameters as the driver takes them."""
        values = dict(asked)
        for name, turn in self.binds:
            values[name] = turn(values[name])
        return values if self.order is None else [values[name] for name in self.order]

    def read(self, row: Row) -> Row:
        """Return the values as SQLAlchemy would."""
        values = list(row)
        for place, turn in self.reads:
            value = values[place]
            if value is not None:
                values[place] = turn(value)
        return values


def _form_of(statement: Select[Any], dialect: Dialect) -> _Form:
    compiled: Any = statement.compile(dialect=dialect)
    kinds = {name: bind.type for name, bind in compiled.binds.items()}
    binds = tuple((name, turn) for name, kind in kinds.items() if (turn := _bind(kind, dialect)) is not None)
    columns = enumerate(statement.selected_columns)
    reads = tuple((place, turn) for place, one in columns if (turn := _read(one.type, dialect)) is not None)
    return _Form(str(compiled), tuple(compiled.positiontup) if compiled.positional else None, binds, reads)


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    turn: Turn | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return turn


def _read(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    """Return what a kept value is turned by; None where the driver gives it as it is wanted."""
    if dialect.name == "sqlite" and isinstance(kind, Id):
        return _id
    if dialect.name == "sqlite" and isinstance(kind, Instant):
        return _instant
    if dialect.name == "postgresql" and isinstance(kind, Id | Json | Float):
        return None
    turn: Turn | None = kind.dialect_impl(dialect).result_processor(dialect, None)
    return turn


def _id(raw: bytes) -> UUID:
    return UUID(bytes=raw)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
