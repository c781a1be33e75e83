"""Pull: pages of the newest versions in the order of their numbers, and what left or joined a reader's scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.kernel.errors import Gone
from app.sync import repository
from app.sync.domain import Change, Version, WrittenChange
from app.sync.registry import COLLECTIONS
from app.sync.repository import Stream
from app.sync.service.position import Mark, Position, at_number, beginning
from app.sync.service.reader import Reader

PAGE_ROWS = 1000
PAGE_BYTES = 1024 * 1024 - 4096
"""How large the changes of one answer may grow; the rest of 1 MiB is for what stands around them."""
FRAME_BYTES = 200
"""What a change takes besides its data: ids, number, names."""
GENERATION_SHIFT = 32
FREE_TEXT = ("note", "seen_whom", "cleared_by")
"""What is blank for whoever may not read free text."""


class StreamGone(Gone):
    """What the cursor points at is no longer there: pull without a cursor, keep the outbox."""

    code = "resync_required"
    title = "Start again without a cursor; keep what waits to be sent"


Changes = list[Change | WrittenChange]
_text_of: Callable[[Any], bytes] = attrgetter("text")


@dataclass(frozen=True, slots=True)
class Room:
    """What an answer may still hold: rows, and bytes of changes; as long as it is empty, one record of any size."""

    rows: int = PAGE_ROWS
    size: int = PAGE_BYTES
    is_empty: bool = True

    def after(self, changes: Changes) -> Room:
        """Return what is left beside these changes."""
        return Room(self.rows - len(changes), self.size - sum(map(_size, changes)), self.is_empty and not changes)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of changes, and where the next one begins."""

    stream: Stream
    changes: Changes
    position: Position
    has_more: bool
    dropped: tuple[str, ...]

    @property
    def through(self) -> int:
        """Return the number up to which the reader has now seen everything."""
        return self.position.front.seq


def position_at(stream: Stream, since: int, collections: frozenset[str], reader: Reader) -> Position:
    """Return the position that a bare number stands for; raise StreamGone for one of another generation."""
    seq = seq_of(stream, since, reader.consent_version)
    if seq is None:
        raise StreamGone(extra={"reason": "generation"})
    return at_number(stream.epoch, seq, reader.collections & collections, notes=reader.notes)


def seq_of(stream: Stream, cursor: int, consent_version: int) -> int | None:
    """Return the number in an int_cursor of this stream, None for one of another generation."""
    generation, seq = cursor >> GENERATION_SHIFT, cursor & ((1 << GENERATION_SHIFT) - 1)
    return seq if generation == stream.generation + consent_version and seq <= stream.head else None


def int_cursor(stream: Stream, seq: int, consent_version: int) -> int:
    """Return a number that is positive, safe in JavaScript, and never goes back."""
    return (stream.generation + consent_version) << GENERATION_SHIFT | seq


def pull(
    db: Session,
    patient_id: UUID,
    stream: Stream,
    position: Position | None,
    reader: Reader,
    wanted: frozenset[str],
    room: Room,
) -> Page:
    """Return the changes after a position, of the collections that are wanted and may be read; raise StreamGone.

    The stream was read before the rows, so everything up to its head is visible. A page is filled while
    there is more. What may not be read any more is dropped; what is only not wanted stays where it is, and is
    caught up with, deletions included, when it is wanted again.
    """
    followed = sorted(reader.collections & wanted)
    if position is None:
        position = beginning(stream.epoch, stream.head, followed, notes=reader.notes)
    if position.epoch != stream.epoch:
        raise StreamGone(extra={"reason": "epoch"})
    dropped = tuple(sorted(position.marks.keys() - reader.collections))
    position = position.without(dropped).following(followed, notes=reader.notes)
    if any(position.marks[name].knows_deletions_to < stream.floor for name in followed):
        raise StreamGone(extra={"reason": "purged"})
    if stream.head < position.front.seq:  # a replica that is behind the reader
        return Page(stream, [], position, False, dropped)
    changes, position, has_more = _read_on(db, patient_id, stream.head, position, followed, room, reader)
    return Page(stream, changes, position, has_more, dropped)


def _read_on(
    db: Session, patient_id: UUID, head: int, position: Position, followed: list[str], room: Room, reader: Reader
) -> tuple[Changes, Position, bool]:
    """Return a page, where it ends, and whether there is more: first what is behind, then from the front on."""
    changes: Changes = []
    for mark, late in position.behind(followed):
        found, has_more = _read(db, patient_id, late, mark, position.front.seq, head, room, reader)
        changes, room = changes + found, room.after(found)
        if has_more:
            return changes, position.at(_reached(mark, found), late), True
        position = position.at(position.front, late)
    found, has_more = _read(db, patient_id, followed, position.front, head, head, room, reader)
    seq = _reached(position.front, found).seq if has_more else head
    return changes + found, position.onward(seq, followed), has_more


def _reached(mark: Mark, found: Changes) -> Mark:
    return mark._replace(seq=found[-1].seq) if found else mark


def _read(
    db: Session,
    patient_id: UUID,
    collections: Sequence[str],
    after: Mark,
    up_to: int,
    head: int,
    room: Room,
    reader: Reader,
) -> tuple[Changes, bool]:
    """Return as much as there is room for, and whether there is more; of each record only what is the newest now."""
    if after.seq >= up_to or not collections:
        return [], False
    found = repository.changes(
        db,
        patient_id,
        after=after.seq,
        up_to=up_to,
        as_of=head,
        collections=collections,
        tombstones_after=after.tombstones_after,
        limit=room.rows + 1,
        written=reader.reads_whole,
    )
    return _cut(found, room)


def _cut(found: Changes, room: Room) -> tuple[Changes, bool]:
    if not _fit(found[: room.rows], room.size):
        size = 0
        for index, change in enumerate(found[: room.rows]):
            size += _size(change)
            if size > room.size and (index > 0 or not room.is_empty):
                return found[:index], True
    return found[: room.rows], len(found) > room.rows


def _fit(found: Changes, most_bytes: int) -> bool:
    """Do all of these surely fit? Asked of them together; where they may not, each is looked at."""
    if not found or not isinstance(found[0], WrittenChange):
        return not found
    return sum(map(len, map(_text_of, found))) + len(found) <= most_bytes


def _size(change: Change | WrittenChange) -> int:
    if isinstance(change, WrittenChange):
        return len(change.text) + 1  # the comma
    data = change.data or ""
    return FRAME_BYTES + (len(data) if data.isascii() else len(data.encode()))


def told(changes: Changes, reader: Reader) -> Any:
    """Return changes on the wire, ready for orjson, with the fields that the reader's app knows.

    Free text is blank for whoever may not read it. What goes out as it is kept is not read on the way.
    """
    if reader.reads_whole:
        return orjson.Fragment(b"[%b]" % b",".join(map(_text_of, changes)))
    return [_told(change, reader) for change in changes if isinstance(change, Change)]


def _told(change: Change, reader: Reader) -> dict[str, Any]:
    data = change.data and _cut_down(change.collection, change.data, reader.schema_version, reader.notes)
    return {**change._asdict(), "data": data}


def _cut_down(collection: str, kept: str, schema_version: int, notes: bool) -> dict[str, Any]:
    """Return data without what a client of this schema version does not know, and without free text unless `notes`."""
    known = COLLECTIONS[collection]
    data = known.shown_to(orjson.loads(kept), schema_version)
    blank = {} if notes else {name: None for name in {*FREE_TEXT, *known.free_text} if name in data}
    return {**data, **blank}


def shown(version: Version, schema_version: int) -> dict[str, Any]:
    """Return a version on the wire, with the fields that a client of this schema version knows."""
    known = COLLECTIONS[version.collection]
    return {
        "collection": version.collection,
        "id": version.id,
        "seq": version.seq,
        "ver": version.ver,
        "deleted": version.deleted,
        "data": None if version.data is None else known.shown_to(version.data, schema_version),
    }
