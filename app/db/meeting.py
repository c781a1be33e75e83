"""Inserts that may meet a row that is there already: both databases know what to do then, each by its own maker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.asking import dialect_of
from app.db.base import Base, table_of


def inserting(db: Session, into: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can be told what to do where the row is there (`on_conflict_do_…`)."""
    maker = postgresql.insert if dialect_of(db) == "postgresql" else sqlite.insert
    return maker(into)


def put_by(db: Session, into: type[Base] | Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace what those of the same key hold in the columns that the rows name; none is nothing."""
    if not rows:
        return
    statement = inserting(db, into if isinstance(into, Table) else table_of(into))
    fresh = {name: statement.excluded[name] for name in rows[0] if name not in key}
    db.execute(statement.on_conflict_do_update(index_elements=key, set_=fresh), list(rows))
