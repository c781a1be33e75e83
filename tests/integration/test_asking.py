"""What is asked of the driver itself is answered as SQLAlchemy answers it, and nothing that reads can write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Column, MetaData, Table, bindparam, event, exc, insert, literal, select, union_all, update

from app.accounts.models import AccountRow, DeviceRow
from app.db.asking import Question
from app.db.base import table_of
from app.db.engine import Database, open_database
from app.db.reading import ReadingSession
from app.db.synced import SyncChange
from app.db.types import Id
from app.guidance.models import ADVICE
from app.logbook.kinds import KINDS
from tests.benchmarks import histories
from tests.builders.people import People

OWNED = [kind.collection.table for kind in KINDS] + [ADVICE.table, table_of(SyncChange)]
OF_A_PERSON = [(table, "patient_id") for table in OWNED]
OF_A_PERSON += [(table_of(DeviceRow), "account_id"), (table_of(AccountRow), "id")]
NOWHERE = Table("no_such_table", MetaData(), Column("id", Id, primary_key=True))


@pytest.fixture
def somebody(app: Flask, database: Database) -> UUID:
    """A patient with some entries of each kind, and an advice."""
    person = People(app).patient()
    with database.writing.begin() as db:
        histories.write(db, person.id, {kind.name: histories.entries(kind, 3) for kind in KINDS})
    assert person.get("/v1/patients/{me}/guidance/advice").status_code == 200
    return person.id


@contextmanager
def listening(database: Database) -> Iterator[list[str]]:
    """Gather what both engines say."""
    said: list[str] = []

    def listen(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engines = {database.reader, database.writer}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", listen)


@contextmanager
def database_of_its_own(url: str) -> Iterator[Database]:
    """Open this worker's database once more: nobody else's connections are in its pool."""
    opened = open_database(url)
    try:
        yield opened
    finally:
        opened.dispose()


def asked_of(table: Table, owner: str) -> Question:
    """Return the question for one row of somebody's."""
    return Question(select(table).where(table.c[owner] == bindparam("owner")))


@pytest.mark.parametrize("session", ["reading", "writing"])
def test_the_driver_s_own_answer_is_sqlalchemy_s_for_every_column(
    database: Database, somebody: UUID, session: str
) -> None:
    for table, owner in OF_A_PERSON:
        question, asking = asked_of(table, owner), getattr(database, session)
        with asking() as db:
            short = question.first(db, {"owner": somebody})
        with listening(database) as said, asking() as db:
            long = question.first(db, {"owner": somebody})
        assert len([one for one in said if one.startswith("SELECT")]) == 1
        assert short is not None, table.name
        assert long is not None
        assert [(type(value), value) for value in short] == [(type(value), value) for value in long], table.name


def test_a_writer_asks_in_its_own_transaction(database: Database, somebody: UUID) -> None:
    accounts = table_of(AccountRow)
    question = Question(select(accounts.c.zone).where(accounts.c.id == bindparam("owner")))
    with database.writing() as db:
        before = question.first(db, {"owner": somebody})
        db.connection().execute(update(accounts).where(accounts.c.id == somebody).values(zone="Asia/Tokyo"))
        assert question.all(db, {"owner": somebody}) == [("Asia/Tokyo",)]
        db.rollback()
        assert question.first(db, {"owner": somebody}) == before != ("Asia/Tokyo",)


def test_a_writer_asks_in_each_of_its_transactions(database: Database, somebody: UUID) -> None:
    """Whatever was looked up for one that is over holds for none that comes after it."""
    accounts = table_of(AccountRow)
    question = Question(select(accounts.c.zone).where(accounts.c.id == bindparam("owner")))
    put = Question(
        update(accounts)
        .where(accounts.c.id == bindparam("owner"))
        .values(zone=bindparam("zone"))
        .returning(accounts.c.id)
    )
    with database.writing() as db:
        for zone, ends, then in (
            ("Asia/Tokyo", db.commit, "Asia/Tokyo"),
            ("Asia/Seoul", db.rollback, "Asia/Tokyo"),
            ("Asia/Kabul", db.close, "Asia/Tokyo"),
            ("Asia/Dhaka", db.commit, "Asia/Dhaka"),
        ):
            assert put.first(db, {"owner": somebody, "zone": zone}) is not None
            assert question.first(db, {"owner": somebody}) == (zone,)
            ends()
            assert question.first(db, {"owner": somebody}) == (then,)
            db.rollback()


def test_no_id_is_asked_for_as_nothing(database: Database, somebody: UUID) -> None:
    devices = table_of(DeviceRow)
    question = Question(select(devices.c.id).where(devices.c.account_id == bindparam("owner", type_=Id())))
    for session in (database.reading, database.writing):
        with session() as db:
            assert question.first(db, {"owner": None}) is None
            assert question.first(db, {"owner": somebody}) is not None


