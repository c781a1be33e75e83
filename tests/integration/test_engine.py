"""Both databases keep what they acknowledge, lose no update, and mean the same by an id and an instant."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy import Column, MetaData, Table, Text, bindparam, event, exc, insert, select, text, update

from app.db.engine import (
    IDLE_IN_TRANSACTION_MS,
    LOCK_TIMEOUT_MS,
    SQLITE_BUSY_MS,
    STATEMENT_TIMEOUT_MS,
    Database,
    open_database,
)
from app.db.types import Id, Instant, Json
from app.kernel.ids import new_id

THREADS, TIMES = 8, 50
NOTES = Table(
    "notes",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("at", Instant),
    Column("body", Json),
    Column("n", Text),
)


@pytest.fixture
def own(fresh_database_url: str) -> Iterator[Database]:
    """A database of this test, with one table."""
    opened = open_database(fresh_database_url)
    NOTES.metadata.create_all(opened.writer)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite(own: Database) -> Database:
    """The same, on SQLite only."""
    if own.dialect != "sqlite":
        pytest.skip("a matter of SQLite")
    return own


@pytest.fixture
def postgresql(own: Database) -> Database:
    """The same, on PostgreSQL only."""
    if own.dialect != "postgresql":
        pytest.skip("a matter of PostgreSQL")
    return own


def stored(own: Database, **values: object) -> UUID:
    """Store one note and return its id."""
    row = {"id": new_id(), "at": None, "body": None, "n": "0", **values}
    with own.writing.begin() as db:
        db.execute(insert(NOTES), row)
    return UUID(str(row["id"]))


@pytest.mark.parametrize("engine", ["writer", "reader"])
def test_sqlite_keeps_what_it_acknowledges_through_a_power_cut(sqlite: Database, engine: str) -> None:
    with getattr(sqlite, engine).connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
        }
    assert asked == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": SQLITE_BUSY_MS,
        "query_only": int(engine == "reader"),
    }


def test_sqlite_s_writers_take_the_lock_at_once_and_its_readers_take_none(sqlite: Database) -> None:
    said: list[str] = []
    for engine in (sqlite.writer, sqlite.reader):
        event.listen(engine, "checkout", lambda driver, *_: driver.set_trace_callback(said.append))
    for maker in (sqlite.writing, sqlite.reading):
        with maker() as db:
            db.execute(select(NOTES.c.id))
    begins = [statement for statement in said if statement.startswith("BEGIN")]
    assert begins == ["BEGIN IMMEDIATE", "BEGIN"]


def test_no_update_is_lost_among_many_writers(own: Database) -> None:
    note = stored(own, n="0")

    def work(_: int) -> None:
        for _ in range(TIMES):
            with own.writing.begin() as db:
                found = db.execute(select(NOTES.c.n).where(NOTES.c.id == note).with_for_update()).scalar_one()
                db.execute(update(NOTES).where(NOTES.c.id == note).values(n=str(int(found) + 1)))

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    with own.reading() as db:
        assert db.execute(select(NOTES.c.n)).scalar_one() == str(THREADS * TIMES)


def test_a_database_that_many_open_at_once_for_the_first_time_opens(fresh_database_url: str) -> None:
    opened = [open_database(fresh_database_url) for _ in range(THREADS)]

    def work(database: Database) -> int:
        with database.writing.begin() as db:
            return int(db.execute(text("SELECT 1")).scalar_one())

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(work, opened)) == [1] * THREADS
    for database in opened:
        database.dispose()


def test_sqlite_s_reading_engine_cannot_write(sqlite: Database) -> None:
    """So a reading route that writes is found by its own test, which runs on SQLite as well."""
    with sqlite.reading() as db, pytest.raises(exc.OperationalError, match="readonly"):
        db.execute(insert(NOTES), {"id": new_id(), "n": "0"})
    with sqlite.reading() as db:
        assert db.execute(select(NOTES.c.id)).all() == []


def test_a_writer_sees_its_reader_s_world_only_after_its_commit(own: Database) -> None:
    with own.writing() as db:
        db.execute(insert(NOTES), {"id": new_id(), "n": "0"})
        with own.reading() as other:
            assert other.execute(select(NOTES.c.id)).all() == []
        db.commit()
    with own.reading() as other:
        assert len(other.execute(select(NOTES.c.id)).all()) == 1


def test_postgresql_gives_up_in_time(postgresql: Database) -> None:
    for engine in (postgresql.writer, postgresql.reader):
        with engine.connect() as connection:
            shown = {
                name: connection.execute(text(f"SELECT setting::int FROM pg_settings WHERE name = '{name}'")).scalar()
                for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
            }
        assert shown == {
            "statement_timeout": STATEMENT_TIMEOUT_MS,
            "lock_timeout": LOCK_TIMEOUT_MS,
            "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_MS,
        }


def test_postgresql_plans_once_what_is_asked_again_and_again(postgresql: Database) -> None:
    one_note = NOTES.select().where(NOTES.c.id == bindparam("one"))
    for engine in (postgresql.writer, postgresql.reader):
        with engine.connect() as connection:
            for _ in range(12):  # the driver prepares what it is given for the sixth time
                connection.execute(one_note, {"one": new_id()})
            counted = text("SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements")
            once, each_time = connection.execute(counted).one()
        assert once > 0
        assert each_time == 0


def test_postgresql_s_reader_holds_no_transaction_and_its_writer_holds_one(postgresql: Database) -> None:
    with postgresql.reading() as db:
        db.execute(select(NOTES.c.id))
        assert db.connection().connection.dbapi_connection.autocommit is True
    with postgresql.writing() as db:
        db.execute(select(NOTES.c.id))
        assert db.connection().connection.dbapi_connection.autocommit is False
        assert db.connection().get_isolation_level() == "READ COMMITTED"


def test_a_connection_the_reader_gave_back_still_opens_transactions(postgresql: Database) -> None:
    with postgresql.reading() as db:
        db.execute(select(NOTES.c.id))
    with postgresql.writing() as db:
        db.execute(insert(NOTES), {"id": new_id(), "n": "0"})
        db.rollback()
    with postgresql.reading() as db:
        assert db.execute(select(NOTES.c.id)).all() == []


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 11, 20, 6, 30, 0, 123456, UTC),
        datetime(2026, 11, 20, 6, 30, 0, 1, timezone(timedelta(hours=14))),
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(2100, 12, 31, 23, 59, 59, 999999, UTC),
        datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_an_instant_comes_back_to_the_microsecond_and_in_utc(own: Database, instant: datetime) -> None:
    stored(own, at=instant)
    with own.reading() as db:
        found = db.execute(select(NOTES.c.at)).scalar_one()
    assert found == instant
    assert found.utcoffset() == timedelta(0)


def test_instants_sort_by_time_whatever_their_offset(own: Database) -> None:
    noon = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    instants = [noon + timedelta(microseconds=step) for step in range(5)]
    zones = [timezone(timedelta(hours=hours)) for hours in (14, -12, 0, 5, -3)]
    for instant, zone in reversed(list(zip(instants, zones, strict=True))):
        stored(own, at=instant.astimezone(zone))
    with own.reading() as db:
        assert db.execute(select(NOTES.c.at).order_by(NOTES.c.at)).scalars().all() == instants
        assert db.execute(select(NOTES.c.at).where(NOTES.c.at > instants[3])).scalars().all() == [instants[4]]


def test_an_instant_without_a_zone_is_refused(own: Database) -> None:
    with pytest.raises(exc.StatementError, match="time zone"):
        stored(own, at=datetime(2026, 11, 20, 6, 30))  # noqa: DTZ001 - the point of the test


def test_an_id_is_sixteen_bytes_on_sqlite_and_a_uuid_on_postgresql(own: Database) -> None:
    made = stored(own)
    with own.reading() as db:
        raw = db.execute(text("SELECT id FROM notes")).scalar_one()
        assert db.execute(select(NOTES.c.id)).scalar_one() == made
        assert (raw == made.bytes) if own.dialect == "sqlite" else (raw == made)


def test_ids_made_later_sort_later(own: Database) -> None:
    made = [stored(own) for _ in range(20)]
    with own.reading() as db:
        assert db.execute(select(NOTES.c.id).order_by(NOTES.c.id)).scalars().all() == made


def test_json_comes_back_as_it_went_in(own: Database) -> None:
    body = {"a": [1, 2.5, None, True], "é": "\u200frtl", "at": "2026-11-20T06:30:00+00:00"}
    stored(own, body=body)
    with own.reading() as db:
        assert db.execute(select(NOTES.c.body)).scalar_one() == body


def test_no_json_is_null_and_not_the_word_null(own: Database) -> None:
    stored(own, body=None)
    with own.reading() as db:
        assert db.execute(text("SELECT count(*) FROM notes WHERE body IS NULL")).scalar_one() == 1


def test_an_error_of_the_database_carries_no_value(own: Database) -> None:
    made = stored(own, n="canary-4711")
    with pytest.raises(exc.IntegrityError) as refused:
        stored(own, id=made, n="canary-4711")
    assert "canary-4711" not in str(refused.value)


def test_the_driver_s_own_transactions_would_lose_updates_where_ours_do_not(sqlite: Database) -> None:
    """The guard above is no formality: a transaction that begins deferred fails or loses among writers."""
    path = str(sqlite.writer.url.database)
    first, second = (sqlite3.connect(path, isolation_level=None, timeout=0) for _ in range(2))
    try:
        for connection in (first, second):
            connection.execute("BEGIN")
            connection.execute("SELECT * FROM notes").fetchall()
        first.execute("INSERT INTO notes (id, n) VALUES (x'01', 'a')")
        first.execute("COMMIT")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            second.execute("INSERT INTO notes (id, n) VALUES (x'02', 'b')")
    finally:
        first.close()
        second.close()
