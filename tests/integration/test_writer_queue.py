"""SQLite's writers take turns, those of other processes included; nobody is kept out, and nobody hangs."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db.engine import Database, open_database
from app.db.queue import WriterQueue
from tests.builders.servers import ROOT

WITHIN_S = 30.0
TURNS = 40

WRITER = """
import sys
from sqlalchemy import text
from app.db.engine import open_database
database = open_database(sys.argv[1])
print("ready", flush=True)
for wish in sys.stdin:
    with database.writing.begin() as db:
        db.execute(text("INSERT INTO turns (who) VALUES ('other')"))
        print("writing", flush=True)
        if wish == "keep it\\n":
            sys.stdin.readline()
    print("written", flush=True)
"""

FORKING = """
import os, sys
from sqlalchemy import text
from app.db.engine import open_database
database = open_database(sys.argv[1])
child = os.fork()
for _ in range(int(sys.argv[2])):
    with database.writing.begin() as db:
        db.execute(text("UPDATE count SET n = n + 1"))
if child == 0:
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a new database."""
    return tmp_path / "own.sqlite3"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """A new SQLite database with a table that keeps the order of writers, and one that counts."""
    opened = open_database(f"sqlite:///{file}")
    with opened.writing.begin() as db:
        db.execute(text("CREATE TABLE turns (place INTEGER PRIMARY KEY, who TEXT)"))
        db.execute(text("CREATE TABLE count (n INTEGER)"))
        db.execute(text("INSERT INTO count VALUES (0)"))
    yield opened
    opened.dispose()


@contextmanager
def another_process(database: Database) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes to the same database whenever it is told to, and has opened it."""
    command = [sys.executable, "-c", WRITER, f"sqlite:///{database.writer.url.database}"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert said(process) == "ready"
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], wish: str) -> None:
    """Tell a process what to do."""
    assert process.stdin is not None
    process.stdin.write(f"{wish}\n")
    process.stdin.flush()


def is_held(path: str) -> bool:
    """Does anybody hold the lock on this file?"""
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def await_waiting(file: Path) -> None:
    """Return once somebody is next."""
    never, patience = threading.Event(), int(WITHIN_S / 0.01)
    assert any(is_held(f"{file}.next") or never.wait(0.01) for _ in range(patience))


def write(database: Database) -> None:
    """Write a row of this process."""
    with database.writing.begin() as db:
        db.execute(text("INSERT INTO turns (who) VALUES ('own')"))


def test_whoever_has_just_written_does_not_pass_by_the_process_that_waits(database: Database, file: Path) -> None:
    with another_process(database) as other:
        for _ in range(5):
            with database.writing.begin() as db:
                db.execute(text("INSERT INTO turns (who) VALUES ('own')"))
                tell(other, "write")
                await_waiting(file)
            write(database)
            assert (said(other), said(other)) == ("writing", "written")
    with database.reading() as db:
        order = db.execute(text("SELECT who FROM turns ORDER BY place")).scalars().all()
    assert order == ["own", "other", "own"] * 5


def test_a_process_that_is_killed_while_it_writes_gives_its_turn_back(database: Database, file: Path) -> None:
    with another_process(database) as other:
        tell(other, "keep it")
        assert said(other) == "writing"
        assert is_held(f"{file}.turn")
        other.kill()
        other.wait(WITHIN_S)
        assert not is_held(f"{file}.turn")
        write(database)
    with database.reading() as db:
        assert db.execute(text("SELECT who FROM turns")).scalars().all() == ["own"]


def test_writers_that_one_process_was_forked_into_lose_no_update(database: Database) -> None:
    command = [sys.executable, "-c", FORKING, f"sqlite:///{database.writer.url.database}", str(TURNS)]
    assert subprocess.run(command, cwd=ROOT, timeout=WITHIN_S, check=False).returncode == 0
    with database.reading() as db:
        assert db.execute(text("SELECT n FROM count")).scalar_one() == 2 * TURNS


def test_a_writer_that_never_ends_keeps_the_others_no_longer_than_they_are_ready_to_wait(file: Path) -> None:
    here, elsewhere = WriterQueue(str(file)), WriterQueue(str(file))
    stuck = elsewhere.enter(WITHIN_S)
    assert stuck is not None
    went_on = here.enter(0.01)
    assert went_on is not None, "of the threads of its own process none waited"
    assert here.enter(0.01) is None
    went_on()
    stuck()
    assert not is_held(f"{file}.next")
    last = here.enter(WITHIN_S)
    assert last is not None
    assert is_held(f"{file}.turn")
    last()
    assert not is_held(f"{file}.turn")


def test_turns_leave_no_descriptor_open(file: Path) -> None:
    here, elsewhere = WriterQueue(str(file)), WriterQueue(str(file))
    before = len(os.listdir("/dev/fd"))
    for _ in range(TURNS):
        turn, in_vain = here.enter(WITHIN_S), elsewhere.enter(0.0)
        assert turn is not None
        assert in_vain is not None
        in_vain()
        turn()
    assert len(os.listdir("/dev/fd")) == before


def test_a_folder_that_takes_no_files_leaves_the_queue_of_the_threads(tmp_path: Path) -> None:
    queue = WriterQueue(str(tmp_path / "missing" / "own.sqlite3"))
    end = queue.enter(WITHIN_S)
    assert end is not None
    assert queue.enter(0.01) is None
    end()


def test_a_connection_that_begins_again_does_not_wait_for_itself(database: Database, file: Path) -> None:
    with database.writer.connect() as connection:
        for _ in range(2):
            with connection.begin():
                assert is_held(f"{file}.turn")
                connection.execute(text("UPDATE count SET n = n + 1"))
    assert not is_held(f"{file}.turn")
