"""The queries of sync; each takes the patient first, and none costs more with the history."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from app.db.base import table_of
from app.db.synced import SyncChange, SyncStream
from app.kernel.ids import id_text
from app.sync.domain import Change, Status, Version
from app.sync.models import ParkedRow

_changes = table_of(SyncChange)
_streams = table_of(SyncStream)
_parking = table_of(ParkedRow)
_newer = _changes.alias("newer")
_STREAM = (_streams.c.epoch, _streams.c.generation, _streams.c.head, _streams.c.floor)
_VERSION = tuple(_changes.c[name] for name in ("collection", "id", "seq", "ver", "deleted", "data"))


@dataclass(frozen=True, slots=True)
class Stream:
    """A patient's stream: its epoch, the last number given, and the number below which tombstones are gone."""

    epoch: UUID
    generation: int
    head: int
    floor: int


@dataclass(frozen=True, slots=True)
class Done:
    """An operation that was dealt with before; `base` is the version that stands in for one that made none.

    What changed nothing stands for the version it found; what was refused or lost stands for the one that it
    began from, so that an edit on top of it neither undoes the other side's nor conflicts with itself.
    """

    op_id: UUID
    op_hash: str | None
    status: str
    version: Version | None = None
    ver: UUID | None = None
    base: UUID | None = None
    fields: tuple[str, ...] = ()
    problem: Mapping[str, Any] | None = None


def find_stream(db: Session, patient_id: UUID, *, lock: bool = False) -> Stream:
    """Return a patient's stream; with `lock` nobody else numbers a row until the transaction ends."""
    statement = select(*_STREAM).where(_streams.c.patient_id == patient_id)
    return Stream(*db.connection().execute(statement.with_for_update() if lock else statement).one())


def find_streams(db: Session, patient_ids: Group[UUID]) -> dict[UUID, Stream]:
    """Return the streams of many patients, in one statement."""
    statement = select(_streams.c.patient_id, *_STREAM).where(_streams.c.patient_id.in_(patient_ids))
    return {row[0]: Stream(*row[1:]) for row in db.connection().execute(statement)}


def find_applied(db: Session, patient_id: UUID, op_ids: Group[UUID]) -> dict[UUID, Done]:
    """Return the operations among these that made a version."""
    statement = select(*_VERSION, _changes.c.op_hash, _changes.c.status).where(
        _changes.c.patient_id == patient_id, _changes.c.ver.in_(op_ids)
    )
    found = {}
    for *version, op_hash, status in db.connection().execute(statement):
        made = Version(*version)
        found[made.ver] = Done(made.ver, op_hash, status or "applied", version=made)
    return found


def find_parked(db: Session, patient_id: UUID, op_ids: Group[UUID]) -> dict[UUID, Done]:
    """Return the operations among these that made no version."""
    columns = [_parking.c[name] for name in ("id", "op_hash", "status", "ver", "fields", "problem")]
    statement = select(*columns).where(_parking.c.patient_id == patient_id, _parking.c.id.in_(op_ids))
    return {row.id: _parked(row) for row in db.connection().execute(statement)}


def _parked(row: Any) -> Done:
    """Return a parked operation; the version kept with a refused one is what it began from, else what it met."""
    refused, idle = row.status == Status.REJECTED, row.status == Status.UNCHANGED
    return Done(
        row.id,
        row.op_hash,
        row.status,
        ver=None if refused else row.ver,
        base=row.ver if refused or idle else None,
        fields=tuple(row.fields),
        problem=row.problem,
    )


def find_newest(db: Session, patient_id: UUID, names: Group[str], ids: Group[UUID]) -> list[Version]:
    """Return the newest version of each record of these collections with one of these ids."""
    statement = select(*_VERSION).where(_among(patient_id, names, ids), _is_newest(None, patient_id))
    return [Version(*row) for row in db.connection().execute(statement)]


def find_versions(
    db: Session,
    patient_id: UUID,
    vers: Group[UUID],
    seqs: Group[int],
    names: Group[str],
    ids: Group[UUID],
    as_of: int | None,
) -> list[Version]:
    """Return versions by their ids or numbers, and with `as_of` those of `ids` that were the newest then."""
    own = _changes.c.patient_id == patient_id
    asked = [select(*_VERSION).where(own, or_(_changes.c.ver.in_(vers), _changes.c.seq.in_(seqs)))]
    if as_of is not None:
        then = and_(_among(patient_id, names, ids), _changes.c.seq <= as_of, _is_newest(as_of, patient_id))
        asked.append(select(*_VERSION).where(then))
    return [Version(*row) for row in db.connection().execute(union_all(*asked))]


def _among(patient_id: UUID, names: Group[str], ids: Group[UUID]) -> Any:
    """Return the condition that a version is of one of these records; it names all that the index begins with."""
    return and_(_changes.c.patient_id == patient_id, _changes.c.collection.in_(names), _changes.c.id.in_(ids))


def _is_newest(up_to: Any, patient_id: Any) -> Any:
    """Return the condition that a version is its record's newest of those numbered at most `up_to`.

    Asked of each row by itself: as a join, a prepared statement of PostgreSQL compares every row with every other.
    """
    newest = select(_newer.c.seq).where(
        _newer.c.patient_id == patient_id,
        _newer.c.collection == _changes.c.collection,
        _newer.c.id == _changes.c.id,
        *(() if up_to is None else (_newer.c.seq <= up_to,)),
    )
    return _changes.c.seq == newest.order_by(_newer.c.seq.desc()).limit(1).scalar_subquery()


