"""The product on a PostgreSQL server with a real standby beside it, which a test may hold back, stop, or take away."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.db.engine import Database, open_database
from app.db.replica import Replica
from app.factory import create_app
from tests.builders.applications import settings_of_tests
from tests.builders.databases import prepare
from tests.builders.people import People
from tests.faults.clusters import DATABASE, Cluster, clusters


@dataclass
class Pair:
    """A primary, its standby, and the product that knows both."""

    primary: Cluster
    standby: Cluster
    database: Database
    app: Flask
    people: People

    @property
    def replica(self) -> Replica:
        """Return the product's standby."""
        assert self.database.replica is not None
        return self.database.replica

    def hold(self) -> None:
        """Let the standby repeat nothing more for now."""
        self.standby.ask("SELECT pg_wal_replay_pause()")
        self._await(self.standby, "SELECT pg_get_wal_replay_pause_state() = 'paused'")

    def go_on(self) -> None:
        """Let the standby go on."""
        self.standby.ask("SELECT pg_wal_replay_resume()")

    def await_caught_up(self) -> None:
        """Return once the standby has repeated what the primary has written."""
        position = self.primary.ask("SELECT pg_current_wal_flush_lsn()::text")[0][0]
        self._await(self.standby, f"SELECT pg_last_wal_replay_lsn() >= '{position}'")

    @staticmethod
    def _await(cluster: Cluster, statement: str, within_s: int = 30) -> None:
        for _ in range(within_s * 50):
            if cluster.ask(statement, DATABASE)[0][0]:
                return
            # A standby tells nobody when it has come somewhere.
            cluster.ask("SELECT pg_sleep(0.02)")
        raise AssertionError(f"never true: {statement}")

    def awake(self) -> None:
        """Forget that the standby failed: no test waits for its rest to end."""
        self.replica._rests_until = 0.0

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stop every process of the standby where it is: it takes questions and answers none."""
        processes = _processes(self.standby)
        for one in processes:
            os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in processes:
                os.kill(one, signal.SIGCONT)

    @contextmanager
    def heard(self) -> Iterator[list[str]]:
        """Gather what views read from the standby; whether it has come far enough is not among it."""
        said: list[str] = []

        def listen(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
            said.append(statement)

        engine = self.replica._sessions.kw["bind"]
        event.listen(engine, "before_cursor_execute", listen)
        try:
            yield said
        finally:
            event.remove(engine, "before_cursor_execute", listen)


def _processes(cluster: Cluster) -> Sequence[int]:
    """Return the first process of a server, and all that it started."""
    first = int((cluster.data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


@contextmanager
def a_pair(folder: Path) -> Iterator[Pair]:
    """Yield the product on a primary with a standby that follows it."""
    with clusters(2) as (primary, standby):
        # What others write by themselves would move the end of the log in the middle of a test.
        primary.configure(autovacuum="off")
        prepare(primary.url())
        primary.copy_as_standby(standby)
        standby.start()
        database = open_database(primary.url(), pool_size=4, replica_url=standby.url())
        app = create_app(settings_of_tests(primary.url(), folder / "var", replica_url=standby.url()), database)
        try:
            yield Pair(primary, standby, database, app, People(app))
        finally:
            database.dispose()
