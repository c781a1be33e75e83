"""The queries of days: what was done on them, the signs and answers told, each in one statement."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, bindparam, func, literal, null, or_, select, union, union_all
from sqlalchemy.orm import Session

from app.logbook.facts import DoneFact, DoneSession, LoggedDays, RedFlagClock
from app.logbook.kinds import CHECK_IN, PAIN_SCORE, RED_FLAG, RUN, SESSION, shared_sets_of

WEEK_DAYS = 7

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
    load = c.id, c.performed_on, is_run, distance_m, c.duration_s, c.rpe
    return select(*load, c.performed_at, c.recorded_at, c.received_at).where(*_of(table))


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


_SESSIONS_DONE = (
    select(_sessions.c.id, _sessions.c.performed_on, _sessions.c.performed_at, _sessions.c.sets)
    .where(
        _sessions.c.patient_id == bindparam("patient"),
        _sessions.c.performed_on.between(bindparam("first"), bindparam("last")),
        _sessions.c.deleted_at.is_(None),
    )
    .order_by(_sessions.c.performed_at, _sessions.c.id)
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
    done = [DoneFact(row[0], row[1], bool(row[2]), *row[3:]) for row in connection.execute(_DONE, asked)]
    days = frozenset(row[0] for row in connection.execute(_DAYS, asked))
    firsts = [row[0] for row in connection.execute(_FIRST_DAYS, {"patient": patient_id}) if row[0] is not None]
    until = until + timedelta(days=WEEK_DAYS - 1)
    weeks = frozenset(row[0] for row in connection.execute(_CONFIRMED, {**asked, "until": until}))
    return LoggedDays(done, days, min(firsts, default=None), weeks)


def read_sessions(db: Session, patient_id: UUID, first: date, last: date) -> list[DoneSession]:
    """Return the living sessions of the days from one to another, oldest first."""
    asked = {"patient": patient_id, "first": first, "last": last}
    rows = db.connection().execute(_SESSIONS_DONE, asked)
    return [DoneSession(*row[:3], shared_sets_of(row[3])) for row in rows]


def read_clock(db: Session, patient_id: UUID, until: date, at: datetime, severe_min: float) -> RedFlagClock:
    """Return the last answers up to a day, and what asks the questions again."""
    asked = {"patient": patient_id, "until": until}
    connection = db.connection()
    answered = {row[0]: row[1] for row in connection.execute(_ANSWERED, {**asked, "at": at})}
    severe = [connection.execute(last, {**asked, "severe": severe_min}).scalar() for last in (_LAST_SCORE, _LAST_WORST)]
    limp = connection.execute(_LAST_LIMP, asked).scalar()
    return RedFlagClock(answered, max((told for told in severe if told is not None), default=None), limp)