@cache
def _changes_statement(dialect: str) -> Select[Any]:
    """Return the statement of a page, built once; ids and data come as the database holds them or writes them."""
    is_text = dialect == "postgresql"
    id_, ver, data = (_as_sent(_changes.c[name], is_text) for name in ("id", "ver", "data"))
    return (
        select(_changes.c.collection, id_, _changes.c.seq, ver, _changes.c.deleted, data)
        .where(
            _changes.c.patient_id == bindparam("patient"),
            _changes.c.seq > bindparam("after"),
            _changes.c.seq <= bindparam("up_to"),
            _changes.c.collection.in_(bindparam("collections", expanding=True)),
            or_(~_changes.c.deleted, _changes.c.seq > bindparam("tombstones_after")),
            _is_newest(bindparam("as_of"), bindparam("patient")),
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
) -> list[Change]:
    """Return what the newest versions were at `as_of`, numbered above `after` up to `up_to`, in that order."""
    asked = {
        "patient": patient_id,
        "after": after,
        "up_to": up_to,
        "as_of": as_of,
        "collections": list(collections),
        "tombstones_after": tombstones_after,
        "limit": limit,
    }
    connection = db.connection()
    rows = connection.execute(_changes_statement(connection.dialect.name), asked).all()
    if connection.dialect.name == "postgresql":
        return [Change._make(row) for row in rows]
    return [Change(row[0], id_text(row[1]), row[2], id_text(row[3]), row[4], row[5]) for row in rows]


def live_versions(
    db: Session, patient_id: UUID, collections: Sequence[str], up_to: int
) -> list[tuple[str, UUID, UUID]]:
    """Return collection, id and version of every living record."""
    statement = select(_changes.c.collection, _changes.c.id, _changes.c.ver).where(
        _changes.c.patient_id == patient_id,
        _changes.c.seq <= up_to,
        _changes.c.collection.in_(collections),
        ~_changes.c.deleted,
        _is_newest(up_to, patient_id),
    )
    return [tuple(row) for row in db.connection().execute(statement)]


def park(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep operations that made no version; one that is kept already stays as it is."""
    if not rows:
        return
    maker = postgresql.insert if db.connection().dialect.name == "postgresql" else sqlite.insert
    db.connection().execute(maker(_parking).on_conflict_do_nothing(), list(rows))


def size_of_parked(db: Session, patient_id: UUID) -> dict[bool, tuple[int, int]]:
    """Return how many of a patient's parked operations wait (True) or were settled, and the characters they take."""
    waits = _parking.c.settled_at.is_(None)
    columns = waits, func.count(), func.sum(func.length(cast(_parking.c.op, Text)))
    statement = select(*columns).where(_parking.c.patient_id == patient_id).group_by(waits)
    return {bool(row[0]): (int(row[1]), int(row[2])) for row in db.connection().execute(statement)}


def forget_settled(db: Session, patient_id: UUID, keep: int) -> None:
    """Forget settled operations but for the `keep` that were settled last."""
    own = and_(_parking.c.patient_id == patient_id, _parking.c.settled_at.is_not(None))
    at = _parking.c.settled_at
    last = select(at).where(own).order_by(at.desc()).offset(keep).limit(1).scalar_subquery()
    db.connection().execute(delete(_parking).where(own, at <= last))


def list_parked(
    db: Session, patient_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[Mapping[str, Any]]:
    """Return the parked operations that nobody has settled yet, oldest first."""
    table = _parking
    waiting = and_(_parking.c.patient_id == patient_id, _parking.c.settled_at.is_(None))
    statement: Select[Any] = select(table).where(waiting)
    if after is not None:
        later, same = _parking.c.parked_at > after[0], _parking.c.parked_at == after[0]
        statement = statement.where(or_(later, and_(same, _parking.c.id > after[1])))
    rows = db.connection().execute(statement.order_by(_parking.c.parked_at, _parking.c.id).limit(limit)).mappings()
    return [dict(row) for row in rows]


def settle(db: Session, patient_id: UUID, op_id: UUID, how: str, at: datetime) -> bool:
    """Mark a parked operation as dealt with; False when none waits with this id."""
    statement = (
        update(_parking)
        .where(_parking.c.patient_id == patient_id, _parking.c.id == op_id, _parking.c.settled_at.is_(None))
        .values(settled_at=at, settled_as=how)
        .returning(_parking.c.id)
    )
    return db.connection().execute(statement).one_or_none() is not None


def begin_epoch(db: Session, patient_id: UUID, epoch: UUID, generation: int) -> None:
    """Begin a new epoch: every device starts again without a cursor; numbers and generation only grow."""
    changed = {"epoch": epoch, "generation": generation}
    db.connection().execute(update(_streams).where(_streams.c.patient_id == patient_id).values(**changed))


def purge(db: Session, patient_id: UUID, up_to: int) -> None:
    """Forget tombstones and replaced versions numbered up to `up_to`, and raise the floor to it."""
    replaced = or_(_changes.c.deleted, ~_is_newest(None, patient_id))
    gone = select(_changes.c.seq).where(_changes.c.patient_id == patient_id, _changes.c.seq <= up_to, replaced)
    db.connection().execute(delete(_changes).where(_changes.c.patient_id == patient_id, _changes.c.seq.in_(gone)))
    raised = update(_streams).where(_streams.c.patient_id == patient_id, _streams.c.floor < up_to)
    db.connection().execute(raised.values(floor=up_to))
