"""The numbering of synced rows: one stream a patient, numbers taken under its lock, every version kept.

Whoever writes a row that reaches a phone (a device, a therapist, the rule engine, an import) does it with
`store`: the stream's row is locked, the next numbers are taken, rows and their versions are written, all in
the caller's transaction. So for one patient the order of numbers is the order of commits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID
from weakref import ReferenceType, ref

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, SessionTransaction, declared_attr, mapped_column

from app.db.asking import Question
from app.db.base import PARTITIONED, Base, table_of
from app.db.rows import add_rows, put_rows
from app.db.types import Id, Json
from app.kernel.errors import NotVisible
from app.kernel.ids import new_id
from app.kernel.value import value

GENERATION_ZERO = datetime(2025, 1, 1, tzinfo=UTC)
FIRST_HEAD = 1

Wire = Callable[[Mapping[str, Any]], dict[str, Any]]


class Synced:
    """The columns of every row that reaches a phone; the key begins with the patient."""

    collection: ClassVar[str]

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    id: Mapped[UUID]
    seq: Mapped[int]
    ver: Mapped[UUID]
    deleted_at: Mapped[datetime | None]
    device_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    flags: Mapped[list[str]] = mapped_column(Json)

    @declared_attr.directive
    def __table_args__(self) -> tuple[Any, ...]:
        return (*synced_constraints(), PARTITIONED)


def synced_constraints() -> tuple[Any, ...]:
    """Return the key and the uniqueness that every synced table has, each with the patient in it."""
    return PrimaryKeyConstraint("patient_id", "id"), UniqueConstraint("patient_id", "seq")


class SyncStream(Base):
    """The one row a patient that every writer locks; head is the last number given."""

    __tablename__ = "sync_stream"
    __table_args__ = (PrimaryKeyConstraint("patient_id"), PARTITIONED)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    epoch: Mapped[UUID]
    generation: Mapped[int]
    head: Mapped[int]
    floor: Mapped[int]


class SyncChange(Base):
    """Each version as it was: ledger of operations, base of merges, history."""

    __tablename__ = "sync_change"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "seq"),
        UniqueConstraint("patient_id", "ver"),
        Index(None, "patient_id", "collection", "id", "seq"),
        CheckConstraint("seq > 0", name="seq_positive"),
        PARTITIONED,
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    seq: Mapped[int]
    collection: Mapped[str] = mapped_column(Text)
    id: Mapped[UUID]
    ver: Mapped[UUID]
    deleted: Mapped[bool]
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)
    device_id: Mapped[UUID | None]
    at: Mapped[datetime]
    status: Mapped[str | None] = mapped_column(Text)
    op_hash: Mapped[str | None] = mapped_column(Text)


_CHANGES, _STREAMS = table_of(SyncChange), table_of(SyncStream)


@dataclass(frozen=True, slots=True)
class Collection:
    """One kind of synced row: its name on the wire, its table, and how a row is written on the wire."""

    name: str
    row: type[Base]
    wire: Wire

    @property
    def table(self) -> Table:
        """Return the table that the rows live in."""
        return table_of(self.row)


@value()
class Write:
    """One row to be stored: its own columns, with `deleted_at` set where it is to become a tombstone.

    A device's operation brings its id as `ver`, what became of it, the hash of its content, and as `data` the
    record as it goes over the wire, so that it need not be written a second time.
    """

    id: UUID
    columns: Mapping[str, Any]
    ver: UUID | None = None
    deleted_at: datetime | None = None
    flags: tuple[str, ...] = ()
    status: str | None = None
    op_hash: str | None = None
    data: Mapping[str, Any] | None = None


_NO_FLAGS: Sequence[str] = ()
"""What nearly every row carries: the very same in each, it is turned into what is kept only once."""
_TAKEN = "trochlea.taken"
"""Where a session's `info` keeps the last number that was taken."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """The last number that a transaction took in a stream; to hold that would close a ring with its session."""

    transaction: ReferenceType[SessionTransaction]
    patient_id: UUID
    head: int

    def is_of(self, db: Session, patient_id: UUID) -> bool:
        """Was it taken in this stream by the transaction that the session is in?"""
        return self.patient_id == patient_id and self.transaction() is db.get_transaction()


_OWN_STREAM = _STREAMS.c.patient_id == bindparam("patient", type_=Id())
_TAKE = Question(
    update(_STREAMS).where(_OWN_STREAM).values(head=_STREAMS.c.head + bindparam("count")).returning(_STREAMS.c.head)
)
_LOCK = Question(select(_STREAMS.c.head).where(_OWN_STREAM).with_for_update())


