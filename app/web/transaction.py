"""One request, one transaction: opened lazily, committed after the view and before the answer is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, g
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.db.replica import place_of
from app.kernel.errors import Unavailable
from app.web.asked import kept

Answer = TypeVar("Answer")


class NotLogged(Unavailable):
    """What is another person's is shown only once it is written down who sees it."""

    code = "not_logged"
    title = "This cannot be written down just now, so it is not shown"


def database() -> Database:
    """Return the application's database."""
    found: Database = current_app.extensions["trochlea.database"]
    return found


@contextmanager
def request_transaction(*, writes: bool, may_be_replica: bool = False) -> Iterator[None]:
    """Commit what the view wrote, or nothing of it.

    With `may_be_replica` the view reads from the standby, where there is one that has come as far as the primary was
    when it let in whoever asks.
    """
    held = kept()
    held.writes = writes
    held.may_be_replica = may_be_replica and database().replica is not None
    try:
        yield
        if "writer" in g:
            g.writer.commit()
    finally:
        for name in ("writer", "reader"):
            if session := held.pop(name, None):
                session.close()


def db() -> Session:
    """Return the session of this request: one that writes where the route may write, else one that reads."""
    return writer() if kept().writes else reader()


def writer() -> Session:
    """Return the writing session; on SQLite it holds the only write lock from its first statement on."""
    held = kept()
    if "writer" not in held:
        held.writer = database().writing()
    session: Session = held.writer
    return session


def reader() -> Session:
    """Return a session that only reads."""
    held = kept()
    session: Session | None = held.get("reader")
    if session is None:
        known = database()
        session = held.reader = _replica_reader(held, known) or known.reading()
    return session


def _replica_reader(held: Any, known: Database) -> Session | None:
    place, standby = held.get("place"), known.replica
    found: Session | None = standby.session_at(place) if standby is not None and place is not None else None
    held.from_replica = found
    return found


def note_place(session: Session, patient_id: UUID | None) -> None:
    """Remember how far the primary is, on which somebody was just let in: no older state is shown to them."""
    held = kept()
    if held.get("may_be_replica"):
        held.place = place_of(session, patient_id)


def read_where_it_can_be(view: Callable[[], Answer]) -> Answer:
    """Answer with what the view reads; where the standby fails in the middle, it reads again, from the primary.

    What it noted of whose things it looked at is forgotten with the first try.
    """
    looks = list(g.get("looks", ()))
    try:
        return view()
    except SQLAlchemyError as error:
        if not _leave_replica(error):
            raise
    g.looks = looks
    return view()


def _leave_replica(error: SQLAlchemyError) -> bool:
    """Go on with the primary after the standby failed; say whether it was the standby that failed."""
    standby, session = database().replica, g.pop("from_replica", None)
    if standby is None or session is None or not isinstance(error, DBAPIError):
        return False
    standby.note_failure(error)
    session.give_up()
    g.pop("reader", None)
    g.may_be_replica, g.place = False, None
    return True


@contextmanager
def own_transaction() -> Iterator[Session]:
    """Lend a session that writes, committed at its end: for a step of work that no request waits for."""
    with database().writing.begin() as session:
        yield session


@contextmanager
def looking() -> Iterator[Session]:
    """Lend a session that only reads, of the primary, also where the route may write or read elsewhere.

    Such a route gives it back before it goes on: a request waits for the write lock only once it writes, and never
    holds two connections.
    """
    held = kept()
    if held.get("may_be_replica"):
        if session := held.pop("reader", None):
            session.close()
        with database().reading() as primary:
            yield primary
        return
    try:
        yield reader()
    finally:
        if held.writes and (session := held.pop("reader", None)):
            session.close()


@contextmanager
def showing() -> Iterator[Session]:
    """Lend a session that reads what is shown: where the standby may answer it is of the standby, else as `looking`."""
    if g.get("may_be_replica"):
        yield reader()
        return
    with looking() as session:
        yield session


def write_or_refuse(write: Callable[[Session], None]) -> None:
    """Write on the writing session what has to be there before the answer; raise NotLogged where it cannot be.

    What was read is given back first, so that a request never holds two connections.
    """
    if session := g.pop("reader", None):
        session.close()
    try:
        write(writer())
    except SQLAlchemyError:
        raise NotLogged from None
