"""The queries on the logbook; each takes the patient first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Select, Table, and_, bindparam, func, or_, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from app.db.synced import Write, store
from app.logbook.facts import CheckInFact, Facts, RunFact, ScoreFact
from app.logbook.kinds import CHECK_IN, PAIN_SCORE, RUN, E, Kind, Stored
from app.logbook.models import RunRow


def find(db: Session, patient_id: UUID, kind: Kind[E], entry_id: UUID) -> Stored[E] | None:
    """Return the entry with this id, a deleted one as well."""
    asked = {"patient": patient_id, "id": entry_id}
    row = db.connection().execute(_one(kind.collection.table), asked).mappings().one_or_none()
    return _stored(kind, dict(row)) if row else None


@lru_cache
def _one(table: Table) -> Select[Any]:
    return select(table).where(table.c.patient_id == bindparam("patient"), table.c.id == bindparam("id"))


def list_between(
    db: Session,
    patient_id: UUID,
    kind: Kind[E],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> list[Stored[E]]:
    """Return living entries performed in [since, until), oldest first; `after` begins behind that time and id."""
    table = kind.collection.table
    statement = select(table).where(
        table.c.patient_id == patient_id, table.c.deleted_at.is_(None), *_window(table, since, until, after)
    )
    ordered = statement.order_by(table.c.performed_at, table.c.id).limit(limit)
    return [_stored(kind, dict(row)) for row in db.execute(ordered).mappings()]


def count_by_day(db: Session, patient_id: UUID, kind: Kind[Any], days: Collection[date]) -> dict[date, int]:
    """Return how many living entries lie on each of these days; a day without any is not there."""
    asked = {"patient": patient_id, "days": list(days)}
    return {row[0]: row[1] for row in db.connection().execute(_per_day(kind.collection.table), asked)}


@lru_cache
def _per_day(table: Table) -> Select[Any]:
    days = table.c.performed_on.in_(bindparam("days", expanding=True))
    counted = select(table.c.performed_on, func.count()).where(table.c.patient_id == bindparam("patient"), days)
    return counted.where(table.c.deleted_at.is_(None)).group_by(table.c.performed_on)


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


def _window(
    table: Table, since: datetime | None, until: datetime | None, after: tuple[datetime, UUID] | None
) -> Iterable[Any]:
    if since is not None:
        yield table.c.performed_at >= since
    if until is not None:
        yield table.c.performed_at < until
    if after is not None:
        later, same = table.c.performed_at > after[0], table.c.performed_at == after[0]
        yield or_(later, and_(same, table.c.id > after[1]))


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
    )


def read_facts(db: Session, patient_id: UUID, since: date, deleted_since: datetime, at: datetime) -> Facts:
    """Return the facts of the days from `since` on, in three statements."""
    asked = {"patient": patient_id, "since": since, "deleted_since": deleted_since, "at": at}
    connection = db.connection()
    runs, scores, check_ins = _fact_statements(connection.dialect.name)
    return Facts(
        [RunFact._make(row) for row in connection.execute(runs, asked)],
        [ScoreFact._make(row) for row in connection.execute(scores, asked)],
        [CheckInFact._make(row) for row in connection.execute(check_ins, asked)],
    )


def last_run_before(db: Session, patient_id: UUID, day: date) -> date | None:
    """Return the day of the newest living run before a day."""
    statement = select(func.max(RunRow.performed_on)).where(
        RunRow.patient_id == patient_id, RunRow.performed_on < day, RunRow.deleted_at.is_(None)
    )
    return db.execute(statement).scalar_one()


@lru_cache
def _fact_statements(dialect: str) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """Return the three statements, built once: building them costs as much as running them."""
    runs, scores, check_ins = RUN.collection.table, PAIN_SCORE.collection.table, CHECK_IN.collection.table
    score = (scores.c.score, scores.c.moment, scores.c.side, _raw(dialect, scores.c.run_id))
    return (
        _facts(dialect, runs, *(runs.c[name] for name in RunFact._fields[4:])),
        _facts(dialect, scores, *score, scores.c.session_id.is_not(None)),
        _facts(dialect, check_ins, *(check_ins.c[name] for name in CheckInFact._fields[4:])),
    )


def _facts(dialect: str, table: Table, *own: Any) -> Select[Any]:
    # The only flag that an entry can carry is that its clock ran ahead.
    c = table.c
    ahead = and_(c.performed_at > bindparam("at"), c.flags != [])
    shown = or_(c.deleted_at.is_(None), c.deleted_at >= bindparam("deleted_since"))
    return (
        select(_raw(dialect, c.id), c.performed_on, ahead, c.deleted_at.is_not(None), *own)
        .where(c.patient_id == bindparam("patient"), c.performed_on >= bindparam("since"), shown)
        .order_by(c.performed_at)
    )


def _raw(dialect: str, column: ColumnElement[Any]) -> Any:
    """Read an id without making a UUID of it."""
    return type_coerce(column, LargeBinary() if dialect == "sqlite" else NullType())
