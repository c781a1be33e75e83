"""PgBouncer in transaction mode before the run's own PostgreSQL server, where it is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url

from tests.builders.databases import SERVER, new_folder
from tests.faults.clusters import OWNER

SERVERS = 2
"""So few connections to PostgreSQL that clients have to share them."""
READY_WITHIN_S = 15


def is_there() -> bool:
    """Is PgBouncer installed?"""
    return shutil.which("pgbouncer") is not None


@contextmanager
def a_pooler() -> Iterator[int]:
    """Yield the port of a PgBouncer before every database of the run's own server."""
    folder, port = new_folder(), _free_port()
    _configure(folder, port)
    with (folder / "said").open("w") as said:
        user = None if OWNER is None else {"user": OWNER}
        pooler = subprocess.Popen(
            [str(shutil.which("pgbouncer")), str(folder / "pgbouncer.ini")],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            **(user or {}),
        )
    try:
        _await(pooler, port, folder)
        yield port
    finally:
        pooler.terminate()
        pooler.wait(READY_WITHIN_S)
        shutil.rmtree(folder, ignore_errors=True)


def through(port: int, url: str) -> str:
    """Return a database's address through the pooler."""
    name = make_url(url).database
    user = conninfo_to_dict(os.environ[SERVER]).get("user", "postgres")
    return f"postgresql://{user}@127.0.0.1:{port}/{name}"


def _configure(folder: Path, port: int) -> None:
    server = conninfo_to_dict(os.environ[SERVER])
    place = " ".join(f"{name}={server[name]}" for name in ("host", "port", "password") if server.get(name))
    (folder / "users").write_text(f'"{server.get("user", "postgres")}" "{server.get("password", "")}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = {place}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = trust\nauth_file = {folder / 'users'}\npool_mode = transaction\n"
        f"default_pool_size = {SERVERS}\nmax_client_conn = 100\n"
    )
    if OWNER is not None:
        owner = pwd.getpwnam(OWNER)
        for one in (folder, *folder.iterdir()):
            os.chown(one, owner.pw_uid, owner.pw_gid)


def _await(pooler: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _ in range(READY_WITHIN_S * 20):
        if pooler.poll() is not None:
            break
        with socket.socket() as asked:
            asked.settimeout(0.05)
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        with suppress(subprocess.TimeoutExpired):
            pooler.wait(0.05)
    raise AssertionError((folder / "said").read_text()[-2000:])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port
