"""The real server on a free loopback port: started, awaited, and ended by the process ids that it was started with."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 40.0
PATIENT_S = 150.0
"""How long a server may take to start where tests run beside each other for hours, also on a busy machine."""
SECRET = "a secret of the tests, thirty-two long"
ENDED_WITHIN_S = 15.0
_POLL_S = 0.05


class ServerNotReady(Exception):
    """The server ended, or did not answer in time; the text is what it said."""


@dataclass
class Server:
    """A gunicorn master with its workers, in a process group of their own."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Return where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End the whole group with SIGKILL: nobody gets to tidy up."""
        self._signal(signal.SIGKILL)
        self.process.wait(ENDED_WITHIN_S)

    def stop(self) -> None:
        """End it as an operator does; kill what does not listen."""
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _signal(self, number: int) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)


def product_environment(url: str, var_dir: Path, secret: str) -> dict[str, str]:
    """Return what a product server is told: its database, its folder of keys, its secret."""
    return {
        "TROCHLEA_DATABASE_URL": url,
        "TROCHLEA_VAR_DIR": str(var_dir),
        "TROCHLEA_SECRET_KEY": secret,
        "TROCHLEA_MODE": "development",
        "TROCHLEA_RATE_LIMITS": "0",
        "TROCHLEA_LOG_LEVEL": "warning",
    }


def start_server(
    environment: Mapping[str, str],
    folder: Path,
    *,
    application: str = "wsgi:app",
    workers: int = 2,
    threads: int = 4,
    ready_at: str = "/health/live",
    ready_within_s: float = READY_WITHIN_S,
    root: Path = ROOT,
) -> Server:
    """Start gunicorn as `flask --app wsgi serve` does and return it once it answers; raise ServerNotReady."""
    # The socket is bound here and handed over, so that nobody else can take the port in between.
    with socket.create_server(("127.0.0.1", 0)) as bound:
        options = [f"--bind=fd://{bound.fileno()}", f"--workers={workers}", f"--threads={threads}"]
        command = [sys.executable, "-m", "gunicorn", *options, "--log-level=warning"]
        command.append("--config=python:app.serving")
        port, handed = bound.getsockname()[1], [bound.fileno()]
        server = spawn([*command, "--graceful-timeout=5", application], environment, folder, port, handed, root)
    return await_server(server, ready_at, ready_within_s)


def start_patiently(url: str, folder: Path, **how: Any) -> Server:
    """Start a server on a database; `folder` is where it keeps its keys and its log. It may take its time to start."""
    return start_server(product_environment(url, folder / "var", SECRET), folder, ready_within_s=PATIENT_S, **how)


def await_server(server: Server, path: str, ready_within_s: float = READY_WITHIN_S) -> Server:
    """Return a server once it answers; end it and raise ServerNotReady where it does not."""
    try:
        _await(server, path, ready_within_s)
    except BaseException:
        server.kill()
        raise
    return server


def spawn(
    command: list[str],
    environment: Mapping[str, str],
    folder: Path,
    port: int,
    handed: Sequence[int] = (),
    root: Path = ROOT,
) -> Server:
    """Start a server of the tree at `root` that takes this port, or the socket that is handed over to it."""
    log = folder / f"server-{port}.log"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TROCHLEA_")}
    with log.open("wb") as told:
        process = subprocess.Popen(
            command,
            cwd=root,
            env={**inherited, **environment},
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            pass_fds=list(handed),
            start_new_session=True,
        )
    return Server(process, port, log)


def _await(server: Server, path: str, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise ServerNotReady(server.log.read_text(errors="replace")[-4000:])
        if _answers(server.port, path, deadline - time.monotonic()):
            return
        time.sleep(_POLL_S)
    raise ServerNotReady(f"no answer within {within_s:.0f} s: {server.log.read_text(errors='replace')[-4000:]}")


def _answers(port: int, path: str, within_s: float) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=max(within_s, 1.0))
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
