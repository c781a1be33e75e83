"""What a database holds, told in the same words of SQLite and of PostgreSQL."""

from __future__ import annotations

from sqlalchemy import Connection, func, inspect, select, table, text

from app.db.base import is_partition
from app.db.trail import TrailHeadRow
from app.keeping.domain import State
from app.keeping.repository.trails import heads_of

_HEADS = TrailHeadRow.__tablename__


def state_of(connection: Connection) -> State:
    """Return the revision, the rows of each table and the heads of the trail, all as one transaction sees them."""
    names = tables_of(connection)
    counts = {name: _count(connection, name) for name in names}
    heads = heads_of(connection) if _HEADS in names else {}
    return State(_revision(connection, names), counts, heads)


def tables_of(connection: Connection) -> list[str]:
    """Return every table of a database, the parts of another left out; also those that this program does not know."""
    return sorted(name for name in inspect(connection).get_table_names() if not is_partition(name))


def is_empty(connection: Connection) -> bool:
    """Does the database hold no table at all?"""
    return not tables_of(connection)


def check_integrity(connection: Connection) -> list[str]:
    """Return what is wrong inside a SQLite file: pages, indexes, references. PostgreSQL checks while it restores."""
    if connection.dialect.name != "sqlite":
        return []
    broken = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check").all() if row[0] != "ok"]
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return broken + [f"{row[0]} has a row without its {row[2]}" for row in orphans]


def _count(connection: Connection, name: str) -> int:
    found: int = connection.execute(select(func.count()).select_from(table(name))).scalar_one()
    return found


def _revision(connection: Connection, names: list[str]) -> str:
    if "alembic_version" not in names:
        return ""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
