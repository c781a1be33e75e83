"""The queries of parked operations: those that made no version."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, and_, bindparam, cast, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.among import ids, is_among_ids
from app.db.asking import Question, dialect_of
from app.db.base import table_of
from app.db.types import Id
from app.sync.domain import Done, Status
from app.sync.models import ParkedRow

_parking = table_of(ParkedRow)


def find_parked(db: Session, patient_id: UUID, op_ids: Group[UUID]) -> dict[UUID, Done]:
    """Return the operations among these that made no version."""
    dialect = dialect_of(db)
    rows = _parked_among(dialect).all(db, {"patient": patient_id, "ops": ids(op_ids, dialect)})
    return {row[0]: _parked(*row) for row in rows}


@cache
def _parked_among(dialect: str) -> Question:
    columns = [_parking.c[name] for name in ("id", "op_hash", "status", "ver", "fields", "problem")]
    own = _parking.c.patient_id == bindparam("patient", type_=Id())
    return Question(select(*columns).where(own, is_among_ids(_parking.c.id, "ops", dialect)))


def _parked(
    op_id: UUID, op_hash: str | None, status: str, ver: UUID | None, fields: Sequence[str], problem: Any
) -> Done:
    """Return a parked operation; the version kept with a refused one is what it began from, else what it met."""
    refused, idle = status == Status.REJECTED, status == Status.UNCHANGED
    return Done(
        op_id,
        op_hash,
        status,
        ver=None if refused else ver,
        base=ver if refused or idle else None,
        fields=tuple(fields),
        problem=problem,
    )


def park(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep operations that made no version; one that is kept already stays as it is."""
    if not rows:
        return
    maker = postgresql.insert if dialect_of(db) == "postgresql" else sqlite.insert
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
