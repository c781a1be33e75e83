"""Brings what SQLite has written to its log into the file itself, beside the writers (0048).

Else whoever commits when the log has become long does it, for a tenth of a second and more, and everybody who wants to
write waits for that. Done often it is little, and SQLite lets others write and read meanwhile.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path

from app.db.engine import Database, file_of

EVERY_S = 2.0
ENDS_WITHIN_S = 5.0


class Backfill:
    """A thread that brings over what was written to a file's log, until it is ended.

    What cannot be done just now (another process is at it, the disk is full, the file is not there) is done the next
    time; and whoever commits still does it where the log has become long.
    """

    def __init__(self, file: str, every_s: float = EVERY_S) -> None:
        self._file, self._every_s, self._ended = file, every_s, threading.Event()
        self._thread = threading.Thread(target=self._work, name="backfill", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Leave the rest to others; return when the thread is done."""
        self._ended.set()
        self._thread.join(ENDS_WITHIN_S)

    def _work(self) -> None:
        while not self._ended.wait(self._every_s):
            with suppress(sqlite3.Error), closing(opened(self._file)) as connection:
                while True:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                    if self._ended.wait(self._every_s):
                        return


def backfill(database: Database) -> Backfill | None:
    """Begin to bring over what is written to a database, where it is a SQLite file."""
    file = file_of(database.writer.url) if database.dialect == "sqlite" else None
    return None if file is None else Backfill(file)


def opened(file: str) -> sqlite3.Connection:
    """Open a file that is there; what is brought over is on the disk before its log is written over."""
    connection = sqlite3.connect(f"{Path(file).as_uri()}?mode=rw", uri=True, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    return connection
