"""The workers are forks of a process that has loaded the application: nothing that two may not share was open then."""

from __future__ import annotations

import http.client
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.builders.databases import prepare
from tests.builders.servers import Server, product_environment, start_server
from tests.levels import SQLITE_FIRST

SECRET = "a secret of the forked workers' test"
ASKED = 40
REPLACED_WITHIN_S = 20.0
CARELESS = """
from wsgi import app
held = app.extensions["trochlea.database"].reader.connect()
"""
"""A server as it must not be: it has a connection when it forks."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the careless application is found as well."""
    (tmp_path / "careless_fork.py").write_text(CARELESS)
    return tmp_path


@contextmanager
def serving(url: str, folder: Path, application: str = "wsgi:app") -> Iterator[Server]:
    """Serve an installation with two workers."""
    prepare(url)
    environment = {**product_environment(url, folder / "var", SECRET), "PYTHONPATH": str(folder)}
    server = start_server(environment, folder, application=application)
    try:
        yield server
    finally:
        server.stop()


def workers_of(server: Server) -> set[int]:
    """Return the process ids of the workers."""
    master = server.process.pid
    return {int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()}


def opened_by(process: int, folder: Path) -> set[str]:
    """Return the sockets that a process has open, and the files of a database in this folder."""
    links = {_target(link) for link in Path(f"/proc/{process}/fd").iterdir()}
    return {name for name in links if name.startswith(("socket:", f"{folder}/trochlea.sqlite3"))}


def inherited(server: Server, folder: Path) -> set[str]:
    """Return what a worker has from the process that it was forked from; the socket that it serves at is one."""
    of_master = opened_by(server.process.pid, folder)
    return {name for worker in workers_of(server) for name in opened_by(worker, folder)} & of_master


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except FileNotFoundError:
        return ""


def ask(server: Server) -> str:
    """Ask once, over a connection of its own so that each worker gets some; return the id of the request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return str(answer.headers["X-Request-Id"])
    finally:
        connection.close()


@SQLITE_FIRST
def test_workers_share_no_connection_and_no_chance_and_are_replaced(
    fresh_database_url: str, database_folder: Path, folder: Path
) -> None:
    with serving(fresh_database_url, folder) as server:
        ids = [ask(server) for _ in range(ASKED)]
        assert len(set(ids)) == ASKED, "two workers draw the same numbers"
        before = workers_of(server)
        assert any(len(opened_by(worker, database_folder)) > 1 for worker in before), "the test looks elsewhere"
        assert len(inherited(server, database_folder)) == 1
        killed = next(iter(before))
        os.kill(killed, signal.SIGKILL)
        until = time.monotonic() + REPLACED_WITHIN_S
        while (killed in workers_of(server) or len(workers_of(server)) < len(before)) and time.monotonic() < until:
            os.sched_yield()
        assert len(workers_of(server) - before) == 1
        assert {ask(server) for _ in range(ASKED)}.isdisjoint(ids)


@pytest.mark.deep
def test_a_connection_that_is_open_before_the_fork_is_seen(
    fresh_database_url: str, database_folder: Path, folder: Path
) -> None:
    """Planted: the application asks the database while it is loaded."""
    with serving(fresh_database_url, folder, "careless_fork:app") as server:
        assert len(inherited(server, database_folder)) > 1
