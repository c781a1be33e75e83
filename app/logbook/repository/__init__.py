"""The queries on the logbook; each takes the patient first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from app.db.synced import Write, store
from app.logbook.domain import Skip
from app.logbook.facts import (
    DoneFact,
    LoggedDays,
    RedFlagClock,
)
from app.logbook.kinds import CHECK_IN, PAIN_SCORE, RED_FLAG, RUN, SESSION, SKIP, E, Kind, Stored

WEEK_DAYS = 7


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
    wanted: Mapping[str, Any] | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> list[Stored[E]]:
    """Return living entries performed in [since, until), oldest first; `after` begins behind that time and id."""
    table = kind.collection.table
    same = [table.c[name] == value for name, value in (wanted or {}).items() if value is not None]
    statement = select(table).where(
        table.c.patient_id == patient_id, table.c.deleted_at.is_(None), *same, *_window(table, since, until, after)
    )
    ordered = statement.order_by(table.c.performed_at, table.c.id).limit(limit)
    return [_stored(kind, dict(row)) for row in db.execute(ordered).mappings()]


def list_skips_due(db: Session, patient_id: UUID, first: date, last: date) -> list[Stored[Skip]]:
    """Return living skips of what was due from one day to another, in the order they were told."""
    table = SKIP.collection.table
    statement = select(table).where(
        table.c.patient_id == patient_id, table.c.deleted_at.is_(None), table.c.due_on.between(first, last)
    )
    rows = db.connection().execute(statement.order_by(table.c.performed_at, table.c.id)).mappings()
    return [_stored(SKIP, dict(row)) for row in rows]


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
        derived={name: row[name] for name in kind.derived},
    )


_runs, _sessions, _scores, _check_ins, _answers = (
    kind.collection.table for kind in (RUN, SESSION, PAIN_SCORE, CHECK_IN, RED_FLAG)
)


def _of(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Say that a row is the patient's, lives, lies on the days asked, and not ahead of now."""
    between = table.c.performed_on.between(bindparam("since"), bindparam("until"))
    own = table.c.patient_id == bindparam("patient")
    return own, between, table.c.deleted_at.is_(None), table.c.performed_at <= bindparam("at")


def _done(table: Table, distance_m: Any) -> Select[Any]:
    is_run = literal(table is _runs)
    c = table.c
    return select(c.performed_at, c.id, c.performed_on, is_run, distance_m, c.duration_s, c.rpe).where(*_of(table))


_DONE = union_all(_done(_runs, _runs.c.distance_m), _done(_sessions, null())).order_by("performed_at", "id")
_DAYS = union(*(select(table.c.performed_on).where(*_of(table)) for table in (_runs, _sessions, _scores, _check_ins)))
_FIRST_DAYS = union_all(
    *(
        select(func.min(table.c.performed_on)).where(
            table.c.patient_id == bindparam("patient"), table.c.deleted_at.is_(None)
        )
        for table in (_runs, _sessions, _scores, _check_ins)
    )
)
_CONFIRMED = select(_check_ins.c.performed_on).where(*_of(_check_ins), _check_ins.c.rest_of_week)
_ANSWERED = (
    select(_answers.c.code, func.max(_answers.c.performed_at))
    .where(
        _answers.c.patient_id == bindparam("patient"),
        _answers.c.performed_on <= bindparam("until"),
        _answers.c.performed_at <= bindparam("at"),
        _answers.c.deleted_at.is_(None),
    )
    .group_by(_answers.c.code)
)


def _last(table: Table, *said: ColumnElement[bool]) -> Select[Any]:
    known = table.c.patient_id == bindparam("patient"), table.c.performed_on <= bindparam("until")
    return select(func.max(table.c.performed_at)).where(*known, table.c.deleted_at.is_(None), *said)


_LAST_SCORE = _last(_scores, _scores.c.score >= bindparam("severe"))
_LAST_WORST = _last(
    _check_ins,
    or_(_check_ins.c.worst_pain >= bindparam("severe"), _check_ins.c.morning_pain >= bindparam("severe")),
)
_LAST_LIMP = _last(_runs, _runs.c.limp)


def read_days(db: Session, patient_id: UUID, since: date, until: date, at: datetime) -> LoggedDays:
    """Return what was done on these days, and the days with any entry."""
    asked = {"patient": patient_id, "since": since, "until": until, "at": at}
    connection = db.connection()
    done = [DoneFact(row[1], row[2], bool(row[3]), *row[4:]) for row in connection.execute(_DONE, asked)]
    days = frozenset(row[0] for row in connection.execute(_DAYS, asked))
    firsts = [row[0] for row in connection.execute(_FIRST_DAYS, {"patient": patient_id}) if row[0] is not None]
    until = until + timedelta(days=WEEK_DAYS - 1)
    weeks = frozenset(row[0] for row in connection.execute(_CONFIRMED, {**asked, "until": until}))
    return LoggedDays(done, days, min(firsts, default=None), weeks)


def read_clock(db: Session, patient_id: UUID, until: date, at: datetime, severe_min: float) -> RedFlagClock:
    """Return the last answers up to a day, and what asks the questions again."""
    asked = {"patient": patient_id, "until": until}
    connection = db.connection()
    answered = {row[0]: row[1] for row in connection.execute(_ANSWERED, {**asked, "at": at})}
    severe = [connection.execute(last, {**asked, "severe": severe_min}).scalar() for last in (_LAST_SCORE, _LAST_WORST)]
    limp = connection.execute(_LAST_LIMP, asked).scalar()
    return RedFlagClock(answered, max((told for told in severe if told is not None), default=None), limp)
