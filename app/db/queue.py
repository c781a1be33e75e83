"""The queue of SQLite's writers: of all threads of a process, and of all processes on this machine.

SQLite lets a writer that must wait sleep and try again; whoever asks at the right moment is first, and one busy
process can keep another out for seconds. So writers queue here before BEGIN IMMEDIATE. Only fairness hangs on it:
SQLite's own lock decides who writes, and whoever has queued for too long goes and asks there.

The threads of a process queue at a lock; one of them at a time goes on to two files beside the database, locked
with flock. `.next` is held by whoever is next, until it has `.turn`, which is held by whoever writes: so whoever
has just written cannot pass by whoever waits. A dead process holds nothing, for the kernel takes its locks back.
The files are polled: a blocking flock cannot be given up, so that one stopped process would hang every other for
good. They are opened for one turn and closed after it, so a fork inherits none and none stays open.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

NEXT_POLL_S = 0.001
"""To be next is settled while another one writes: nobody loses by asking seldom."""
TURN_POLL_S = 0.0002
"""While whoever is next sleeps, nobody writes."""


class WriterQueue:
    """Where the writers of one SQLite database wait; without a file, only the threads of this process."""

    def __init__(self, file: str | None) -> None:
        self._threads = threading.Lock()
        self._file = file

    def enter(self, within_s: float) -> Callable[[], None] | None:
        """Wait for a turn, at most so many seconds, and return what ends it; None where another thread kept its own."""
        until = time.monotonic() + within_s
        if not self._threads.acquire(timeout=within_s):
            return None
        with ExitStack() as held:
            held.callback(self._threads.release)
            if self._file is not None:
                self._take_turn(held, self._file, until)
            return held.pop_all().close

    def _take_turn(self, held: ExitStack, file: str, until: float) -> None:
        with ExitStack() as waiting:
            if _lock(waiting, f"{file}.next", until, NEXT_POLL_S):
                _lock(held, f"{file}.turn", until, TURN_POLL_S)


def _lock(held: ExitStack, path: str, until: float, poll_s: float) -> bool:
    """Lock a file for as long as `held` is open; False where it was not to be had, or not in time."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        held.callback(os.close, descriptor)
        while not _is_locked(descriptor):
            if time.monotonic() >= until:
                return False
            time.sleep(poll_s)
    except OSError:
        return False
    return True


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
