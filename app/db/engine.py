"""The engines: one that writes and one that only reads, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any

import orjson
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import PoolProxiedConnection

from app.db import sqlite
from app.db.queue import WriterQueue
from app.db.reading import BEGIN, ReadingSession, begin_reading
from app.db.replica import Replica
from app.kernel.errors import Unavailable

SQLITE_BUSY_MS = 5000
STATEMENT_TIMEOUT_MS = 5000
LOCK_TIMEOUT_MS = 2000
PATIENT_TIMEOUT_MS = 60_000
IDLE_IN_TRANSACTION_MS = 10000
REPLICA_CONNECT_S = 2
REPLICA_SILENT_MS = 2000
REPLICA_POOL_S = 0.5
_LIMITS = {
    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
    "lock_timeout": str(LOCK_TIMEOUT_MS),
    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
    "timezone": "UTC",
}
_PLANS = {"plan_cache_mode": "force_generic_plan"}
"""A prepared statement is planned once: to leave out the parts of each table anew costs as much as to ask (0047)."""
_LIMIT = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in _LIMITS)
_TURN = "trochlea.turn"
_WAIT_FOR_STANDBY = "SyncRepWaitForLSN"
"""The function of PostgreSQL that waits for a standby: its name is the same in every language of messages."""
_heard = threading.local()


class KeptAlone(Unavailable):
    """The wait for the standby was ended from outside: this is committed, but on one server alone.

    To call that done would lose it with that server. Sent again it is recognised, and waits for the standby anew.
    """

    code = "kept_alone"
    title = "This is not kept safely yet; send it again"


@dataclass(frozen=True, slots=True)
class Database:
    """The two engines of one database, and the makers of their sessions."""

    writer: Engine
    reader: Engine
    writing: sessionmaker[Session]
    reading: sessionmaker[ReadingSession]
    replica: Replica | None = None

    @property
    def dialect(self) -> str:
        """Return 'sqlite' or 'postgresql'."""
        return self.writer.dialect.name

    def dispose(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()
        if self.replica is not None:
            self.replica.dispose()


def open_database(
    url: str, *, pool_size: int = 10, replica_url: str | None = None, behind_pooler: bool = False
) -> Database:
    """Return the engines for a database URL (sqlite:///file or postgresql://…); connects lazily.

    `replica_url` names a standby of the same PostgreSQL. `behind_pooler` says that a connection is another server's
    with each transaction, as PgBouncer lends them: nothing is said to the server that has to hold for longer.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        writer, reader = (
            _sqlite(parsed, pool_size, query_only=False),
            _sqlite(parsed, pool_size, query_only=True),
        )
        reading = _reading(reader, begin_reading)
    else:
        reading = _reading_postgresql(parsed, pool_size, behind_pooler)
        writer, reader = _postgresql(parsed, pool_size, behind_pooler), reading.kw["bind"]
    writing = sessionmaker(writer, expire_on_commit=False, autoflush=False)
    event.listen(writing, "after_commit", _refuse_what_one_server_keeps_alone)
    replica = None
    if replica_url is not None:
        gone = {"connect_timeout": REPLICA_CONNECT_S, "tcp_user_timeout": REPLICA_SILENT_MS}
        replica = Replica(
            _reading_postgresql(make_url(replica_url), pool_size, behind_pooler, gone, pool_timeout=REPLICA_POOL_S)
        )
    return Database(writer=writer, reader=reader, writing=writing, reading=reading, replica=replica)


def _reading(engine: Engine, begin: Callable[[Any], None] | None) -> sessionmaker[ReadingSession]:
    """Return the maker of sessions that read; `begin` begins a transaction on the driver's own connection."""
    return sessionmaker(
        engine, class_=ReadingSession, expire_on_commit=False, autoflush=False, info={BEGIN: begin} if begin else {}
    )


def _reading_postgresql(
    url: URL, pool_size: int, behind_pooler: bool, connect: Mapping[str, Any] | None = None, **how: Any
) -> sessionmaker[ReadingSession]:
    if behind_pooler:
        engine = _postgresql(url, pool_size, behind_pooler, connect, **how)
        event.listen(engine, "connect", _begin_read_only)
        return _reading(engine, _limit)
    engine = _postgresql(
        url, pool_size, behind_pooler, connect, isolation_level="AUTOCOMMIT", pool_reset_on_return=None, **how
    )
    event.listen(engine, "connect", _only_read)
    return _reading(engine, None)


def _sqlite(url: URL, pool_size: int, *, query_only: bool) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        if not url.database.startswith((":", "file:")):
            Path(url.database).touch(mode=0o600)  # nobody else on this machine reads it; what it has is kept
    engine = create_engine(
        url.set(drivername=sqlite.DRIVER),
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False},
    )

    def _begin(lent: PoolProxiedConnection) -> None:
        if query_only:
            begin_reading(lent.dbapi_connection)
        else:
            _begin_writing(lent, queue)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        record.info[sqlite.BEGIN] = _begin
        for pragma in sqlite_pragmas(query_only=query_only):
            connection.execute(f"PRAGMA {pragma}")

    queue = WriterQueue(file_of(url))
    for given_back in ("checkin", "invalidate", "close"):
        event.listen(engine, given_back, _end_turn)

    return engine


