"""What SQLite has written to its log comes into the file itself without a writer that stops for it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from app.db.backfill import Backfill, backfill, opened
from app.db.engine import open_database
from tests.builders.databases import prepare
from tests.builders.people import PASSWORD
from tests.builders.servers import start_patiently

OFTEN_S, PATIENCE_S = 0.02, 20.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with one table, written with a log, and no connection that would empty it."""
    return tmp_path / "own.sqlite3"


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that never brings over what it wrote."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("CREATE TABLE scores (n INTEGER)")
        yield connection


def told_by_the_file_alone(file: Path, question: str) -> int:
    """Return what the file says without its log; -1 where it knows no such table yet."""
    alone = file.with_name("alone.sqlite3")
    shutil.copyfile(file, alone)
    with closing(sqlite3.connect(f"{alone.as_uri()}?immutable=1", uri=True)) as connection:
        try:
            return int(connection.execute(question).fetchone()[0])
        except sqlite3.DatabaseError:
            return -1


def comes_true(what: Callable[[], bool]) -> bool:
    """Does this come true within a while?"""
    until = time.monotonic() + PATIENCE_S
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(OFTEN_S)
    return True


def test_what_was_written_comes_into_the_file_while_a_reader_and_a_writer_stay(
    file: Path, writer: sqlite3.Connection
) -> None:
    work = Backfill(str(file), OFTEN_S)
    try:
        for n in (1, 2, 3):
            writer.execute("INSERT INTO scores VALUES (?)", (n,))
            assert comes_true(lambda wanted=n: told_by_the_file_alone(file, "SELECT count(*) FROM scores") == wanted)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO scores VALUES (4)")
        writer.execute("COMMIT")
        assert comes_true(lambda: told_by_the_file_alone(file, "SELECT sum(n) FROM scores") == 10)
    finally:
        work.end()


def test_what_is_open_is_not_brought_over_and_nothing_is_once_it_has_ended(
    file: Path, writer: sqlite3.Connection
) -> None:
    work = Backfill(str(file), OFTEN_S)
    assert comes_true(lambda: told_by_the_file_alone(file, "SELECT count(*) FROM scores") == 0)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO scores VALUES (1)")
    work.end()
    writer.execute("COMMIT")
    assert told_by_the_file_alone(file, "SELECT count(*) FROM scores") == 0
    assert writer.execute("SELECT count(*) FROM scores").fetchone()[0] == 1


def test_a_file_that_is_not_there_is_waited_for_and_not_made(file: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        opened(str(file))
    assert not file.exists()
    work = Backfill(str(file), OFTEN_S)
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("PRAGMA wal_autocheckpoint=0")
        writer.execute("CREATE TABLE scores (n INTEGER)")
        assert comes_true(lambda: told_by_the_file_alone(file, "SELECT count(*) FROM scores") == 0)
    work.end()


def test_only_a_file_of_sqlite_has_a_log_to_be_brought_over(database_url: str) -> None:
    database = open_database(database_url)
    work = backfill(database)
    assert (work is not None) == (database.dialect == "sqlite")
    if work is not None:
        work.end()
    database.dispose()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_server_brings_over_what_it_was_sent(fresh_database_url: str, tmp_path: Path) -> None:
    prepare(fresh_database_url)
    file = Path(fresh_database_url.removeprefix("sqlite:///"))
    before = told_by_the_file_alone(file, "SELECT count(*) FROM accounts")
    server = start_patiently(fresh_database_url, tmp_path)
    try:
        someone = {
            "email": "ada@example.org",
            "password": PASSWORD,
            "display_name": "Ada",
            "zone": "Europe/Berlin",
            "role": "patient",
        }
        answer = httpx.post(f"{server.url}/v1/accounts", json=someone, timeout=PATIENCE_S)
        assert answer.status_code == 202, answer.text
        assert comes_true(lambda: told_by_the_file_alone(file, "SELECT count(*) FROM accounts") == before + 1)
    finally:
        server.stop()
