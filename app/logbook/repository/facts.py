"""Reads what the rules ask of the logbook, in one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, Table, Text, and_, bindparam, cast, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.db.asking import Question, dialect_of
from app.db.base import table_of
from app.db.synced import SyncChange, SyncStream
from app.db.types import Id, Instant
from app.logbook.facts import (
    CheckInFact,
    Rows,
    RunFact,
    Timed,
    check_in_facts,
    intake_facts,
    red_flag_facts,
    run_facts,
    score_facts,
)
from app.logbook.kept import LISTED, CaughtUp, KeptFacts, Place, is_any_ahead
from app.logbook.kinds import CHECK_IN, INTAKE, PAIN_SCORE, RED_FLAG, RUN, PainAnswers

_MAKERS: Mapping[str, Callable[[Rows], list[Timed]]] = {
    "runs": run_facts,
    "scores": score_facts,
    "check_ins": check_in_facts,
    "red_flags": red_flag_facts,
    "intakes": intake_facts,
}


def read_facts(
    db: Session,
    patient_id: UUID,
    since: date,
    deleted_since: datetime,
    at: datetime,
    answers: PainAnswers | None = None,
) -> KeptFacts:
    """Return the facts of the days from `since` on, in one statement, with the answers to pain questions.

    The database writes them as JSON: making rows and values of some hundred entries costs more than asking.
    """
    asked = {"patient": patient_id, "since": since, "deleted_since": deleted_since, "at": at}
    told = _only(_facts_statement(dialect_of(db), answers), db, asked)
    lists = _timed(told[1:], answers)
    return KeptFacts(since, deleted_since, at, told[0], lists, is_any_ahead(lists))


def catch_up(
    db: Session, patient_id: UUID, kept: KeptFacts, place: Place, at: datetime, answers: PainAnswers
) -> CaughtUp | None:
    """Return what read_facts would return now of facts that were kept when the stream had come to a place.

    Reads what was stored since, in one statement. None where the ledger does not hold every number from the place to
    the head (what was kept never came to be, or something was purged since), and where something changed that is not
    to be read now: then all is read anew.
    """
    asked = {"patient": patient_id, "since": kept.since, "deleted_since": kept.deleted_since, "at": at}
    told = _only(_since_statement(dialect_of(db), answers), db, {**asked, "place": place.seq})
    head, ledger = told[0], sorted(orjson.loads(told[1]))
    if not ledger or [row[0] for row in ledger] != list(range(place.seq, head + 1)) or UUID(ledger[0][3]) != place.ver:
        return None
    fresh, changed = _timed(told[2:], answers), dict[str, set[str]]()
    lists = _lists_of(answers)
    for _, collection, key, _ in ledger[1:]:
        if collection in lists:
            changed.setdefault(lists[collection], set()).add(key)
    if any({fact.key for _, fact in fresh[name]} != changed.get(name, set()) for name in LISTED):
        return None
    collections = frozenset(collection for _, collection, _, _ in ledger[1:])
    return CaughtUp(replace(kept, at=at).with_changed(changed, fresh), collections)


def _only(question: Question, db: Session, asked: Mapping[str, Any]) -> Sequence[Any]:
    """Return the one row of an answer that has always one."""
    (row,) = question.all(db, asked)
    return row


def _timed(told: Sequence[str], answers: PainAnswers | None) -> dict[str, list[Timed]]:
    """Return the facts of each list, each list in its order: that of the instants, then of the keys."""
    rows = dict(zip(LISTED, (sorted(orjson.loads(listed)) for listed in told), strict=False))
    found = {name: make(rows[name]) for name, make in _MAKERS.items()}
    return {**found, "answers": [] if answers is None else _as_scores(answers, rows["answers"])}


@lru_cache
def _lists_of(answers: PainAnswers) -> Mapping[str, str]:
    """Return which list each collection's facts are in."""
    names = [table.collection.name for table in (RUN, PAIN_SCORE, CHECK_IN, RED_FLAG, INTAKE)]
    return dict(zip([*names, answers.collection.name], LISTED, strict=True))


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
def _facts_statement(dialect: str, answers: PainAnswers | None) -> Question:
    """Return the statement, built once: building it costs as much as running it."""
    return Question(select(_run_before(RUN.collection.table), *_all_facts(dialect, answers)))


