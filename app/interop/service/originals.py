"""Files as they were sent: kept in pieces beside everything else of a person, and read again from there."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import IO
from uuid import UUID

from sqlalchemy.orm import Session

from app.interop.repository import imports as repository

PIECE_BYTES = 256 * 1024

Looking = Callable[[], AbstractContextManager[Session]]
"""Lends a session for one look into the database."""


class OriginalGone(OSError):
    """The file was deleted while it was read."""


def digest_of(file: IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 of a file as hex digits, and its length in bytes."""
    file.seek(0)
    digest, size = sha256(), 0
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def keep(db: Session, patient_id: UUID, import_id: UUID, file: IO[bytes]) -> None:
    """Keep a file, piece by piece."""
    file.seek(0)
    number = 0
    while piece := file.read(PIECE_BYTES):
        repository.add_piece(db, patient_id, import_id, number, piece)
        number += 1


def pieces(look: Looking, patient_id: UUID, import_id: UUID) -> Iterator[bytes]:
    """Yield a file's pieces, each read when it is asked for."""
    number = 0
    while piece := _piece(look, patient_id, import_id, number):
        yield piece
        number += 1


class Original(io.RawIOBase):
    """A kept file, to be read from any place; at most two pieces of it are in memory."""

    def __init__(self, look: Looking, patient_id: UUID, import_id: UUID, size_bytes: int) -> None:
        """Say whose file it is, and how long."""
        super().__init__()
        self._look, self._of, self._size = look, (patient_id, import_id), size_bytes
        self._at, self._number, self._content = 0, -1, b""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from any place."""
        return True

    def tell(self) -> int:
        """Return where it is read next."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Read from there next."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fill a buffer as far as this piece goes; raise OriginalGone."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._at >= self._size or not view:
            return 0
        number, start = divmod(self._at, PIECE_BYTES)
        if number != self._number:
            self._number, self._content = number, _piece(self._look, *self._of, number)
            if not self._content:
                raise OriginalGone
        found = self._content[start : start + len(view)]
        view[: len(found)] = found
        self._at += len(found)
        return len(found)


def _piece(look: Looking, patient_id: UUID, import_id: UUID, number: int) -> bytes:
    with look() as db:
        return repository.read_piece(db, patient_id, import_id, number) or b""
