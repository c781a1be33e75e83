"""The bytes of one request as they come in: where it ends is found without waiting for it.

A thread that reads from a slow client does nothing else meanwhile, and a handful of them is all there are. So a request
is gathered first, by one loop for all connections (`gathering_worker.py`), and gets a thread once it is whole. What is
gathered is judged by nobody here: whatever this does not understand counts as whole, and gunicorn's parser refuses it.
"""

from __future__ import annotations

import re
import socket
import time
from tempfile import SpooledTemporaryFile

MOST_BODY_BYTES = 21 * 1024 * 1024
"""More than any operation takes: a body that is longer gets a thread at once, to be refused by it."""
MOST_HEAD_BYTES = 64 * 1024
IN_MEMORY_BYTES = 64 * 1024
"""What is longer waits on disk: many that are slow together must not fill the memory."""
SILENT_S = 10.0
"""For how long in all a thread waits for more after all, where a request was not what it seemed."""
_HEAD_ENDS = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked[^\r\n]*\r\n", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection:[^\r]*close", re.IGNORECASE)
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")


class Chunks:
    """Finds the end of a body that comes in chunks, whatever pieces it comes in."""

    def __init__(self) -> None:
        self.has_ended = False
        self._line, self._skip, self._in_trailer = b"", 0, False

    def add(self, piece: bytes) -> None:
        """Go on through the next bytes; what is no chunk counts as the end."""
        at = 0
        while at < len(piece) and not self.has_ended:
            if self._skip:
                passed = min(self._skip, len(piece) - at)
                self._skip, at = self._skip - passed, at + passed
                continue
            end = piece.find(b"\n", at)
            self._line += piece[at : end + 1] if end >= 0 else piece[at:]
            if end < 0:
                self.has_ended = len(self._line) > IN_MEMORY_BYTES
                return
            at = end + 1
            self._take_line()

    def _take_line(self) -> None:
        line, self._line = self._line.strip(), b""
        if self._in_trailer:
            self.has_ended = not line
            return
        size = _SIZE.match(line)
        if size is None:
            self.has_ended = True
        elif length := int(size[0], 16):
            self._skip = length + len(b"\r\n")
        else:
            self._in_trailer = True


class Gathered:
    """One request, as much of it as there is."""

    def __init__(self) -> None:
        self.head: bytes | None = None
        self.received = 0
        self.is_whole = False
        self._file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115
        self._start = bytearray()
        self._ends_at: int | None = None
        self._chunks: Chunks | None = None

    def add(self, piece: bytes) -> None:
        """Take in the next bytes."""
        self._file.write(piece)
        self.received += len(piece)
        if self.head is None:
            self._start += piece
            self._look_for_head()
        elif self._chunks is not None:
            self._chunks.add(piece)
        self.is_whole = self._has_all()

    @property
    def expects_word(self) -> bool:
        """Does the client wait to be told that it may go on?"""
        return self.head is not None and _EXPECTS.search(self.head) is not None

    @property
    def may_stay(self) -> bool:
        """Can another request come over the same connection, and does this one end where the gathered bytes do?"""
        if self.head is None or self._ends_at != self.received:
            return False
        return b" HTTP/1.1\r\n" in self.head and _CLOSES.search(self.head) is None

    @property
    def target(self) -> tuple[str, str]:
        """Return the method and the path as they were sent; both empty where there is none."""
        words = (self.head or b"").partition(b"\r\n")[0].decode("latin-1").split(" ")
        return (words[0], words[1]) if len(words) == 3 else ("", "")

    def take(self) -> SpooledTemporaryFile[bytes]:
        """Return all of it, to be read from its beginning and closed."""
        self._file.seek(0)
        return self._file

    def forget(self) -> None:
        """Throw away what there is."""
        self._file.close()

    def _look_for_head(self) -> None:
        end = self._start.find(_HEAD_ENDS)
        if end < 0:
            return
        begin_of_body = end + len(_HEAD_ENDS)
        self.head = bytes(self._start[:begin_of_body])
        length = _LENGTH.search(self.head)
        if _CHUNKED.search(self.head) and length is None:
            self._chunks = Chunks()
            self._chunks.add(bytes(self._start[begin_of_body:]))
        else:
            self._ends_at = begin_of_body + (int(length[1]) if length else 0)
        self._start.clear()

    def _has_all(self) -> bool:
        if self.head is None:
            return self.received > MOST_HEAD_BYTES
        if self._chunks is not None:
            return self._chunks.has_ended or self.received > MOST_BODY_BYTES
        ends_at = self._ends_at or 0
        return self.received >= ends_at or ends_at > MOST_BODY_BYTES


class Source:
    """What gunicorn's parser reads from: what was gathered, and the connection where that is not all."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file: SpooledTemporaryFile[bytes] | None = None
        self._timeout_s: float | None = None
        self._until_s = 0.0

    def give(self, gathered: Gathered) -> None:
        """Let the next request be read from here."""
        self._file = gathered.take()
        self._until_s = time.monotonic() + SILENT_S

    def rest(self) -> bytes:
        """Return what was gathered and not read: the next request's beginning."""
        if self._file is None:
            return b""
        rest = self._file.read()
        self.close()
        return rest

    def close(self) -> None:
        """Throw away what was not read."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def recv(self, size: int) -> bytes:
        """Return the next bytes; none where the client has gone, or is silent for too long."""
        if self._file is not None:
            if piece := self._file.read(size):
                return piece
            self.close()
        left_s = self._until_s - time.monotonic()
        if left_s <= 0:
            return b""
        self._connection.settimeout(min(self._timeout_s or left_s, left_s))
        try:
            return self._connection.recv(size)
        except TimeoutError:
            return b""
        finally:
            self._connection.setblocking(True)

    def settimeout(self, seconds: float | None) -> None:
        """Bound how long is waited for the connection; gunicorn does so where it reads past a body nobody wanted."""
        self._timeout_s = seconds

    def gettimeout(self) -> float | None:
        """Return that bound."""
        return self._timeout_s
