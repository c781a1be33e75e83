"""The queries of what the rules read: a patient's facts, days and signs, each in one statement."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from app.db.types import Id, Instant
from app.logbook.facts import (
    DoneFact,
    Facts,
    LoggedDays,
    RedFlagClock,
    RunFact,
    check_in_fact,
    red_flag_fact,
    run_fact,
    score_fact,
)
from app.logbook.kinds import CHECK_IN, PAIN_SCORE, RED_FLAG, RUN, SESSION, Kind


def read_facts(db: Session, patient_id: UUID, since: date, deleted_since: datetime, at: datetime) -> Facts:
    """Return the facts of the days from `since` on, in one statement.

    The database writes them as JSON: making rows and values of some hundred entries costs more than asking.
    """
    asked = {"patient": patient_id, "since": since, "deleted_since": deleted_since, "at": at}
    connection = db.connection()
    told = connection.execute(_facts_statement(connection.dialect.name), asked).one()
    runs, scores, check_ins, red_flags = (sorted(orjson.loads(listed)) for listed in told[:4])
    return Facts(
        [run_fact(row[1:]) for row in runs],
        [score_fact(row[1:]) for row in scores],
        [check_in_fact(row[1:]) for row in check_ins],
        [red_flag_fact(row[1:]) for row in red_flags],
        run_before=told[4],
    )


def is_any_after(db: Session, patient_id: UUID, at: datetime) -> bool:
    """Was any entry that the rules read performed after an instant? A deleted one counts: it was there today."""
    return bool(db.connection().execute(_ANY_AFTER, {"patient": patient_id, "at": at}).scalar_one())


def _after(kind: Kind[Any]) -> ColumnElement[bool]:
    c = kind.collection.table.c
    return exists().where(
        c.patient_id == bindparam("patient", type_=Id()), c.performed_at > bindparam("at", type_=Instant())
    )


_ANY_AFTER = select(or_(*(_after(kind) for kind in (RUN, PAIN_SCORE, CHECK_IN, RED_FLAG))))


@lru_cache
def _facts_statement(dialect: str) -> Select[Any]:
    """Return the statement, built once: building it costs as much as running it."""
    runs, scores, check_ins, answers = (kind.collection.table for kind in (RUN, PAIN_SCORE, CHECK_IN, RED_FLAG))
    about = (scores.c.score, scores.c.moment, scores.c.side, _text(dialect, scores.c.run_id))
    signs = (check_ins.c.morning_pain, check_ins.c.worst_pain, check_ins.c.side)
    return select(
        _facts(dialect, runs, *(runs.c[name] for name in RunFact._fields[4:])),
        _facts(dialect, scores, *about, scores.c.session_id.is_not(None)),
        _facts(dialect, check_ins, *signs, _json(dialect, check_ins.c.red_flags)),
        _facts(dialect, answers, answers.c.code, only=answers.c.present),
        _run_before(runs),
    )


def _run_before(runs: Table) -> Any:
    """Return the day of the newest living run before those that are read."""
    earlier = select(func.max(runs.c.performed_on)).where(
        runs.c.patient_id == bindparam("patient"),
        runs.c.performed_on < bindparam("since"),
        runs.c.deleted_at.is_(None),
    )
    return earlier.scalar_subquery()


def _facts(dialect: str, table: Table, *own: Any, only: Any = None) -> Any:
    """Return the facts of a table as one JSON text: a list of lists, each with its time before it."""
    # The only flag that an entry can carry is that its clock ran ahead.
    c = table.c
    ahead = and_(c.performed_at > bindparam("at"), c.flags != [])
    shown = or_(c.deleted_at.is_(None), c.deleted_at >= bindparam("deleted_since"))
    values = (c.performed_at, _text(dialect, c.id), c.performed_on, ahead, c.deleted_at.is_not(None), *own)
    row = func.json_build_array(*values) if dialect == "postgresql" else func.json_array(*values)
    listed = func.json_agg(row) if dialect == "postgresql" else func.json_group_array(row)
    whole = func.coalesce(cast(listed, Text), "[]") if dialect == "postgresql" else listed
    asked = select(type_coerce(whole, Text)).where(*(() if only is None else (only,)))
    return asked.where(
        c.patient_id == bindparam("patient"), c.performed_on >= bindparam("since"), shown
    ).scalar_subquery()


def _text(dialect: str, column: ColumnElement[Any]) -> Any:
    """Write an id as text: SQLite keeps bytes, which JSON does not know."""
    return column if dialect == "postgresql" else func.nullif(func.hex(column), "")


def _json(dialect: str, column: ColumnElement[Any]) -> Any:
    """Take what is JSON already as it is."""
    return column if dialect == "postgresql" else func.json(column)


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
_SIGNS = select(_check_ins.c.performed_on, _check_ins.c.early_warning_signs).where(
    _check_ins.c.patient_id == bindparam("patient"),
    _check_ins.c.performed_on.between(bindparam("since"), bindparam("until")),
    _check_ins.c.deleted_at.is_(None),
)
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
    return LoggedDays(done, days, min(firsts, default=None))


def read_signs(db: Session, patient_id: UUID, since: date, until: date) -> list[tuple[date, str]]:
    """Return the early-warning signs ticked on these days."""
    asked = {"patient": patient_id, "since": since, "until": until}
    return [(row[0], sign) for row in db.connection().execute(_SIGNS, asked) for sign in row[1]]


def read_clock(db: Session, patient_id: UUID, until: date, at: datetime, severe_min: float) -> RedFlagClock:
    """Return the last answers up to a day, and what asks the questions again."""
    asked = {"patient": patient_id, "until": until}
    connection = db.connection()
    answered = {row[0]: row[1] for row in connection.execute(_ANSWERED, {**asked, "at": at})}
    severe = [connection.execute(last, {**asked, "severe": severe_min}).scalar() for last in (_LAST_SCORE, _LAST_WORST)]
    limp = connection.execute(_LAST_LIMP, asked).scalar()
    return RedFlagClock(answered, max((told for told in severe if told is not None), default=None), limp)
