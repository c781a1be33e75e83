"""A request's body is taken in before the request gets a turn: a slow phone holds up nobody.

A body that comes a letter at a time would otherwise hold one of the few turns (`admission.py`). It is taken in by a
thread that is there for waiting, and put aside on disk where it is long. Who may send it is asked after that: of a
stranger no more than a few megabytes are taken in.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from errno import ECONNRESET
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, Any

from app.web.admission import Application, Start

IN_MEMORY_BYTES = 64 * 1024
"""What is longer waits on disk: many that are slow together must not fill the memory."""
MOST_BYTES, MOST_OF_STRANGERS_BYTES = 129 * 1024 * 1024, 3 * 1024 * 1024
"""More than any operation takes: what says that it is longer is not taken in, and refused by its operation."""
HELD_MOST_BYTES = 512 * 1024 * 1024
"""So much is put aside at once by one process; beyond that the rest of a body is read by its operation."""
PIECE_BYTES = 64 * 1024
SILENT_S = 20.0
"""For so long may a client say nothing in the middle of a body."""


class WholeBodies:
    """Takes a body in, and then asks the application; a body that breaks off is left for the application to refuse."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._lock, self._held = Lock(), 0

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer."""
        if not _has_body(environ):
            return self._application(environ, start)
        with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as kept:
            try:
                environ["wsgi.input"] = self._taken_in(environ, kept)
                return self._application(environ, start)
            finally:
                self._hold(-kept.seek(0, SEEK_END))

    def _taken_in(self, environ: dict[str, Any], kept: IO[bytes]) -> _Both:
        """Return what the body is read from now."""
        source, taken = environ["wsgi.input"], 0
        _bound_silence(environ, SILENT_S)
        try:
            while taken <= _most(environ) and self._held <= HELD_MOST_BYTES and (piece := source.read(PIECE_BYTES)):
                kept.write(piece)
                self._hold(len(piece))
                taken += len(piece)
        except TimeoutError:
            raise ConnectionResetError(ECONNRESET, "silent in the middle of a body") from None
        _bound_silence(environ, None)
        kept.seek(0)
        return _Both(kept, source)

    def _hold(self, bytes_more: int) -> None:
        with self._lock:
            self._held += bytes_more


def _has_body(environ: dict[str, Any]) -> bool:
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        return 0 < int(length) <= _most(environ)
    return "HTTP_TRANSFER_ENCODING" in environ


def _most(environ: dict[str, Any]) -> int:
    return MOST_BYTES if "HTTP_AUTHORIZATION" in environ else MOST_OF_STRANGERS_BYTES


def _bound_silence(environ: dict[str, Any], seconds: float | None) -> None:
    with suppress(KeyError, OSError):  # other servers than gunicorn do not say which connection it is
        environ["gunicorn.socket"].settimeout(seconds)


class _Both:
    """What was taken in, and behind it the rest."""

    def __init__(self, kept: IO[bytes], rest: IO[bytes]) -> None:
        self._kept, self._rest = kept, rest

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, all without a size; with one never of more than one of the two parts."""
        if size < 0:
            return self._kept.read() + self._rest.read()
        return self._kept.read(size) or self._rest.read(size)
