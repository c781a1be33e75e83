"""The queries of sync; each takes the patient first, and none costs more with the history."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, delete, exists, or_, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from app.db.base import table_of
from app.db.synced import SyncChange, SyncStream
from app.sync.domain import Status, Version
from app.sync.models import ParkedRow

_newer = aliased(SyncChange)
_VERSION = (
    SyncChange.collection,
    SyncChange.id,
    SyncChange.seq,
    SyncChange.ver,
    SyncChange.deleted,
    SyncChange.data,
)


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
    columns = (SyncStream.epoch, SyncStream.generation, SyncStream.head, SyncStream.floor)
    statement = select(*columns).where(SyncStream.patient_id == patient_id)
    return Stream(*db.execute(statement.with_for_update() if lock else statement).one())


def find_applied(db: Session, patient_id: UUID, op_ids: Group[UUID]) -> dict[UUID, Done]:
    """Return the operations among these that made a version."""
    statement = select(*_VERSION, SyncChange.op_hash, SyncChange.status).where(
        SyncChange.patient_id == patient_id, SyncChange.ver.in_(op_ids)
    )
    found = {}
    for *version, op_hash, status in db.execute(statement):
        made = Version(*version)
        found[made.ver] = Done(made.ver, op_hash, status or "applied", version=made)
    return found


def find_parked(db: Session, patient_id: UUID, op_ids: Group[UUID]) -> dict[UUID, Done]:
    """Return the operations among these that made no version."""
    columns = (ParkedRow.id, ParkedRow.op_hash, ParkedRow.status, ParkedRow.ver, ParkedRow.fields, ParkedRow.problem)
    statement = select(*columns).where(ParkedRow.patient_id == patient_id, ParkedRow.id.in_(op_ids))
    return {row.id: _parked(row) for row in db.execute(statement)}


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
    statement = select(*_VERSION).where(_among(patient_id, names, ids), ~_has_newer(_newer.seq))
    return [Version(*row) for row in db.execute(statement)]


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
    own = SyncChange.patient_id == patient_id
    asked = [select(*_VERSION).where(own, or_(SyncChange.ver.in_(vers), SyncChange.seq.in_(seqs)))]
    if as_of is not None:
        then = and_(_among(patient_id, names, ids), SyncChange.seq <= as_of, ~_has_newer(as_of))
        asked.append(select(*_VERSION).where(then))
    return [Version(*row) for row in db.execute(union_all(*asked))]


def _among(patient_id: UUID, names: Group[str], ids: Group[UUID]) -> Any:
    """Return the condition that a version is of one of these records; it names all that the index begins with."""
    return and_(SyncChange.patient_id == patient_id, SyncChange.collection.in_(names), SyncChange.id.in_(ids))


def _has_newer(up_to: Any) -> Any:
    """Return the condition that a version was replaced by one numbered at most `up_to`."""
    return exists().where(
        _newer.patient_id == SyncChange.patient_id,
        _newer.collection == SyncChange.collection,
        _newer.id == SyncChange.id,
        _newer.seq > SyncChange.seq,
        _newer.seq <= up_to,
    )


_CHANGES = (
    select(*_VERSION)
    .where(
        SyncChange.patient_id == bindparam("patient"),
        SyncChange.seq > bindparam("after"),
        SyncChange.seq <= bindparam("up_to"),
        SyncChange.collection.in_(bindparam("collections", expanding=True)),
        or_(~SyncChange.deleted, SyncChange.seq > bindparam("tombstones_after")),
        ~_has_newer(bindparam("up_to")),
    )
    .order_by(SyncChange.seq)
    .limit(bindparam("limit"))
)


def changes(
    db: Session,
    patient_id: UUID,
    *,
    after: int,
    up_to: int,
    collections: Sequence[str],
    tombstones_after: int,
    limit: int,
) -> list[Version]:
    """Return the newest versions, as of `up_to`, numbered above `after`, in order of their numbers."""
    asked = {
        "patient": patient_id,
        "after": after,
        "up_to": up_to,
        "collections": list(collections),
        "tombstones_after": tombstones_after,
        "limit": limit,
    }
    return [Version(*row) for row in db.execute(_CHANGES, asked)]


def live_versions(
    db: Session, patient_id: UUID, collections: Sequence[str], up_to: int
) -> list[tuple[str, UUID, UUID]]:
    """Return collection, id and version of every living record."""
    statement = select(SyncChange.collection, SyncChange.id, SyncChange.ver).where(
        SyncChange.patient_id == patient_id,
        SyncChange.seq <= up_to,
        SyncChange.collection.in_(collections),
        ~SyncChange.deleted,
        ~_has_newer(up_to),
    )
    return [tuple(row) for row in db.execute(statement)]  # type: ignore[misc]


def park(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep operations that made no version; one that is kept already stays as it is."""
    if not rows:
        return
    maker = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.execute(maker(table_of(ParkedRow)).on_conflict_do_nothing(), list(rows))


def list_parked(
    db: Session, patient_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[Mapping[str, Any]]:
    """Return the parked operations that nobody has settled yet, oldest first."""
    table = ParkedRow.__table__
    waiting = and_(ParkedRow.patient_id == patient_id, ParkedRow.settled_at.is_(None))
    statement: Select[Any] = select(table).where(waiting)
    if after is not None:
        later, same = ParkedRow.parked_at > after[0], ParkedRow.parked_at == after[0]
        statement = statement.where(or_(later, and_(same, ParkedRow.id > after[1])))
    rows = db.execute(statement.order_by(ParkedRow.parked_at, ParkedRow.id).limit(limit)).mappings()
    return [dict(row) for row in rows]


def settle(db: Session, patient_id: UUID, op_id: UUID, how: str, at: datetime) -> bool:
    """Mark a parked operation as dealt with; False when none waits with this id."""
    statement = (
        update(ParkedRow)
        .where(ParkedRow.patient_id == patient_id, ParkedRow.id == op_id, ParkedRow.settled_at.is_(None))
        .values(settled_at=at, settled_as=how)
        .returning(ParkedRow.id)
    )
    return db.execute(statement).one_or_none() is not None


def begin_epoch(db: Session, patient_id: UUID, epoch: UUID, generation: int) -> None:
    """Begin a new epoch: every device starts again without a cursor; numbers and generation only grow."""
    changed = {"epoch": epoch, "generation": generation}
    db.execute(update(SyncStream).where(SyncStream.patient_id == patient_id).values(**changed))


def purge(db: Session, patient_id: UUID, up_to: int) -> None:
    """Forget tombstones and replaced versions numbered up to `up_to`, and raise the floor to it."""
    replaced = or_(SyncChange.deleted, _has_newer(_newer.seq))
    gone = select(SyncChange.seq).where(SyncChange.patient_id == patient_id, SyncChange.seq <= up_to, replaced)
    db.execute(delete(SyncChange).where(SyncChange.patient_id == patient_id, SyncChange.seq.in_(gone)))
    raised = update(SyncStream).where(SyncStream.patient_id == patient_id, SyncStream.floor < up_to)
    db.execute(raised.values(floor=up_to))
