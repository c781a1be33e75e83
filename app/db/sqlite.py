"""SQLite as it is spoken to here: whoever opens a connection says how each of its transactions begins.

The driver's own transactions lose updates: they begin late and deferred. SQLAlchemy would let an event say BEGIN, and
make book of everybody who might listen for each transaction; the dialect is asked in any case.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import PoolProxiedConnection

BEGIN = "trochlea.begin"
"""Where the `info` of a pool's connection keeps what begins a transaction on it."""
DRIVER = "sqlite+trochlea"
"""How the URL of an engine names this way of speaking."""


class Sqlite(SQLiteDialect_pysqlite):
    """The dialect of Python's own driver, whose transactions begin as the connection was told to."""

    driver = "trochlea"
    supports_statement_cache = True

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin a transaction on a connection that the pool lends."""
        lent: PoolProxiedConnection = dbapi_connection
        lent.info[BEGIN](lent)


registry.register(DRIVER.replace("+", "."), __name__, Sqlite.__name__)
