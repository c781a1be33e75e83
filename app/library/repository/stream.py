"""The library's own stream: each change gets the next number under one lock, as a patient's rows do."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from app.db.asking import Question
from app.db.base import table_of
from app.db.meeting import put_by
from app.db.synced import FIRST_HEAD, generation_at
from app.kernel.ids import new_id
from app.library.domain.changes import Entry, revision_of
from app.library.models import ChangeRow, StreamRow

_NAME = "library"
RETIRED = "retired"
_STREAMS = table_of(StreamRow)
_STREAM = Question(select(_STREAMS.c.epoch, _STREAMS.c.generation, _STREAMS.c.head))


@dataclass(frozen=True, slots=True)
class LibraryStream:
    """The stream's epoch, its generation, and the last number given."""

    epoch: UUID | None
    generation: int
    head: int


@dataclass(frozen=True, slots=True)
class LibraryChange:
    """The newest version of one entry."""

    collection: str
    id: str
    seq: int
    ver: str
    deleted: bool
    data: Mapping[str, Any] | None


def find_stream(db: Session) -> LibraryStream:
    """Return the stream; one without an epoch where nothing was ever loaded."""
    row = _STREAM.first(db, {})
    return LibraryStream(*row) if row else LibraryStream(None, 0, FIRST_HEAD)


def find_changes(db: Session, after: int, up_to: int, *, tombstones_after: int, limit: int) -> list[LibraryChange]:
    """Return the newest versions numbered in (after, up_to], in the order of their numbers."""
    columns = (ChangeRow.collection, ChangeRow.id, ChangeRow.seq, ChangeRow.ver, ChangeRow.deleted, ChangeRow.data)
    statement = select(*columns).where(
        ChangeRow.seq > after, ChangeRow.seq <= up_to, or_(~ChangeRow.deleted, ChangeRow.seq > tombstones_after)
    )
    return [LibraryChange(*row) for row in db.execute(statement.order_by(ChangeRow.seq).limit(limit))]


def number_changes(
    db: Session,
    collection: str,
    written: Mapping[str, Entry],
    retired: Collection[str],
    at: datetime,
) -> None:
    """Give every changed and retired entry the next number, in the order of their keys."""
    number_rows(db, collection, {key: (revision_of(one), asdict(one)) for key, one in written.items()}, retired, at)


def find_numbered(db: Session, collection: str) -> frozenset[str]:
    """Return the keys of a collection that have a number."""
    return frozenset(db.execute(select(ChangeRow.id).where(ChangeRow.collection == collection)).scalars())


def number_rows(
    db: Session,
    collection: str,
    written: Mapping[str, tuple[str, Mapping[str, Any]]],
    retired: Collection[str],
    at: datetime,
) -> None:
    """Give every changed (version, data) and every retired entry the next number, in the order of their keys."""
    keys = sorted({*written, *retired})
    if not keys:
        return
    first = _take_numbers(db, len(keys), at)
    rows = [_row(collection, key, first + place, written.get(key)) for place, key in enumerate(keys)]
    put_by(db, ChangeRow, ["collection", "id"], rows)


def _row(collection: str, key: str, seq: int, entry: tuple[str, Mapping[str, Any]] | None) -> dict[str, Any]:
    return {
        "collection": collection,
        "id": key,
        "seq": seq,
        "ver": RETIRED if entry is None else entry[0],
        "deleted": entry is None,
        "data": None if entry is None else orjson.loads(orjson.dumps(entry[1])),
    }


def _take_numbers(db: Session, count: int, at: datetime) -> int:
    taken = update(StreamRow).values(head=StreamRow.head + count).returning(StreamRow.head)
    head = db.execute(taken).scalar_one_or_none()
    if head is None:
        row = {"name": _NAME, "epoch": new_id(), "generation": generation_at(at), "head": FIRST_HEAD + count}
        db.execute(insert(StreamRow), row)
        head = FIRST_HEAD + count
    return int(head) - count + 1


def begin_epoch(db: Session, at: datetime) -> None:
    """Begin a new epoch: every device reads the library anew."""
    generation = max(find_stream(db).generation + 1, generation_at(at))
    db.execute(update(StreamRow).values(epoch=new_id(), generation=generation))
