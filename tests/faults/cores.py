"""The machine's cores shared out between a server with its database and those who ask it.

Clients are elsewhere in earnest. Here they would take from the server what they are counted against: five times of what
it can do is more work to send than a few requests are to answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.builders.servers import Server


@contextmanager
def cores_apart(server: Server, url: str) -> Iterator[None]:
    """Keep a server and its database to one half of the cores, and this process to the other; one core is shared."""
    every = sorted(os.sched_getaffinity(0))
    half = len(every) // 2
    if not half:
        yield
        return
    serving = [server.process.pid, *_database_processes(url)]
    try:
        for process in serving:
            _keep_to(process, set(every[:half]))
        _keep_to(os.getpid(), set(every[half:]), alone=True)
        yield
    finally:
        _keep_to(os.getpid(), set(every), alone=True)
        for process in serving:
            _keep_to(process, set(every))


def _database_processes(url: str) -> list[int]:
    """Return the process that all of PostgreSQL's come from; SQLite has none."""
    if not url.startswith("postgresql"):
        return []
    with psycopg.connect(url) as connection:
        told = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    assert told is not None
    return [int(told[0].split()[0])]


def _keep_to(process: int, cores: set[int], *, alone: bool = False) -> None:
    """Let a process and its children run on these cores only, with each of their threads; `alone` leaves children out.

    Whatever they begin later does as they do.
    """
    for task in _tasks(process):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(task, cores)
    for child in () if alone else _children(process):
        _keep_to(child, cores)


def _tasks(process: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):
        return [int(task.name) for task in Path(f"/proc/{process}/task").iterdir()]
    return []


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in _tasks(process):
        with suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, Path(f"/proc/{process}/task/{task}/children").read_text().split())
    return found
