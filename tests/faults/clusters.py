"""PostgreSQL servers of a test's own, with the shipped settings, which may be stopped, copied and promoted."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.builders.databases import new_folder
from tests.keeping.conftest import PROGRAMS

OWNER = "embedded_postgres" if os.geteuid() == 0 else None
"""PostgreSQL does not run as root; the run's own server has made this user."""
DATABASE = "trochlea"
STANDBY = "standby"
_HBA = "local all all trust\nhost all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust\n"


@dataclass
class Cluster:
    """One server on a port of its own; what it keeps is in `folder`."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        """Return its data directory."""
        return self.folder / "data"

    @property
    def address(self) -> str:
        """Return the address for people and programs, without which of several servers is meant."""
        return f"127.0.0.1:{self.port}"

    def url(self, database: str = DATABASE) -> str:
        """Return the address of a database of it."""
        return f"postgresql://postgres@{self.address}/{database}"

    def start(self) -> None:
        """Start it and return once it accepts."""
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder}"
        self._ctl("-w", "-t", "60", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str) -> None:
        """Stop it: fast, or immediate, as if it had crashed."""
        self._ctl("-w", "-t", "60", "-m", mode, "stop")

    def promote(self) -> None:
        """Make a standby the one that is written to, and return once it is."""
        self._ctl("-w", "-t", "60", "promote")

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement and return what it gives."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            return list(cursor.fetchall()) if cursor.description else []

    def configure(self, **settings: str) -> None:
        """Set these settings and let them be read."""
        for name, value in settings.items():
            self.ask(f"ALTER SYSTEM SET {name} = '{value}'")
        self.ask("SELECT pg_reload_conf()")

    def copy_as_standby(self, standby: Cluster) -> None:
        """Fill another server's folder with a copy of this one that follows it."""
        shutil.rmtree(standby.data, ignore_errors=True)
        come_from = f"host=127.0.0.1 port={self.port} user=postgres application_name={STANDBY}"
        run("pg_basebackup", "-D", str(standby.data), "-R", "-X", "stream", "-c", "fast", "-d", come_from)

    def await_synchronous(self, within_s: int = 30) -> None:
        """Return once a standby keeps what this one acknowledges."""
        for _ in range(within_s * 20):
            if self.ask("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'"):
                return
            # The server tells nobody when a standby has caught up.
            with suppress(psycopg.Error):
                self.ask("SELECT pg_sleep(0.05)")
        raise AssertionError("no standby keeps up")

    def _ctl(self, *words: str) -> None:
        run("pg_ctl", "-D", str(self.data), *words)


def run(program: str, *words: str) -> None:
    """Run a program of PostgreSQL as its user; raise with what it said."""
    place = Path("/tmp")
    with (place / f"trochlea-{os.getpid()}-{program}.out").open("w+") as said:
        command = [str(PROGRAMS / program), *words]
        told = {"user": OWNER, "cwd": place, "stdin": subprocess.DEVNULL, "stdout": said, "stderr": said}
        code = subprocess.run(command, check=False, timeout=120, **told).returncode  # type: ignore[call-overload]
        said.seek(0)
        assert code == 0, f"{program}: {said.read()[-2000:]}"
    (place / f"trochlea-{os.getpid()}-{program}.out").unlink(missing_ok=True)


@contextmanager
def clusters(count: int) -> Iterator[list[Cluster]]:
    """Yield so many servers; the first is made and started with an empty database, the others are only places."""
    folders = [new_folder() for _ in range(count)]
    made = [Cluster(folder, _free_port()) for folder in folders]
    for folder in folders:
        _give_away(folder)
    try:
        first = made[0]
        run("initdb", "-D", str(first.data), "-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync")
        (first.data / "pg_hba.conf").write_text(_HBA)
        first.start()
        first.configure(max_connections="100", shared_buffers="64MB")
        first.ask(f"CREATE DATABASE {DATABASE}")
        yield made
    finally:
        for one in made:
            with suppress(AssertionError):
                one.stop("immediate")
            shutil.rmtree(one.folder, ignore_errors=True)


def _give_away(folder: Path) -> None:
    if OWNER is None:
        return
    shutil.chown(folder, OWNER)
    # Its user has to come by; the folders above are the run's own.
    for above in (folder.parent, folder.parent.parent):
        if not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port