def generation_at(at: datetime) -> int:
    """Return the generation of a stream that begins then: the hours since 2025."""
    return int((at - GENERATION_ZERO).total_seconds() // 3600)


def open_stream(db: Session, patient_id: UUID, at: datetime) -> None:
    """Begin a patient's stream; done once, with the account."""
    begun = {"patient_id": patient_id, "epoch": new_id(), "generation": generation_at(at)}
    db.execute(insert(SyncStream), {**begun, "head": FIRST_HEAD, "floor": FIRST_HEAD})


def lock_stream(db: Session, patient_id: UUID) -> int:
    """Lock the patient's stream until the transaction ends and return its head; raise NotVisible for nobody's.

    (Somebody who is being erased has none any more once whoever erases them is done.)
    """
    return _head(_LOCK.first(db, {"patient": patient_id}))


def head_now(db: Session, patient_id: UUID, locked_at: int) -> int:
    """Return the head of a stream that this transaction has locked when it was `locked_at`, without asking again.

    Nobody else moves it meanwhile, and each number that this transaction takes is noted.
    """
    taken = db.info.get(_TAKEN)
    return taken.head if taken is not None and taken.is_of(db, patient_id) else locked_at


def store(
    db: Session,
    collection: Collection,
    patient_id: UUID,
    writes: Sequence[Write],
    *,
    device_id: UUID | None,
    at: datetime,
) -> list[dict[str, Any]]:
    """Write rows of one collection with the stream's next numbers; see store_all."""
    return store_all(db, patient_id, [(collection, write) for write in writes], device_id=device_id, at=at)


def store_all(
    db: Session,
    patient_id: UUID,
    writes: Sequence[tuple[Collection, Write]],
    *,
    device_id: UUID | None,
    at: datetime,
) -> list[dict[str, Any]]:
    """Write the rows with the stream's next numbers, in the order given, and their versions; return the rows.

    Takes one statement for the numbers, one a table, and one for the versions, whatever the number of rows;
    of several versions of one row the table holds the last. The caller has decided what is to be stored
    under `lock_stream`, in the same transaction.
    """
    if not writes:
        return []
    first = _take_numbers(db, patient_id, len(writes))
    common = {"patient_id": patient_id, "device_id": device_id, "received_at": at}
    rows = [_row(write, first + index, common) for index, (_, write) in enumerate(writes)]
    newest: dict[Collection, dict[UUID, dict[str, Any]]] = {}
    for (collection, _), row in zip(writes, rows, strict=True):
        newest.setdefault(collection, {})[row["id"]] = row
    for collection, by_id in newest.items():
        put_rows(db, collection.table, list(by_id.values()))
    versions = [_version(collection, write, row, at) for (collection, write), row in zip(writes, rows, strict=True)]
    add_rows(db, _CHANGES, versions)
    return rows


def reword(
    db: Session, collection: Collection, patient_id: UUID, ids: Sequence[UUID], changes: Mapping[str, str]
) -> None:
    """Replace words in rows and in each version of them, without a new number: who wrote is told otherwise, not what.

    For a name that has to go; nothing moves, and no device is told anew. The caller holds the stream's lock.
    """
    if not ids:
        return
    table = collection.table
    db.execute(update(table).where(table.c.patient_id == patient_id, table.c.id.in_(ids)).values(**changes))
    theirs = (_CHANGES.c.patient_id == patient_id, _CHANGES.c.collection == collection.name, _CHANGES.c.id.in_(ids))
    for seq, data in db.execute(select(_CHANGES.c.seq, _CHANGES.c.data).where(*theirs)).all():
        if data is not None:
            one = (_CHANGES.c.patient_id == patient_id, _CHANGES.c.seq == seq)
            db.execute(update(_CHANGES).where(*one).values(data={**data, **changes}))


def _take_numbers(db: Session, patient_id: UUID, count: int) -> int:
    head = _head(_TAKE.first(db, {"patient": patient_id, "count": count}))
    if (transaction := db.get_transaction()) is not None:
        db.info[_TAKEN] = _Taken(ref(transaction), patient_id, head)
    return head - count + 1


def _head(row: Sequence[int] | None) -> int:
    if row is None:
        raise NotVisible
    return row[0]


def _row(write: Write, seq: int, common: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **write.columns,
        **common,
        "id": write.id,
        "seq": seq,
        "ver": write.ver or new_id(),
        "deleted_at": write.deleted_at,
        "flags": list(write.flags) if write.flags else _NO_FLAGS,
    }


def _version(collection: Collection, write: Write, row: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    deleted = row["deleted_at"] is not None
    return {
        "patient_id": row["patient_id"],
        "seq": row["seq"],
        "collection": collection.name,
        "id": row["id"],
        "ver": row["ver"],
        "deleted": deleted,
        "data": None if deleted else write.data or collection.wire(row),
        "device_id": row["device_id"],
        "at": at,
        "status": write.status,
        "op_hash": write.op_hash,
    }
