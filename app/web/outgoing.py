"""A connection whose answer is sent without waiting: what the client does not take at once is kept for later.

A thread that waits for a slow client to take its answer does nothing else meanwhile. So it leaves the rest here, and
the loop of `gathering_worker.py` sends it when the client is ready for more.
"""

from __future__ import annotations

import errno
import socket
from tempfile import SpooledTemporaryFile
from typing import Any

from app.web.gathering import IN_MEMORY_BYTES

KEPT_MOST_BYTES = 32 * 1024 * 1024
"""Of what is longer, a long person's archive, the thread waits for the client to take it."""
TAKEN_WITHIN_S = 10.0
PIECE_BYTES = 256 * 1024


class Outgoing:
    """The connection, as gunicorn uses it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._rest: SpooledTemporaryFile[bytes] | None = None
        self._kept = self.taken = 0

    def __getattr__(self, name: str) -> Any:
        """Be the connection in everything else."""
        return getattr(self._connection, name)

    @property
    def has_rest(self) -> bool:
        """Is there something that the client has not taken yet?"""
        return self._rest is not None

    def sendall(self, data: bytes) -> None:
        """Send what the client takes at once, and keep the rest; raise ConnectionResetError where it takes nothing."""
        if self._kept + len(data) > KEPT_MOST_BYTES:
            self._wait()
        view = memoryview(data)
        if self._rest is None:
            view = view[self._send(view) :]
        if view:
            self._keep(view)

    def flush(self) -> bool:
        """Send what the client takes now; True once nothing is left. Raises OSError where it has gone."""
        while self._rest is not None:
            self._rest.seek(self.taken)
            piece = self._rest.read(PIECE_BYTES)
            if not piece:
                self.forget()
                break
            sent = self._send(memoryview(piece))
            self.taken += sent
            if sent < len(piece):
                return False
        return True

    def forget(self) -> None:
        """Throw away what was not taken."""
        if self._rest is not None:
            self._rest.close()
            self._rest, self._kept, self.taken = None, 0, 0

    def close(self) -> None:
        """Close it, whatever was not taken."""
        self.forget()
        self._connection.close()

    def _send(self, data: memoryview) -> int:
        try:
            return self._connection.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0

    def _keep(self, data: memoryview) -> None:
        if self._rest is None:
            self._rest = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed once it is sent
        self._rest.seek(self._kept)
        self._rest.write(data)
        self._kept += len(data)

    def _wait(self) -> None:
        self._connection.settimeout(TAKEN_WITHIN_S)
        try:
            while self._rest is not None:
                self._rest.seek(self.taken)
                piece = self._rest.read(PIECE_BYTES)
                if piece:
                    self._connection.sendall(piece)
                    self.taken += len(piece)
                else:
                    self.forget()
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "nothing of the answer was taken") from None
        finally:
            self._connection.setblocking(True)
