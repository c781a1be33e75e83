"""Who works on imports: a thread inside of the server, or the worker beside it; each takes them under a lease."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Any, Protocol

import structlog

from app.interop.service.importing import work_imports
from app.web.transaction import database, own_transaction


class Application(Protocol):
    """What is needed of the application: its context, and who is told of runs."""

    extensions: dict[str, Any]

    def app_context(self) -> AbstractContextManager[object]:
        """Return a context of its own."""


def work_on_imports(app: Application) -> int:
    """Work on imports until none waits, in a context of the application's; return how many were worked on."""
    with app.app_context():
        return work_imports(own_transaction, database().reading, app.extensions["trochlea.listener"])


class Importer:
    """One thread of a server's process that works on imports while there are any, and ends then.

    Whoever orders or asks after one wakes it, so that what a killed server left is gone on with.
    """

    def __init__(self, app: Application, *, inside: bool) -> None:
        """Say whether the server works on imports itself."""
        self._app, self._inside = app, inside
        self._lock = threading.Lock()
        self._again = self._runs = False

    def wake(self) -> None:
        """Let the thread look whether there is something to do."""
        if not self._inside:
            return
        with self._lock:
            self._again = True
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._work, name="imports", daemon=True).start()

    def _work(self) -> None:
        while self._is_wanted():
            try:
                work_on_imports(self._app)
            except Exception as error:
                structlog.get_logger().error("bug", error=type(error).__name__, where="interop.importer")

    def _is_wanted(self) -> bool:
        with self._lock:
            self._runs, self._again = self._again, False
            return self._runs
