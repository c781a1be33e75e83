"""Imports: made, listed, taken by whoever works on them, settled; and what became of each thing in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.interop.models import ImportItemRow, ImportPieceRow, ImportRow
from app.kernel.ids import new_id

OPEN = ("waiting", "working")
_imports, _items, _pieces = table_of(ImportRow), table_of(ImportItemRow), table_of(ImportPieceRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import, as the table has it."""

    patient_id: UUID
    id: UUID
    device_id: UUID
    filename: str | None
    sha256: str
    size_bytes: int
    zone: str | None
    treat_as_run: bool
    made_at: datetime
    state: str
    kind: str | None = None
    refused_as: str | None = None
    items_done: int = 0
    items_total: int | None = None
    bytes_read: int = 0
    bytes_total: int | None = None
    tries: int = 0
    next_try_at: datetime | None = None
    lease_id: UUID | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one thing in a file."""

    number: int
    name: str
    outcome: str
    code: str | None
    run_id: UUID | None
    zone_from: str | None


def add_import(db: Session, one: Import) -> None:
    """Insert an import."""
    db.connection().execute(insert(_imports), [{column.name: getattr(one, column.name) for column in _imports.c}])


def find_import(db: Session, patient_id: UUID, import_id: UUID, *, to_change: bool = False) -> Import | None:
    """Return an import of a patient; `to_change` keeps others from changing it before this transaction ends."""
    chosen = select(_imports).where(_imports.c.patient_id == patient_id, _imports.c.id == import_id)
    return _one(db, chosen.with_for_update() if to_change else chosen)


def find_alike(db: Session, patient_id: UUID, sha256: str, zone: str | None, *, treat_as_run: bool) -> Import | None:
    """Return the import of the same bytes, sent with the same words."""
    c = _imports.c
    same_zone = c.zone.is_(None) if zone is None else c.zone == zone
    mine = c.patient_id == patient_id, c.sha256 == sha256, c.treat_as_run == treat_as_run, same_zone
    return _one(db, select(_imports).where(*mine).order_by(c.id).limit(1))


def list_imports(db: Session, patient_id: UUID, after: UUID | None, limit: int) -> list[Import]:
    """Return the imports of a patient, the latest first."""
    chosen = select(_imports).where(_imports.c.patient_id == patient_id)
    if after is not None:
        chosen = chosen.where(_imports.c.id < after)
    rows = db.connection().execute(chosen.order_by(_imports.c.id.desc()).limit(limit)).mappings()
    return [Import(**row) for row in rows]


def kept_bytes(db: Session, patient_id: UUID) -> int:
    """Return how many bytes of a patient's files are kept."""
    chosen = select(func.coalesce(func.sum(_imports.c.size_bytes), 0)).where(_imports.c.patient_id == patient_id)
    return int(db.connection().execute(chosen).scalar_one())


def count_open(db: Session, patient_id: UUID) -> int:
    """Return how many imports of a patient are not through."""
    mine = _imports.c.patient_id == patient_id, _imports.c.state.in_(OPEN)
    return db.connection().execute(select(func.count()).select_from(_imports).where(*mine)).scalar_one()


def take_import(db: Session, at: datetime, lease: timedelta) -> Import | None:
    """Take the import whose time has come first, for so long, with the id of the lease; the caller commits."""
    c, connection = _imports.c, db.connection()
    waiting = select(c.patient_id, c.id).where(c.next_try_at <= at).order_by(c.next_try_at, c.patient_id, c.id)
    row = connection.execute(waiting.limit(1).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    taken = {"lease_id": new_id(), "next_try_at": at + lease, "tries": c.tries + 1, "state": "working"}
    mine = c.patient_id == row.patient_id, c.id == row.id
    connection.execute(update(_imports).where(*mine).values(taken))
    return _one(db, select(_imports).where(*mine))


def change_import(db: Session, patient_id: UUID, import_id: UUID, **values: Any) -> None:
    """Write these values."""
    mine = _imports.c.patient_id == patient_id, _imports.c.id == import_id
    db.connection().execute(update(_imports).where(*mine).values(values))


def change_mine(db: Session, one: Import, **values: Any) -> bool:
    """Write these values; False where the import was cancelled, deleted, or taken over since it was taken."""
    c = _imports.c
    mine = c.patient_id == one.patient_id, c.id == one.id, c.lease_id == one.lease_id, c.state == "working"
    return db.connection().execute(update(_imports).where(*mine).values(values)).rowcount == 1


def add_items(db: Session, one: Import, items: Sequence[Item]) -> None:
    """Note what became of things."""
    of = {"patient_id": one.patient_id, "import_id": one.id}
    rows = [{**of, **{name: getattr(item, name) for name in Item.__slots__}} for item in items]
    if rows:
        db.connection().execute(insert(_items), rows)


def list_items(
    db: Session, patient_id: UUID, import_id: UUID, outcome: str | None, after: int | None, limit: int
) -> list[Item]:
    """Return what became of things, in the order of the file, of one outcome where one is wanted."""
    c = _items.c
    chosen = select(*(c[name] for name in Item.__slots__)).where(*_of(c, patient_id, import_id))
    if outcome is not None:
        chosen = chosen.where(c.outcome == outcome)
    if after is not None:
        chosen = chosen.where(c.number > after)
    rows = db.connection().execute(chosen.order_by(c.number).limit(limit)).mappings()
    return [Item(**row) for row in rows]


def count_outcomes(db: Session, patient_id: UUID, import_ids: Sequence[UUID]) -> dict[UUID, Mapping[str, int]]:
    """Return how often each outcome came about, in one statement."""
    c = _items.c
    chosen = select(c.import_id, c.outcome, func.count().label("times"))
    mine = c.patient_id == patient_id, c.import_id.in_(import_ids)
    found: dict[UUID, dict[str, int]] = {}
    for row in db.connection().execute(chosen.where(*mine).group_by(c.import_id, c.outcome)):
        found.setdefault(row.import_id, {})[row.outcome] = row.times
    return dict(found)


def add_piece(db: Session, patient_id: UUID, import_id: UUID, number: int, content: bytes) -> None:
    """Keep a piece of the file."""
    of = {"patient_id": patient_id, "import_id": import_id, "number": number, "content": content}
    db.connection().execute(insert(_pieces), [of])


def read_piece(db: Session, patient_id: UUID, import_id: UUID, number: int) -> bytes | None:
    """Return a piece of the file, None if it is not there any more."""
    c = _pieces.c
    chosen = select(c.content).where(*_of(c, patient_id, import_id), c.number == number)
    found = db.connection().execute(chosen).scalar_one_or_none()
    return None if found is None else bytes(found)


def delete_import(db: Session, patient_id: UUID, import_id: UUID) -> None:
    """Delete an import with its file and its report; runs stay."""
    for table in (_pieces, _items):
        db.connection().execute(delete(table).where(*_of(table.c, patient_id, import_id)))
    mine = _imports.c.patient_id == patient_id, _imports.c.id == import_id
    db.connection().execute(delete(_imports).where(*mine))


def _of(columns: Any, patient_id: UUID, import_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return columns.patient_id == patient_id, columns.import_id == import_id


def _one(db: Session, chosen: Any) -> Import | None:
    row = db.connection().execute(chosen).mappings().first()
    return None if row is None else Import(**row)