def test_a_constant_of_the_statement_is_bound_with_what_is_asked(database: Database, somebody: UUID) -> None:
    accounts = table_of(AccountRow)
    own = accounts.c.id == bindparam("owner")
    either = union_all(
        select(literal("role"), accounts.c.role).where(own, accounts.c.role == "patient"),
        select(literal("other"), accounts.c.role).where(own, accounts.c.role != "patient"),
    )
    for session in (database.reading, database.writing):
        with session() as db:
            assert [tuple(row) for row in Question(either).all(db, {"owner": somebody})] == [("role", "patient")]


def test_a_list_that_would_be_spelled_out_is_no_question(database: Database) -> None:
    accounts = table_of(AccountRow)
    with database.reading() as db, pytest.raises(TypeError):
        Question(select(accounts.c.id).where(accounts.c.role.in_(["patient"]))).all(db, {})


def test_who_is_not_there_is_none_either_way(database: Database) -> None:
    table, owner = OF_A_PERSON[0]
    nobody = {"owner": UUID(int=0)}
    with database.reading() as db:
        assert asked_of(table, owner).first(db, nobody) is None
    with database.writing() as writer:
        assert asked_of(table, owner).first(writer, nobody) is None


@pytest.mark.parametrize("session", ["reading", "writing"])
def test_what_the_driver_refuses_is_told_as_sqlalchemy_tells_it(database: Database, session: str) -> None:
    with getattr(database, session)() as db, pytest.raises((exc.OperationalError, exc.ProgrammingError)) as found:
        asked_of(NOWHERE, "id").first(db, {"owner": UUID(int=0)})
    assert "no_such_table" in str(found.value.orig)
    assert "00000000" not in str(found.value)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_writer_whose_server_is_gone_is_told_so_and_the_next_one_writes(database_url: str, somebody: UUID) -> None:
    """One is told, not each whose connection was lost with that one."""
    table, owner = OF_A_PERSON[0]
    with database_of_its_own(database_url) as opened, database_of_its_own(database_url) as other:
        with opened.writing() as one, opened.writing() as two:
            lost = [db.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one() for db in (one, two)]
        with other.writing() as ending:
            for pid in lost:
                ended = ending.connection().exec_driver_sql("SELECT pg_terminate_backend(%s, 5000)", (pid,))
                assert ended.scalar_one()
        with opened.writing() as db, pytest.raises(exc.OperationalError) as found:
            asked_of(table, owner).first(db, {"owner": somebody})
        assert found.value.connection_invalidated
        with opened.writing() as db:
            assert asked_of(table, owner).first(db, {"owner": somebody}) is not None


@pytest.mark.parametrize("first_by", ["driver", "connection", "session"])
def test_a_reader_asks_over_one_connection_whoever_asks(database: Database, somebody: UUID, first_by: str) -> None:
    table, owner = OF_A_PERSON[0]
    asked = {"owner": somebody}
    asks: dict[str, Any] = {
        "driver": lambda db: asked_of(table, owner).first(db, asked),
        "connection": lambda db: db.connection().execute(select(table).limit(1)).first(),
        "session": lambda db: db.execute(select(AccountRow).limit(1)).first(),
    }
    with database.reading() as db:
        order = sorted(asks, key=lambda name: name != first_by)
        drivers = []
        for name in order:
            assert asks[name](db) is not None
            drivers.append(db.driver())
        assert drivers == [drivers[0]] * len(order)
    assert database.reader.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_what_only_reads_cannot_write(database: Database, somebody: UUID) -> None:
    row = {"id": somebody}
    with (
        database.reading() as db,
        pytest.raises((exc.OperationalError, exc.InternalError, exc.ProgrammingError)) as found,
    ):
        db.connection().execute(insert(table_of(AccountRow)), row)
    assert "read" in str(found.value.orig).lower()


def test_a_session_that_was_closed_reads_again_what_was_written_meanwhile(database: Database, app: Flask) -> None:
    session = database.reading()
    assert isinstance(session, ReadingSession)
    question = asked_of(table_of(AccountRow), "id")
    assert question.first(session, {"owner": UUID(int=0)}) is None
    person = People(app).patient()
    session.close()
    assert question.first(session, {"owner": person.id}) is not None
    session.close()


def test_a_server_that_is_not_there_is_said_to_be_in_sqlalchemy_s_words() -> None:
    """What the driver raises would be a bug's 500; this becomes a 503."""
    gone = open_database("postgresql://nobody@/nothing?host=/nowhere")
    with gone.reading() as db, pytest.raises(exc.OperationalError):
        asked_of(table_of(AccountRow), "id").first(db, {"owner": UUID(int=1)})
    gone.dispose()
