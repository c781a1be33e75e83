"""Behind PgBouncer in transaction mode each transaction may be another server's: nothing is left on one, or needed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from flask import Flask
from sqlalchemy import exc, text

from app.db.engine import Database, open_database
from app.factory import create_app
from app.keeping.service.trail import verify
from migrations import migrate
from tests.builders.applications import settings_of_tests
from tests.builders.databases import drop_database, empty_database, new_folder, prepare
from tests.builders.devices import Phone, a_run, put
from tests.builders.people import People
from tests.faults.pooler import SERVERS, a_pooler, is_there, through

pytestmark = [
    pytest.mark.deep,
    pytest.mark.skipif(not is_there(), reason="pgbouncer is not installed"),
    pytest.mark.parametrize("backend", ["postgresql"], indirect=True),
]
ROUNDS = 12
"""More often than a driver asks before it prepares a statement on the server."""
LIMITS = {"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s"}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of the pooler."""
    with a_pooler() as found:
        yield found


@pytest.fixture(scope="module")
def pooled(port: int, worker_id: str) -> Iterator[str]:
    """The address of a database through the pooler."""
    name = f"pooled_{worker_id}"
    url = empty_database("postgresql", new_folder(), name)
    prepare(url)
    yield through(port, url)
    drop_database(name)


@pytest.fixture(scope="module")
def opened(pooled: str) -> Iterator[Database]:
    """The database as the product opens it behind a pooler."""
    found = open_database(pooled, pool_size=4, behind_pooler=True)
    yield found
    found.dispose()


@pytest.fixture(scope="module")
def application(pooled: str, opened: Database, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The product behind the pooler."""
    return create_app(settings_of_tests(pooled, tmp_path_factory.mktemp("var"), behind_pooler=True), opened)


def test_phones_that_share_few_connections_push_and_read(backend: str, application: Flask) -> None:
    del backend
    people = [People(application).patient() for _ in range(2 * SERVERS)]

    def use(number: int) -> None:
        phone = Phone(people[number])
        for day in range(1, ROUNDS + 1):
            assert phone.send([put("runs", a_run(day))]).json["results"][0]["status"] == "applied"
            assert people[number].get("/v1/patients/{me}/runs").status_code == 200
            assert people[number].get("/v1/exercises?limit=1").status_code == 200

    with ThreadPoolExecutor(len(people)) as phones:
        list(phones.map(use, range(len(people))))
    for person in people:
        assert len(person.get("/v1/patients/{me}/runs?limit=100").json["items"]) == ROUNDS


def test_limits_and_the_clock_s_zone_hold_in_each_transaction_and_nowhere_else(
    backend: str, opened: Database, pooled: str
) -> None:
    del backend
    wanted = {**LIMITS, "timezone": "UTC"}
    for maker in (opened.writing, opened.reading):
        with maker() as db:
            assert {name: db.execute(text(f"SHOW {name}")).scalar_one() for name in wanted} == wanted
            db.commit()
    with closing(psycopg.connect(pooled, autocommit=True, prepare_threshold=None)) as stranger:
        for name in LIMITS:
            assert stranger.execute(f"SHOW {name}").fetchone() == ("0",)  # type: ignore[call-overload]


def test_who_reads_cannot_write_and_leaves_nobody_unable_to(backend: str, opened: Database, pooled: str) -> None:
    del backend
    with opened.reading() as db, pytest.raises(exc.DBAPIError, match="read-only"):
        db.execute(text("DELETE FROM alembic_version"))
    with opened.reading() as db, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        db.driver().execute("DELETE FROM alembic_version")
    for _ in range(2 * SERVERS):
        with closing(psycopg.connect(pooled, autocommit=True, prepare_threshold=None)) as stranger:
            assert stranger.execute("SHOW transaction_read_only").fetchone() == ("off",)
        with opened.writing.begin() as db:
            db.execute(text("UPDATE alembic_version SET version_num = version_num"))


def test_the_schema_is_made_and_the_trail_looked_over_through_the_pooler(
    backend: str, port: int, worker_id: str
) -> None:
    name = f"pooled_empty_{worker_id}"
    url = through(port, empty_database(backend, new_folder(), name))
    made = open_database(url, behind_pooler=True)
    try:
        migrate(made.writer)
        assert verify(url, []).holds
    finally:
        made.dispose()
        drop_database(name)


def test_where_it_is_not_said_that_there_is_a_pooler_nothing_is_served(backend: str, pooled: str) -> None:
    """Better than statements that get lost: PgBouncer refuses the limits that a connection brings along."""
    del backend
    plain = open_database(pooled)
    try:
        with plain.reading() as db, pytest.raises(exc.OperationalError, match="unsupported startup parameter"):
            db.execute(text("SELECT 1"))
    finally:
        plain.dispose()
