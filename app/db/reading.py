"""The session that only reads: one connection, lent as it is where no objects are wanted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection

BEGIN = "trochlea.begin"
"""Where a session's `info` keeps what begins a transaction on the driver's own connection, where something has to."""


def begin_reading(driver: Any) -> None:
    """Let one who reads from SQLite see the database as it is at the first statement, whoever asks it."""
    if not driver.in_transaction:
        driver.execute("BEGIN")


class ReadingSession(Session):
    """A session whose connection skips the unit of work: that keeps book of changes, and here there are none.

    What is asked of the session (`execute`, `scalars`), of its `connection()` or of the `driver()` runs on one
    connection, in one transaction: a request never holds two.
    """

    _lent: PoolProxiedConnection | None = None
    _own: Connection | None = None

    @property
    def engine(self) -> Engine:
        """Return the engine that lends the connection."""
        if not isinstance(self.bind, Engine):
            raise TypeError("a session that reads is bound to an engine")
        return self.bind

    def driver(self) -> Any:
        """Return the driver's own connection, ready to be asked."""
        driver = self._borrow().dbapi_connection
        if (begin := self.info.get(BEGIN)) is not None:
            begin(driver)
        return driver

    def connection(self, *_: Any, **__: Any) -> Connection:
        """Return SQLAlchemy's connection over the driver's."""
        if self._own is None:
            self._own = Connection(self.engine, self._borrow())
        return self._own

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        """Return what every statement of this session runs on."""
        return self.connection()

    def rollback(self) -> None:
        """End the transaction; the next statement sees what was committed meanwhile."""
        self.close()

    def commit(self) -> None:
        """End the transaction: there is nothing in it to keep."""
        self.close()

    def close(self) -> None:
        """Give the connection back; the next statement takes another."""
        if self.in_transaction():
            super().close()
        own, lent, self._own, self._lent = self._own, self._lent, None, None
        if own is not None:
            own.close()
        elif lent is not None:
            lent.close()

    def give_up(self) -> None:
        """End the connection itself: it may be in the middle of something."""
        if self._lent is not None and self._lent.is_valid:
            self._lent.invalidate()
        self.close()

    def _borrow(self) -> PoolProxiedConnection:
        if self._lent is None:
            try:
                self._lent = self.engine.raw_connection()
            except self.engine.dialect.loaded_dbapi.Error:
                # SQLAlchemy asks once more, and says in its own words what is wrong: that becomes a 503.
                self._own = self.engine.connect()
                self._lent = self._own.connection
        return self._lent