def _begin_writing(lent: Any, queue: WriterQueue) -> None:
    # One that begins again before its connection is given back (a migration) has its turn already.
    held = lent.record_info
    if held.get(_TURN) is None:
        held[_TURN] = queue.enter(SQLITE_BUSY_MS / 1000)
    lent.dbapi_connection.execute("BEGIN IMMEDIATE")


_NOTHING: Callable[[None], None] = dict[None, None]().get
"""Answers None, and is not written in Python."""
sqlite3.register_adapter(NoneType, _NOTHING)
"""How nothing is bound. Unsaid, the driver looks for it for each value anew, and a new record has many such fields."""


def file_of(url: URL) -> str | None:
    """Return the file that a SQLite database is kept in, None where there is none of its own."""
    name = url.database
    return None if not name or name == ":memory:" or name.startswith("file:") else str(Path(name).resolve())


def _end_turn(_connection: Any, record: Any, *_: Any) -> None:
    """Let the next writer begin, once this one's connection is given back, for whatever reason."""
    end_turn = record.record_info.pop(_TURN, None)
    if end_turn is not None:
        end_turn()


def sqlite_pragmas(*, query_only: bool = False) -> list[str]:
    """Return what each connection to SQLite is told first."""
    # synchronous=FULL: with NORMAL a power cut takes acknowledged writes back.
    return [
        "journal_mode=WAL",
        "synchronous=FULL",
        # What is deleted or replaced is written over: otherwise an erased note would stay in the file's free places.
        "secure_delete=ON",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_BUSY_MS}",
        "wal_autocheckpoint=16000",
        *(["query_only=ON"] if query_only else []),
    ]


def _postgresql(
    url: URL, pool_size: int, behind_pooler: bool, connect: Mapping[str, Any] | None = None, **how: Any
) -> Engine:
    once = {"options": " ".join(f"-c {name}={value}" for name, value in {**_LIMITS, **_PLANS}.items())}
    never = {"prepare_threshold": None}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=how.pop("pool_timeout", 5),
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={**(never if behind_pooler else once), **(connect or {})},
        **how,
    )
    if behind_pooler:

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            _limit(connection.connection.dbapi_connection)

    @event.listens_for(engine, "connect")
    def _listen(connection: Any, _record: Any) -> None:
        connection.add_notice_handler(_hear)

    return engine


def _begin_read_only(connection: Any, _record: Any) -> None:
    """Let each transaction begin as one that writes nothing: said with its BEGIN, it holds for no other."""
    connection.read_only = True


def _limit(driver: Any) -> None:
    """Begin a transaction with its limits, on whichever server it is; one that has begun has them."""
    if driver.info.transaction_status == TransactionStatus.IDLE:
        driver.execute(_LIMIT, list(_LIMITS.values()))


def _only_read(connection: Any, _record: Any) -> None:
    """Let a connection write nothing; were that one of its options, `target_session_attrs` would pass the server by."""
    connection.execute("SET default_transaction_read_only = on")


def _hear(notice: Any) -> None:
    """Keep in mind that this thread's commit was not waited for: PostgreSQL says so in a warning, and nowhere else."""
    if notice.source_function == _WAIT_FOR_STANDBY:
        _heard.kept_alone = True


def _refuse_what_one_server_keeps_alone(_session: Session) -> None:
    if getattr(_heard, "kept_alone", False):
        _heard.kept_alone = False
        raise KeptAlone


def wait_patiently(db: Session) -> None:
    """Let this transaction wait a minute for others: nobody stands at the counter while an operator's command runs."""
    if db.get_bind().dialect.name == "postgresql":
        wanted = {"ms": str(PATIENT_TIMEOUT_MS)}
        db.execute(
            text("SELECT set_config('lock_timeout', :ms, true), set_config('statement_timeout', :ms, true)"), wanted
        )
