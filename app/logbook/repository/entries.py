"""The queries on the logbook; each takes the patient first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.db.among import days, is_among_days
from app.db.asking import Question, dialect_of
from app.db.synced import Write, store
from app.db.types import Id, Instant
from app.logbook.domain import Skip
from app.logbook.kinds import SKIP, E, Kind, Stored


def find(db: Session, patient_id: UUID, kind: Kind[E], entry_id: UUID) -> Stored[E] | None:
    """Return the entry with this id, a deleted one as well."""
    asked = {"patient": patient_id, "id": entry_id}
    question = _one(kind.collection.table)
    row = question.first(db, asked)
    return None if row is None else _stored(kind, dict(zip(question.names, row, strict=True)))


@lru_cache
def _one(table: Table) -> Question:
    return Question(select(table).where(table.c.patient_id == bindparam("patient"), table.c.id == bindparam("id")))


def list_between(
    db: Session,
    patient_id: UUID,
    kind: Kind[E],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    wanted: Mapping[str, Any] | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> list[Stored[E]]:
    """Return living entries performed in [since, until), oldest first; `after` begins behind that time and id."""
    later, behind = after or (None, None)
    window = {"since": since, "until": until, "later": later, "behind": behind, "limit": limit}
    told = {name: value for name, value in window.items() if value is not None}
    same = {name: value for name, value in (wanted or {}).items() if value is not None}
    question = _between(kind.collection.table, tuple(told), tuple(sorted(same)))
    asked = {"patient": patient_id, **told, **{f"wanted_{name}": value for name, value in same.items()}}
    return [_stored(kind, row) for row in question.named(db, asked)]


@lru_cache
def _between(table: Table, told: tuple[str, ...], wanted: tuple[str, ...]) -> Question:
    """Return the question for a window of which these bounds are told, and for these columns' values."""
    c = table.c
    same = [c[name] == bindparam(f"wanted_{name}", type_=c[name].type) for name in wanted]
    window = [condition for name, condition in _bounds(table).items() if name in told]
    statement = select(table).where(c.patient_id == bindparam("patient"), c.deleted_at.is_(None), *same, *window)
    ordered = statement.order_by(c.performed_at, c.id)
    return Question(ordered.limit(bindparam("limit", type_=Integer())) if "limit" in told else ordered)


def list_skips_due(db: Session, patient_id: UUID, first: date, last: date) -> list[Stored[Skip]]:
    """Return living skips of what was due from one day to another, in the order they were told."""
    table = SKIP.collection.table
    statement = select(table).where(
        table.c.patient_id == patient_id, table.c.deleted_at.is_(None), table.c.due_on.between(first, last)
    )
    rows = db.connection().execute(statement.order_by(table.c.performed_at, table.c.id)).mappings()
    return [_stored(SKIP, dict(row)) for row in rows]


def count_by_day(
    db: Session, patient_id: UUID, kinds: Collection[Kind[Any]], on: Collection[date]
) -> dict[str, dict[date, int]]:
    """Return for each kind how many living entries lie on these days, in one statement; no day without any."""
    found: dict[str, dict[date, int]] = {kind.name: {} for kind in kinds}
    if not found or not on:
        return found
    dialect = dialect_of(db)
    asked = {"patient": patient_id, "days": days(on, dialect)}
    for name, day, count in _per_day(tuple(sorted(kinds, key=_name_of)), dialect).all(db, asked):
        found[name][day] = count
    return found


def _name_of(kind: Kind[Any]) -> str:
    return kind.name


@lru_cache
def _per_day(kinds: tuple[Kind[Any], ...], dialect: str) -> Question:
    return Question(union_all(*(_per_day_of(kind, dialect) for kind in kinds)))


def _per_day_of(kind: Kind[Any], dialect: str) -> Select[Any]:
    table = kind.collection.table
    own, lives = table.c.patient_id == bindparam("patient", type_=Id()), table.c.deleted_at.is_(None)
    counted = select(literal(kind.name), table.c.performed_on, func.count())
    chosen = counted.where(own, lives, is_among_days(table.c.performed_on, "days", dialect))
    if kind.other_author is not None:
        chosen = chosen.where(table.c[kind.other_author].is_(None))
    return chosen.group_by(table.c.performed_on)


def store_entry(
    db: Session,
    patient_id: UUID,
    kind: Kind[E],
    entry: E,
    *,
    flags: tuple[str, ...],
    device_id: UUID | None,
    at: datetime,
    deleted: bool = False,
) -> Stored[E]:
    """Write one entry as the newest version of its row."""
    write = Write(entry.id, kind.columns_of(entry), deleted_at=at if deleted else None, flags=flags)
    rows = store(db, kind.collection, patient_id, [write], device_id=device_id, at=at)
    return _stored(kind, rows[0])


def _bounds(table: Table) -> dict[str, ColumnElement[bool]]:
    """Return the condition that each bound of a window stands for."""
    at, later = table.c.performed_at, bindparam("later", type_=Instant())
    return {
        "since": at >= bindparam("since"),
        "until": at < bindparam("until"),
        "later": or_(at > later, and_(at == later, table.c.id > bindparam("behind"))),
    }


def _stored(kind: Kind[E], row: Mapping[str, Any]) -> Stored[E]:
    return Stored(
        entry=kind.entry_of(row),
        patient_id=row["patient_id"],
        seq=row["seq"],
        ver=row["ver"],
        received_at=row["received_at"],
        device_id=row["device_id"],
        deleted_at=row["deleted_at"],
        flags=tuple(row["flags"]),
        derived={name: row[name] for name in kind.derived},
    )
