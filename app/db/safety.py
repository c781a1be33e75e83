"""What a database says of itself before people's data are trusted to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import Database
from app.kernel.clock import now

OTHERS = 0o077
"""The bits of a file's mode by which others than its owner reach it."""
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": None}
"""What PostgreSQL has to say of each setting; of the last, anything but off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found: names of settings, tables and files, never their contents."""

    revision: str | None
    time: datetime
    not_durable: Sequence[str]
    unguarded: Sequence[str]


def look_at(database: Database, append_only: Sequence[str]) -> Found | None:
    """Return what a database says, None where it does not answer. `append_only` are the tables that must be guarded."""
    try:
        with database.writer.connect() as connection:
            is_sqlite = database.dialect == "sqlite"
            return Found(
                revision=_revision(connection, is_sqlite),
                time=now() if is_sqlite else connection.execute(text("SELECT clock_timestamp()")).scalar_one(),
                not_durable=_of_sqlite(connection) if is_sqlite else _of_postgresql(connection),
                unguarded=[name for name in append_only if not _is_guarded(connection, name, is_sqlite)],
            )
    except SQLAlchemyError:
        return None


def lacks_password(database_url: str) -> bool:
    """Would anybody who reaches the server over the network be let in? A local socket asks the system who it is."""
    url = make_url(database_url)
    host = url.host or url.query.get("host", "")
    over_network = isinstance(host, str) and bool(host) and not host.startswith("/")
    return url.get_backend_name() != "sqlite" and over_network and not url.password


def is_open_to_others(database_url: str) -> bool:
    """May others on this machine read the file of a SQLite database?"""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return False
    file = Path(url.database)
    return file.exists() and bool(file.stat().st_mode & OTHERS)


def _revision(connection: Connection, is_sqlite: bool) -> str | None:
    known = "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
    if not is_sqlite:
        known = "SELECT to_regclass('alembic_version')"
    if connection.execute(text(known)).scalar() is None:
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _of_sqlite(connection: Connection) -> list[str]:
    mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
    level = connection.execute(text("PRAGMA synchronous")).scalar_one()
    return [*(["journal_mode"] if mode != "wal" else []), *(["synchronous"] if level < 2 else [])]


def _of_postgresql(connection: Connection) -> list[str]:
    said = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in _DURABLE}
    return [name for name, wanted in _DURABLE.items() if said[name] == "off" or wanted not in (None, said[name])]


def _is_guarded(connection: Connection, table: str, is_sqlite: bool) -> bool:
    """Does the database itself refuse to change or delete a row of this table?"""
    if is_sqlite:
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name"
        return bool(connection.execute(text(query), {"name": table}).scalar_one() >= 2)
    query = (
        "SELECT count(*) FROM pg_trigger "
        "WHERE tgrelid = to_regclass(:name) AND tgname = :kept AND tgenabled IN ('O', 'A')"
    )
    return bool(connection.execute(text(query), {"name": table, "kept": f"{table}_kept"}).scalar_one())
