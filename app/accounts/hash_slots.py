"""Turns at hashing passwords: as many at once as there are cores but one, on this machine and not only in this process.

A hash takes 19 MiB and a core for a while. Without turns a flood of log-ins would take every core from those who are
logged in already (SECURITY 4.2).
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

from app.kernel.errors import Unavailable

LONGEST_WAIT_S = 0.25
_POLL_S = 0.005


class Busy(Unavailable):
    """As many passwords are looked at as this machine has cores for."""

    code = "busy"
    title = "Too many people log in just now; try again in a moment"


class HashSlots:
    """The turns; in one process from the beginning, across processes once they share a folder."""

    def __init__(self, slots: int | None = None, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self.slots = slots or max(1, len(os.sched_getaffinity(0)) - 1)
        self._longest_wait_s = longest_wait_s
        self._here = BoundedSemaphore(self.slots)
        self._folder: Path | None = None

    def share(self, folder: Path) -> None:
        """Take turns with every process that shares this folder on a local disk."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it; raise Busy where none is free within a quarter of a second."""
        deadline = time.monotonic() + self._longest_wait_s
        if not self._here.acquire(timeout=self._longest_wait_s):
            raise Busy
        try:
            held = self._take(deadline) if self._folder else None
            try:
                yield
            finally:
                if held is not None:
                    os.close(held)
        finally:
            self._here.release()

    def _take(self, deadline: float) -> int:
        """Return the handle of a locked file; the lock ends with it, also when the process is killed."""
        while True:
            for number in range(self.slots):
                handle = self._lock(number)
                if handle is not None:
                    return handle
            if time.monotonic() >= deadline:
                raise Busy
            time.sleep(_POLL_S)

    def _lock(self, number: int) -> int | None:
        handle = os.open(f"{self._folder}/{number}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle
