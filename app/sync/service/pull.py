"""Pull: pages of the newest versions in the order of their numbers, and what left or joined a reader's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.kernel.errors import Gone
from app.sync import repository
from app.sync.domain import Change, Version
from app.sync.registry import COLLECTIONS
from app.sync.repository import Stream

PAGE_BYTES = 1024 * 1024 - 4096
"""How large the changes of one page may grow; the rest of 1 MiB is for what stands around them."""
FRAME_BYTES = 200
"""What a change takes besides its data: ids, number, names."""
GENERATION_SHIFT = 32
FREE_TEXT = ("note", "seen_whom")
"""What is blank for whoever may not read free text."""


class StreamGone(Gone):
    """What the cursor points at is no longer there: pull without a cursor, keep the outbox."""

    code = "resync_required"
    title = "Start again without a cursor; keep what waits to be sent"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a reader has come.

    `seq` is the last number seen and `tombstones_after` the head at which a first sync began. `joined` are
    collections that came into scope later and are still to be filled up, from `joined_seq` to `joined_to`.
    `notes` says whether free text was shown: when that changes, all comes again with it, or with it blank.
    """

    epoch: UUID
    seq: int
    tombstones_after: int
    collections: tuple[str, ...]
    joined: tuple[str, ...] = ()
    joined_seq: int = 0
    joined_to: int = 0
    notes: bool = True

    def as_list(self) -> list[Any]:
        """Return the position as JSON values, for a cursor."""
        return [
            str(self.epoch),
            self.seq,
            self.tombstones_after,
            list(self.collections),
            list(self.joined),
            self.joined_seq,
            self.joined_to,
            self.notes,
        ]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of changes, and where the next one begins."""

    stream: Stream
    changes: list[Change]
    position: Position
    has_more: bool
    dropped: tuple[str, ...]

    @property
    def through(self) -> int:
        """Return the number up to which the reader has now seen everything."""
        return self.position.seq


def position_of(values: Sequence[Any]) -> Position:
    """Return the position that a cursor was made of."""
    epoch, seq, tombstones_after, collections, joined, joined_seq, joined_to, notes = values
    return Position(UUID(epoch), seq, tombstones_after, tuple(collections), tuple(joined), joined_seq, joined_to, notes)


def position_at(
    stream: Stream, since: int, collections: frozenset[str], consent_version: int, *, notes: bool
) -> Position:
    """Return the position that a bare number stands for; raise StreamGone for one of another generation."""
    seq = seq_of(stream, since, consent_version)
    if seq is None:
        raise StreamGone(extra={"reason": "generation"})
    return Position(stream.epoch, seq, 0, tuple(sorted(collections)), notes=notes)


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
    collections: frozenset[str],
    limit: int,
    *,
    notes: bool,
) -> Page:
    """Return the changes after a position, for a reader of these collections, and of free text; raise StreamGone.

    The stream was read before the rows, so everything up to its head is visible. A page is filled while
    there is more.
    """
    if position is None:
        position = Position(stream.epoch, 0, stream.head, tuple(sorted(collections)), notes=notes)
    elif position.epoch != stream.epoch:
        raise StreamGone(extra={"reason": "epoch"})
    elif position.seq < stream.floor and position.tombstones_after < stream.floor:
        raise StreamGone(extra={"reason": "purged"})
    dropped = tuple(sorted(set(position.collections) - collections))
    position = _in_scope(position, collections, notes)
    late, position, more_late = _fill_up(db, patient_id, position, limit)
    if more_late:
        return Page(stream, late, position, True, dropped)
    rest = limit - len(late)
    found = _read(db, patient_id, position.collections, position.seq, stream.head, position.tombstones_after, rest)
    changes, has_more = _page(found, rest, PAGE_BYTES - _size(late), must_move=not late)
    seq = changes[-1].seq if has_more and changes else (position.seq if has_more else max(position.seq, stream.head))
    return Page(stream, late + changes, replace(position, seq=seq), has_more, dropped)


def _in_scope(position: Position, collections: frozenset[str], notes: bool) -> Position:
    """Take in what joined the scope since the cursor was made, and leave out what left it."""
    fresh = collections - set(position.collections) if notes == position.notes else collections
    return replace(
        position,
        collections=tuple(sorted(collections)),
        notes=notes,
        joined=tuple(sorted((set(position.joined) & collections) | fresh)),
        joined_seq=0 if fresh else position.joined_seq,
        joined_to=position.seq if fresh else position.joined_to,
    )


def _fill_up(db: Session, patient_id: UUID, position: Position, limit: int) -> tuple[list[Change], Position, bool]:
    """Return what the reader has missed of collections that joined, up to where it had come without them."""
    if not position.joined:
        return [], position, False
    found = _read(db, patient_id, position.joined, position.joined_seq, position.joined_to, position.joined_to, limit)
    changes, has_more = _page(found, limit, PAGE_BYTES, must_move=True)
    if has_more:
        return changes, replace(position, joined_seq=changes[-1].seq), True
    return changes, replace(position, joined=(), joined_seq=0, joined_to=0), False


def _read(
    db: Session,
    patient_id: UUID,
    collections: Sequence[str],
    after: int,
    up_to: int,
    tombstones_after: int,
    limit: int,
) -> list[Change]:
    if after >= up_to or not collections:
        return []
    return repository.changes(
        db,
        patient_id,
        after=after,
        up_to=up_to,
        collections=collections,
        tombstones_after=tombstones_after,
        limit=limit + 1,
    )


def _page(found: list[Change], limit: int, room: int, *, must_move: bool) -> tuple[list[Change], bool]:
    """Cut at the limit of rows and of bytes; with `must_move` a single large record always fits."""
    size = 0
    for index, change in enumerate(found[:limit]):
        size += _size([change])
        if size > room and (index > 0 or not must_move):
            return found[:index], True
    return found[:limit], len(found) > limit


def _size(changes: list[Change]) -> int:
    return sum(len(change.data or "") + FRAME_BYTES for change in changes)


def told(change: Change, schema_version: int, *, notes: bool) -> dict[str, Any]:
    """Return a change on the wire, with the fields that a client of this schema version knows.

    Free text is blank without `notes`. Data that goes out as it is kept is not read on the way.
    """
    if change.data is None:
        return {**change._asdict()}
    known = COLLECTIONS[change.collection]
    if notes and not known.hidden_from(schema_version):
        return {**change._asdict(), "data": orjson.Fragment(change.data)}
    data = known.shown_to(orjson.loads(change.data), schema_version)
    blank = {} if notes else {name: None for name in {*FREE_TEXT, *known.free_text} if name in data}
    return {**change._asdict(), "data": {**data, **blank}}


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
