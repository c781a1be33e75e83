"""Pull the library: a stream of its own, the same for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.library import service as library
from app.library.service import LibraryChange, LibraryStream
from app.sync.service.pull import StreamGone


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """One page, and where the next one begins: epoch, last number, head at which a first sync began."""

    stream: LibraryStream
    changes: list[LibraryChange]
    position: list[Any]
    has_more: bool


def pull(db: Session, position: Sequence[Any] | None, limit: int) -> LibraryPage:
    """Return the changes after a position; raise StreamGone when the library began anew."""
    stream = library.read_stream(db)
    epoch, seq, tombstones_after = position or (str(stream.epoch), 0, stream.head)
    if epoch != str(stream.epoch):
        raise StreamGone(extra={"reason": "epoch"})
    found = library.changes_after(db, seq, stream.head, tombstones_after=tombstones_after, limit=limit + 1)
    changes, has_more = found[:limit], len(found) > limit
    through = changes[-1].seq if has_more else stream.head
    return LibraryPage(stream, changes, [epoch, through, tombstones_after], has_more)
