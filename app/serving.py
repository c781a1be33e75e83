"""What gunicorn does before it opens its socket (`gunicorn --config python:app.serving wsgi:app`): ask whether it may.

In production it starts only where nothing is in the way. Then it loads the application, once, for all workers: each is
a fork of it, there at once, also when it takes the place of one that was killed.

The threads that gunicorn is started with are how many requests a worker works on at once (`app/web/admission.py`); it
is given more, for those who wait and those who are told to come again.
"""

from __future__ import annotations

import ctypes
import gc
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from app.db.backfill import Backfill, backfill
from app.settings import start_of_a_server, tell_workers
from app.web.admission import threads_for

worker_class = "app.web.gatekeeper.Gatekeeper"
_START = start_of_a_server()
_METRICS = _START.var_dir / "metrics"
"""Where the workers keep their figures, each server in a folder named by its process."""
_MADE_BEFORE_A_LOOK = 20_000
"""So many values more than before, and those that hold each other are looked for."""
_ARENA_MAX, ARENAS = -8, 2
"""What GNU's malloc calls the most pools, and how many that may be."""
_OWN = _METRICS / str(os.getpid())
_BESIDE: dict[int, Backfill | None] = {}


def on_starting(server: Any) -> None:
    """Refuse to start, with a sentence for each reason; called before any socket is made."""
    if _START.is_production:
        allowed = _START.allows_insecure and all(map(_is_loopback, server.cfg.address))
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "check"]
        asked = [*command, *(["--allow-insecure"] if allowed else [])]
        code = subprocess.run(asked, check=False).returncode  # noqa: S603 - our own command
        if code:
            raise SystemExit(code)
    at_once = server.cfg.threads
    server.cfg.set("threads", threads_for(at_once))
    # The folder is read when prometheus_client is imported.
    tell_workers(
        TROCHLEA_CHECKED_BY=str(os.getpid()), TROCHLEA_AT_ONCE=str(at_once), PROMETHEUS_MULTIPROC_DIR=str(_OWN)
    )
    for left in _METRICS.glob("*"):
        if not _lives(left.name):
            shutil.rmtree(left, ignore_errors=True)
    _OWN.mkdir(parents=True, exist_ok=True)
    _load(server)


def _load(server: Any) -> None:
    """Load the application before the workers are forked; what it is made of is never looked over for rubbish again.

    What a request makes is gone when it ends. A push makes thousands of values: with the threshold of a small program
    they are looked over twenty times while they are all still needed.

    Nothing may be open then that two processes must not share: see `tests/integration/test_forked_workers.py`.
    """
    _share_arenas()
    server.app.wsgi()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_BEFORE_A_LOOK, *gc.get_threshold()[1:])


def _share_arenas() -> None:
    """Let the threads of a worker share two pools of memory: with one each, it keeps a tenth more than it uses."""
    with suppress(OSError, AttributeError):  # another C library than GNU's has no such setting
        ctypes.CDLL(None).mallopt(_ARENA_MAX, ARENAS)


def post_worker_init(worker: Any) -> None:
    """Let a worker do what it does beside its requests, where it serves this application."""
    if (database := worker.wsgi.extensions.get("trochlea.database")) is not None:
        _BESIDE[worker.pid] = backfill(database)


def worker_exit(_server: Any, worker: Any) -> None:
    """End that with the worker."""
    if (beside := _BESIDE.pop(worker.pid, None)) is not None:
        beside.end()


def on_exit(_server: Any) -> None:
    """Forget the figures: counters begin anew with the next server."""
    shutil.rmtree(_OWN, ignore_errors=True)


def _lives(process: str) -> bool:
    return Path("/proc", process).exists()


def _is_loopback(address: Any) -> bool:
    """Can nobody but this machine reach this address? Of a handed-over socket nobody knows."""
    if isinstance(address, str):
        return address.startswith("/")
    try:
        return isinstance(address, tuple) and (address[0] == "localhost" or ip_address(address[0]).is_loopback)
    except ValueError:
        return False
