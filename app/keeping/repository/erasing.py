"""Deletes all that belongs to a person, for good, and notes by a keyed hash that it was done."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, delete, insert, select, text
from sqlalchemy.orm import Session

from app.accounts.domain import NOBODY_S_ADDRESS
from app.db.base import Base, table_of
from app.keeping.models import ErasingRow, ErasureRow
from app.keeping.repository.belongings import ACCOUNTS, belongings, is_theirs

_UNDER_WAY, _ERASURES = table_of(ErasingRow), table_of(ErasureRow)
SQLITE_CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"
ASKED_FOR_S, ASKED_AGAIN_S = 3.0, 0.01


def erase_person(db: Session, account_id: UUID) -> None:
    """Delete every row that belongs to an account, and the account; the order is that of the references."""
    connection = db.connection()
    connection.execute(insert(_UNDER_WAY), {"account_id": account_id})
    for table in reversed(belongings()):
        connection.execute(delete(table).where(is_theirs(table, account_id)))
    connection.execute(delete(_UNDER_WAY))


def note_erasure(db: Session, pseudonym: bytes, at: datetime) -> None:
    """Note that somebody was erased; noting it again changes nothing."""
    known = db.execute(select(_ERASURES.c.pseudonym).where(_ERASURES.c.pseudonym == pseudonym)).one_or_none()
    if known is None:
        db.execute(insert(_ERASURES), {"pseudonym": pseudonym, "erased_at": at})


def find_erasures(db: Session) -> list[tuple[bytes, datetime]]:
    """Return who was erased, and when, in that order."""
    rows = db.execute(select(_ERASURES.c.pseudonym, _ERASURES.c.erased_at).order_by(_ERASURES.c.erased_at))
    return [(row.pseudonym, row.erased_at) for row in rows]


def account_ids(db: Session) -> Iterator[UUID]:
    """Yield the id of every account that is somebody's still."""
    accounts = Base.metadata.tables[ACCOUNTS].c
    yield from db.execute(select(accounts.id).where(accounts.email.notlike(f"%{NOBODY_S_ADDRESS}"))).scalars()


def clear_rests(engine: Engine) -> None:
    """Let SQLite's journal, which still holds what was deleted, be written into the file and emptied.

    It waits for nobody: with readers about, the next to ask will do it, or `tidy`.
    """
    if engine.dialect.name == "sqlite":
        _outside_of_transactions(engine, [SQLITE_CHECKPOINT])


def tidy(engine: Engine) -> None:
    """Write the database anew without what was deleted: slow, and on SQLite nobody else writes meanwhile."""
    if engine.dialect.name == "sqlite":
        _outside_of_transactions(engine, ["VACUUM", SQLITE_CHECKPOINT])
    else:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Behind a pooler there is no limit here, and what is set might be set for somebody else.
            is_limited = connection.execute(text("SHOW statement_timeout")).scalar_one() != "0"
            if is_limited:
                connection.execute(text("SET statement_timeout = 0"))
            connection.execute(text("VACUUM (ANALYZE)"))
            if is_limited:
                connection.execute(text("RESET statement_timeout"))


def _outside_of_transactions(engine: Engine, statements: Collection[str]) -> None:
    held = engine.raw_connection()
    try:
        for statement in statements:
            _ask_until_done(held.cursor(), statement)
    finally:
        held.close()


def _ask_until_done(cursor: Any, statement: str) -> None:
    """Ask for this; for a log to be emptied again and again, for some seconds, while somebody else brings it over.

    SQLite answers that it is busy at once then, and does not wait (0048).
    """
    until = time.monotonic() + ASKED_FOR_S
    rows = cursor.execute(statement).fetchall()
    while statement == SQLITE_CHECKPOINT and rows[0][0] and time.monotonic() < until:
        time.sleep(ASKED_AGAIN_S)
        rows = cursor.execute(statement).fetchall()
