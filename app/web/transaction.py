"""One request, one transaction: opened lazily, committed after the view and before the answer is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import current_app, g
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.kernel.errors import Unavailable


class NotLogged(Unavailable):
    """What is another person's is shown only once it is written down who sees it."""

    code = "not_logged"
    title = "This cannot be written down just now, so it is not shown"


def database() -> Database:
    """Return the application's database."""
    found: Database = current_app.extensions["trochlea.database"]
    return found


@contextmanager
def request_transaction(*, writes: bool) -> Iterator[None]:
    """Commit what the view wrote, or nothing of it."""
    g.writes = writes
    try:
        yield
        if "writer" in g:
            g.writer.commit()
    finally:
        for name in ("writer", "reader"):
            if session := g.pop(name, None):
                session.close()


def db() -> Session:
    """Return the session of this request: one that writes where the route may write, else one that reads."""
    return writer() if g.writes else reader()


def writer() -> Session:
    """Return the writing session; on SQLite it holds the only write lock from its first statement on."""
    if "writer" not in g:
        g.writer = database().writing()
    session: Session = g.writer
    return session


def reader() -> Session:
    """Return a session that only reads."""
    if "reader" not in g:
        g.reader = database().reading()
    session: Session = g.reader
    return session


@contextmanager
def own_transaction() -> Iterator[Session]:
    """Lend a session that writes, committed at its end: for a step of work that no request waits for."""
    with database().writing.begin() as session:
        yield session


@contextmanager
def looking() -> Iterator[Session]:
    """Lend a session that only reads, also where the route may write.

    Such a route gives it back before it goes on: a request waits for the write lock only once it writes, and never
    holds two connections.
    """
    try:
        yield reader()
    finally:
        if g.writes and (session := g.pop("reader", None)):
            session.close()


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
