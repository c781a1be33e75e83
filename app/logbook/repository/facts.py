"""Reads what the rules ask of the logbook, in one statement."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, Table, Text, and_, bindparam, cast, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.db.types import Id, Instant
from app.logbook.facts import (
    CheckInFact,
    Facts,
    RunFact,
    ScoreFact,
    check_in_fact,
    intake_fact,
    red_flag_fact,
    run_fact,
    score_fact,
)
from app.logbook.kinds import CHECK_IN, INTAKE, PAIN_SCORE, RED_FLAG, RUN, PainAnswers


def read_facts(
    db: Session,
    patient_id: UUID,
    since: date,
    deleted_since: datetime,
    at: datetime,
    answers: PainAnswers | None = None,
) -> Facts:
    """Return the facts of the days from `since` on, in one statement; answers to pain questions among the scores.

    The database writes them as JSON: making rows and values of some hundred entries costs more than asking.
    """
    asked = {"patient": patient_id, "since": since, "deleted_since": deleted_since, "at": at}
    connection = db.connection()
    told = connection.execute(_facts_statement(connection.dialect.name, answers), asked).one()
    runs, scores, check_ins, red_flags, intakes = (sorted(orjson.loads(listed)) for listed in told[:5])
    return Facts(
        [run_fact(row[1:]) for row in runs],
        [score_fact(row[1:]) for row in scores] + ([] if answers is None else _as_scores(answers, told[6])),
        [check_in_fact(row[1:]) for row in check_ins],
        [red_flag_fact(row[1:]) for row in red_flags],
        run_before=told[5],
        intakes=[intake_fact(row[1:]) for row in intakes],
    )


def is_any_after(db: Session, patient_id: UUID, at: datetime, answers: PainAnswers | None = None) -> bool:
    """Was any entry that the rules read performed after an instant? A deleted one counts: it was there today."""
    return bool(db.connection().execute(_any_after(answers), {"patient": patient_id, "at": at}).scalar_one())


@lru_cache
def _any_after(answers: PainAnswers | None) -> Select[Any]:
    tables = [kind.collection.table for kind in (RUN, PAIN_SCORE, CHECK_IN, RED_FLAG, INTAKE)]
    return select(or_(*(_after(table) for table in [*tables, *([answers.collection.table] if answers else [])])))


def _after(table: Table) -> ColumnElement[bool]:
    c = table.c
    own, later = c.patient_id == bindparam("patient", type_=Id()), c.performed_at > bindparam("at", type_=Instant())
    return exists().where(own, later)


@lru_cache
def _facts_statement(dialect: str, answers: PainAnswers | None) -> Select[Any]:
    """Return the statement, built once: building it costs as much as running it."""
    kinds = (RUN, PAIN_SCORE, CHECK_IN, RED_FLAG, INTAKE)
    runs, scores, check_ins, flags, intakes = (kind.collection.table for kind in kinds)
    about = (scores.c.score, scores.c.moment, scores.c.side, _text(dialect, scores.c.run_id))
    felt = (check_ins.c[name] for name in CheckInFact._fields[4:-2])
    signs = (_json(dialect, check_ins.c[name]) for name in CheckInFact._fields[-2:])
    return select(
        _facts(dialect, runs, *(runs.c[name] for name in RunFact._fields[4:])),
        _facts(dialect, scores, *about, scores.c.session_id.is_not(None)),
        _facts(dialect, check_ins, *felt, *signs),
        _facts(dialect, flags, flags.c.code, only=flags.c.present),
        _facts(dialect, intakes, intakes.c.birth_year, intakes.c.declared_longest_m, of_all_days=True),
        _run_before(runs),
        *(() if answers is None else (_answered(dialect, answers),)),
    )


def _answered(dialect: str, answers: PainAnswers) -> Any:
    c = answers.collection.table.c
    only = and_(c.instrument.in_([name for name, _ in answers.moments]), c.score.is_not(None))
    return _facts(dialect, answers.collection.table, c.score, c.instrument, c.side, only=only)


def _as_scores(answers: PainAnswers, listed: str) -> list[ScoreFact]:
    """Return answers to pain questions as the scores that they are, about no run and no session by name."""
    moments = dict(answers.moments)
    rows = (row[1:] for row in sorted(orjson.loads(listed)))
    return [score_fact([*row[:5], moments[row[5]].value, row[6], None, False]) for row in rows]


def _run_before(runs: Table) -> Any:
    """Return the day of the newest living run before those that are read."""
    earlier = select(func.max(runs.c.performed_on)).where(
        runs.c.patient_id == bindparam("patient"),
        runs.c.performed_on < bindparam("since"),
        runs.c.deleted_at.is_(None),
    )
    return earlier.scalar_subquery()


def _facts(dialect: str, table: Table, *own: Any, only: Any = None, of_all_days: bool = False) -> Any:
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
    if not of_all_days:
        asked = asked.where(c.performed_on >= bindparam("since"))
    return asked.where(c.patient_id == bindparam("patient"), shown).scalar_subquery()


def _text(dialect: str, column: ColumnElement[Any]) -> Any:
    """Write an id as text: SQLite keeps bytes, which JSON does not know."""
    return column if dialect == "postgresql" else func.nullif(func.hex(column), "")


def _json(dialect: str, column: ColumnElement[Any]) -> Any:
    """Take what is JSON already as it is."""
    return column if dialect == "postgresql" else func.json(column)