@lru_cache
def _since_statement(dialect: str, answers: PainAnswers) -> Question:
    """Return the statement of what was stored since a place, beginning with the ledger from that place on."""
    c = table_of(SyncChange).c
    row = (c.seq, c.collection, _text(dialect, c.id), _text(dialect, c.ver))
    since = and_(c.patient_id == bindparam("patient", type_=Id()), c.seq >= bindparam("place"))
    ledger = select(_as_json(dialect, row)).where(since).scalar_subquery()
    streams = table_of(SyncStream).c
    head = select(streams.head).where(streams.patient_id == bindparam("patient", type_=Id())).scalar_subquery()
    return Question(select(head, ledger, *_all_facts(dialect, answers, is_later=True)))


def _all_facts(dialect: str, answers: PainAnswers | None, *, is_later: bool = False) -> list[Any]:
    """Return the facts of each table, in the order of LISTED; with `is_later` those numbered above a place."""
    kinds = (RUN, PAIN_SCORE, CHECK_IN, RED_FLAG, INTAKE)
    runs, scores, check_ins, flags, intakes = (kind.collection.table for kind in kinds)
    about = (scores.c.score, scores.c.moment, scores.c.side, _text(dialect, scores.c.run_id))
    felt = (check_ins.c[name] for name in CheckInFact._fields[4:-2])
    signs = (_json(dialect, check_ins.c[name]) for name in CheckInFact._fields[-2:])
    facts = partial(_facts, dialect, is_later)
    return [
        facts(runs, *(runs.c[name] for name in RunFact._fields[4:])),
        facts(scores, *about, scores.c.session_id.is_not(None)),
        facts(check_ins, *felt, *signs),
        facts(flags, flags.c.code, only=flags.c.present),
        facts(intakes, intakes.c.birth_year, intakes.c.declared_longest_m, of_all_days=True),
        *(() if answers is None else (_answered(facts, answers),)),
    ]


def _answered(facts: Callable[..., Any], answers: PainAnswers) -> Any:
    c = answers.collection.table.c
    only = and_(or_(*(c.instrument == name for name, _ in answers.moments)), c.score.is_not(None))
    return facts(answers.collection.table, c.score, c.instrument, c.side, only=only)


def _as_scores(answers: PainAnswers, rows: Sequence[Sequence[Any]]) -> list[Timed]:
    """Return answers to pain questions as the scores that they are, about no run and no session by name."""
    moments = dict(answers.moments)
    return score_facts([*row[:6], moments[row[6]].value, row[7], None, False] for row in rows)


def _run_before(runs: Table) -> Any:
    """Return the day of the newest living run before those that are read."""
    earlier = select(func.max(runs.c.performed_on)).where(
        runs.c.patient_id == bindparam("patient"),
        runs.c.performed_on < bindparam("since"),
        runs.c.deleted_at.is_(None),
    )
    return earlier.scalar_subquery()


def _facts(dialect: str, is_later: bool, table: Table, *own: Any, only: Any = None, of_all_days: bool = False) -> Any:
    """Return the facts of a table as one JSON text: a list of lists, each with its time before it."""
    # The only flag that an entry can carry is that its clock ran ahead.
    c = table.c
    ahead = and_(c.performed_at > bindparam("at"), c.flags != [])
    shown = or_(c.deleted_at.is_(None), c.deleted_at >= bindparam("deleted_since"))
    row = (c.performed_at, _text(dialect, c.id), c.performed_on, ahead, c.deleted_at.is_not(None), *own)
    asked = select(_as_json(dialect, row)).where(*(() if only is None else (only,)))
    if not of_all_days:
        asked = asked.where(c.performed_on >= bindparam("since"))
    if is_later:
        asked = asked.where(c.seq > bindparam("place"))
    return asked.where(c.patient_id == bindparam("patient"), shown).scalar_subquery()


def _as_json(dialect: str, values: Sequence[Any]) -> Any:
    """Return rows of these values as one JSON text."""
    row = func.json_build_array(*values) if dialect == "postgresql" else func.json_array(*values)
    listed = func.json_agg(row) if dialect == "postgresql" else func.json_group_array(row)
    whole = func.coalesce(cast(listed, Text), "[]") if dialect == "postgresql" else listed
    return type_coerce(whole, Text)


def _text(dialect: str, column: ColumnElement[Any]) -> Any:
    """Write an id as text: SQLite keeps bytes, which JSON does not know."""
    return column if dialect == "postgresql" else func.nullif(func.hex(column), "")


def _json(dialect: str, column: ColumnElement[Any]) -> Any:
    """Take what is JSON already as it is."""
    return column if dialect == "postgresql" else func.json(column)
