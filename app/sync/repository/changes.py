"""The queries of streams and versions; each takes the patient first, and none costs more with the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Collection as Group
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from app.db.among import is_among_words, values
from app.db.asking import Question, dialect_of
from app.db.base import table_of
from app.db.synced import SyncChange, SyncStream
from app.db.types import Id
from app.kernel.errors import NotVisible
from app.kernel.ids import id_texts
from app.sync.domain import Change, WrittenChange
from app.sync.repository.versions import is_newest

_changes = table_of(SyncChange)
_streams = table_of(SyncStream)
_STREAM = (_streams.c.epoch, _streams.c.generation, _streams.c.head, _streams.c.floor)
_OF_PATIENT = select(*_STREAM).where(_streams.c.patient_id == bindparam("patient", type_=Id()))
_HEAD, _LOCKED = Question(_OF_PATIENT), Question(_OF_PATIENT.with_for_update())
_ID, _VER = 1, 3
"""Where the ids stand in a row of a page."""
_as_written: Callable[[tuple[int, bytes]], WrittenChange] = partial(tuple.__new__, WrittenChange)
"""Makes a change of its number and its text; called by its name it would take four times as long, for each of many."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A patient's stream: its epoch, the last number given, and the number below which tombstones are gone."""

    epoch: UUID
    generation: int
    head: int
    floor: int


def find_stream(db: Session, patient_id: UUID, *, lock: bool = False) -> Stream:
    """Return a patient's stream; with `lock` nobody else numbers a row until the transaction ends.

    Raises NotVisible for nobody's.
    """
    asked = {"patient": patient_id}
    found = (_LOCKED if lock else _HEAD).first(db, asked)
    if found is None:
        raise NotVisible
    return Stream(*found)


def find_streams(db: Session, patient_ids: Group[UUID]) -> dict[UUID, Stream]:
    """Return the streams of many patients, in one statement."""
    statement = select(_streams.c.patient_id, *_STREAM).where(_streams.c.patient_id.in_(patient_ids))
    return {row[0]: Stream(*row[1:]) for row in db.connection().execute(statement)}


@cache
def _page(dialect: str) -> Question:
    """Return the question for a page; ids and data come as the database holds them or writes them."""
    is_text = dialect == "postgresql"
    id_, ver, data = (_as_sent(_changes.c[name], is_text) for name in ("id", "ver", "data"))
    return Question(
        select(_changes.c.collection, id_, _changes.c.seq, ver, type_coerce(_changes.c.deleted, NullType()), data)
        .where(
            _changes.c.patient_id == bindparam("patient"),
            _changes.c.seq > bindparam("after"),
            _changes.c.seq <= bindparam("up_to"),
            is_among_words(_changes.c.collection, "collections", dialect),
            or_(~_changes.c.deleted, _changes.c.seq > bindparam("tombstones_after")),
            is_newest(bindparam("as_of"), bindparam("patient")),
        )
        .order_by(_changes.c.seq)
        .limit(bindparam("limit"))
    )


def _as_sent(column: ColumnElement[Any], is_text: bool) -> Any:
    """Return a column as text where the database can write it so, else as it is kept."""
    return cast(column, Text) if is_text else type_coerce(column, NullType())


def changes(
    db: Session,
    patient_id: UUID,
    *,
    after: int,
    up_to: int,
    as_of: int,
    collections: Sequence[str],
    tombstones_after: int,
    limit: int,
    written: bool,
) -> list[Change | WrittenChange]:
    """Return what the newest versions were at `as_of`, numbered above `after` up to `up_to`, in that order.

    `written` gives each as JSON, for whoever may read the whole of it.
    """
    dialect = dialect_of(db)
    asked = {
        "patient": patient_id,
        "after": after,
        "up_to": up_to,
        "as_of": as_of,
        "collections": values(collections, dialect),
        "tombstones_after": tombstones_after,
        "limit": limit,
    }
    rows = _page(dialect).all(db, asked)
    keys, vers = ([row[place] for row in rows] for place in (_ID, _VER))
    if dialect != "postgresql":
        keys, vers = id_texts(keys), id_texts(vers)
    told = zip(rows, keys, vers, strict=True)
    if written:
        return _written(told)
    return [Change(name, key, seq, ver, bool(gone), data) for (name, _, seq, _, gone, data), key, ver in told]


def _written(told: Iterable[tuple[Sequence[Any], str, str]]) -> list[Change | WrittenChange]:
    """Return changes as JSON; the names of collections and the texts of ids need no escapes, data is JSON already."""
    texts = [
        (
            seq,
            (
                f'{{"collection":"{name}","id":"{key}","seq":{seq},"ver":"{ver}",'
                f'"deleted":{"true" if gone else "false"},"data":{data or "null"}}}'
            ).encode(),
        )
        for (name, _, seq, _, gone, data), key, ver in told
    ]
    return list(map(_as_written, texts))


def live_versions(
    db: Session, patient_id: UUID, collections: Sequence[str], up_to: int
) -> list[tuple[str, UUID, UUID]]:
    """Return collection, id and version of every living record."""
    statement = select(_changes.c.collection, _changes.c.id, _changes.c.ver).where(
        _changes.c.patient_id == patient_id,
        _changes.c.seq <= up_to,
        _changes.c.collection.in_(collections),
        ~_changes.c.deleted,
        is_newest(up_to, patient_id),
    )
    return [tuple(row) for row in db.connection().execute(statement)]


def begin_epoch(db: Session, patient_id: UUID, epoch: UUID, generation: int) -> None:
    """Begin a new epoch: every device starts again without a cursor; numbers and generation only grow."""
    changed = {"epoch": epoch, "generation": generation}
    db.connection().execute(update(_streams).where(_streams.c.patient_id == patient_id).values(**changed))


def begin_epochs(db: Session, epoch: UUID, generation: int) -> None:
    """Begin a new epoch in every stream, of at least that generation, with one statement."""
    raised = case((_streams.c.generation >= generation, _streams.c.generation + 1), else_=generation)
    db.connection().execute(update(_streams).values(epoch=epoch, generation=raised))


def purge(db: Session, patient_id: UUID, up_to: int) -> None:
    """Forget tombstones and replaced versions numbered up to `up_to`, and raise the floor to it.

    All versions are put in order once: asked of each row by itself, a PostgreSQL that has not yet counted the rows
    may read them all for each of them.
    """
    record = (_changes.c.collection, _changes.c.id)
    newer = func.lead(_changes.c.seq).over(partition_by=record, order_by=_changes.c.seq).label("newer")
    versions = select(_changes.c.seq, _changes.c.deleted, newer).where(_changes.c.patient_id == patient_id).subquery()
    replaced = or_(versions.c.deleted, versions.c.newer.is_not(None))
    gone = select(versions.c.seq).where(versions.c.seq <= up_to, replaced)
    db.connection().execute(delete(_changes).where(_changes.c.patient_id == patient_id, _changes.c.seq.in_(gone)))
    raised = update(_streams).where(_streams.c.patient_id == patient_id, _streams.c.floor < up_to)
    db.connection().execute(raised.values(floor=up_to))
