"""What is read of one patient over a window, each kind in one statement; each takes the patient first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.db.asking import Question
from app.db.base import table_of
from app.guidance import repository as guidance
from app.guidance.values import GivenDecision, Override, Pause, PolicyRevision
from app.kernel.clock import CLOCK_TOLERANCE
from app.logbook.models import CheckInRow, PainScoreRow, RedFlagRow, RunRow, SessionRow, SkipRow, TreatmentRow
from app.outcomes.models import MeasurementRow, QuestionnaireResponseRow
from app.programmes.models import RevisionRow

_RUNS, _SESSIONS, _SCORES, _CHECK_INS = (table_of(row) for row in (RunRow, SessionRow, PainScoreRow, CheckInRow))
_TREATMENTS, _FLAGS, _REVISIONS = (table_of(row) for row in (TreatmentRow, RedFlagRow, RevisionRow))
NOTED: Mapping[str, Table] = {
    table.name: table
    for table in (
        _RUNS,
        _SESSIONS,
        _SCORES,
        _CHECK_INS,
        _TREATMENTS,
        _FLAGS,
        table_of(SkipRow),
        table_of(QuestionnaireResponseRow),
        table_of(MeasurementRow),
    )
}
"""The entries in which a person can write free text."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Whose entries are read: of which days, and known at which instant."""

    patient_id: UUID
    since: date
    until: date
    at: datetime

    @property
    def asked(self) -> dict[str, Any]:
        """Return it as the parameters of a statement."""
        return {
            "patient": self.patient_id,
            "since": self.since,
            "until": self.until,
            "known_until": self.at + CLOCK_TOLERANCE,
        }


def list_runs(db: Session, span: Span) -> list[Row]:
    """Return the runs, oldest first."""
    return _rows(db, span, _RUNS, "id", "performed_on", "distance_m", "duration_s", "rpe", "limp")


def list_sessions(db: Session, span: Span) -> list[Row]:
    """Return the sessions without their sets, oldest first."""
    return _rows(db, span, _SESSIONS, "id", "performed_on", "duration_s", "rpe")


def list_check_ins(db: Session, span: Span) -> list[Row]:
    """Return the check-ins, oldest first."""
    return _rows(db, span, _CHECK_INS, "performed_on", "side", "morning_pain", "worst_pain", "red_flags")


def list_treatments(db: Session, span: Span) -> list[Row]:
    """Return the supportive treatments, oldest first."""
    names = ("id", "performed_on", "treatment", "side", "given_by", "activity", "pain_without", "pain_with")
    return _rows(db, span, _TREATMENTS, *names)


def list_flags(db: Session, span: Span) -> list[Row]:
    """Return the urgent signs that were answered with yes, oldest first."""
    return [row for row in _rows(db, span, _FLAGS, "performed_on", "code", "present") if row["present"]]


def worst_scores(db: Session, span: Span) -> list[Row]:
    """Return of each day, knee and moment the worst score, and how many there were."""
    return list(_worst_scores().named(db, span.asked))


@cache
def _worst_scores() -> Question:
    c = _SCORES.c
    keys = (c.performed_on, c.side, c.moment)
    shown = select(*keys, func.max(c.score).label("score"), func.count().label("scores"))
    return Question(shown.where(*_within(_SCORES)).group_by(*keys).order_by(*keys))


def list_notes(db: Session, span: Span, collections: Sequence[str]) -> list[Row]:
    """Return what was written in entries of these collections, oldest first; in one statement, none for nothing."""
    if not collections:
        return []
    return list(_notes(tuple(sorted(collections))).named(db, span.asked))


@cache
def _notes(collections: tuple[str, ...]) -> Question:
    told = []
    for name in collections:
        table = NOTED[name]
        c = table.c
        shown = select(literal(name).label("collection"), c.id, c.performed_at, c.performed_on, c.note)
        told.append(shown.where(*_within(table), c.note.is_not(None)))
    return Question(union_all(*told).order_by("performed_at", "id"))


def list_revisions(db: Session, patient_id: UUID, until: date) -> list[Row]:
    """Return stage and status of every revision up to a day, the oldest first."""
    return list(_revisions_until().named(db, {"patient": patient_id, "until": until}))


@cache
def _revisions_until() -> Question:
    c = _REVISIONS.c
    names = (c.programme_id, c.number, c.effective_on, c.stage, c.status, c.made_by_role, c.reason)
    known = c.patient_id == bindparam("patient"), c.effective_on <= bindparam("until")
    return Question(select(*names).where(*known).order_by(c.made_at, c.programme_id, c.number))


def list_decisions(db: Session, span: Span) -> dict[date, GivenDecision]:
    """Return what the last advice of each day said."""
    return guidance.decisions_between(db, span.patient_id, span.since, span.until)


def list_pauses(db: Session, patient_id: UUID) -> list[Pause]:
    """Return all pauses, oldest first."""
    return guidance.list_pauses(db, patient_id)


def list_policies(db: Session, patient_id: UUID) -> list[PolicyRevision]:
    """Return all policies that were set, in the order they were."""
    return guidance.list_policies(db, patient_id)


def list_overrides(db: Session, patient_id: UUID) -> list[Override]:
    """Return all overrides, oldest first."""
    return guidance.list_overrides(db, patient_id)


def first_logged_on(db: Session, patient_id: UUID) -> date | None:
    """Return the day of the first entry of all that whoever may read sessions may read; None where there is none."""
    return min((on for (on,) in _first_days().all(db, {"patient": patient_id})), default=None)


@cache
def _first_days() -> Question:
    tables = (_RUNS, _SESSIONS, _CHECK_INS, _TREATMENTS, NOTED["skips"])
    return Question(union_all(*map(_first_day, tables)))


def _first_day(table: Table) -> Any:
    c = table.c
    mine = c.patient_id == bindparam("patient"), c.deleted_at.is_(None)
    first = select(c.performed_on).where(*mine).order_by(c.performed_at).limit(1).subquery()
    return select(first.c.performed_on)


def _rows(db: Session, span: Span, table: Table, *names: str) -> list[Row]:
    return list(_question(table, names).named(db, span.asked))


@cache
def _question(table: Table, names: tuple[str, ...]) -> Question:
    chosen = select(*(table.c[name] for name in names)).where(*_within(table))
    return Question(chosen.order_by(table.c.performed_at, table.c.id))


def _within(table: Table) -> tuple[ColumnElement[bool], ...]:
    c = table.c
    days = c.performed_on.between(bindparam("since"), bindparam("until"))
    known = c.performed_at <= bindparam("known_until")
    return c.patient_id == bindparam("patient"), c.deleted_at.is_(None), days, known
