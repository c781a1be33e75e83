"""Plan and log of several patients over some days, so that adherence is told as it is told of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, bindparam, case, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from app.db.among import ids, is_among_ids
from app.db.asking import Question, dialect_of
from app.db.base import table_of
from app.guidance.models import PAUSE_FIELDS, POLICY_FIELDS, PauseRow, PolicyRow
from app.guidance.values import Pause, PolicyRevision
from app.logbook.domain import PainMoment, Skip
from app.logbook.facts import DoneSession
from app.logbook.kinds import SESSION, SKIP, shared_sets_of
from app.logbook.models import CheckInRow, PainScoreRow
from app.outcomes.domain.bending import BENDING_TESTS
from app.outcomes.models import MeasurementRow, QuestionnaireResponseRow
from app.outcomes.pain import MOMENT_OF
from app.programmes.domain.programme import ProgrammeHistory
from app.review.repository.histories import list_histories

_pauses, _policies = table_of(PauseRow), table_of(PolicyRow)
_scores, _check_ins, _measurements = table_of(PainScoreRow), table_of(CheckInRow), table_of(MeasurementRow)
_sessions = SESSION.collection.table
_answers = table_of(QuestionnaireResponseRow)
_MOMENTS = (PainMoment.SQUAT, PainMoment.REST, PainMoment.NIGHT, PainMoment.WORST, PainMoment.DURING)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Followed:
    """What is read of several patients, each by patient; who has nothing of a kind is not in it."""

    histories: Mapping[UUID, list[ProgrammeHistory]]
    policies: Mapping[UUID, list[PolicyRevision]]
    pauses: Mapping[UUID, list[Pause]]
    sessions: Mapping[UUID, list[DoneSession]]
    skips: Mapping[UUID, list[Skip]]
    scores: Mapping[UUID, list[tuple[date, str, float]]]
    check_ins: Mapping[UUID, list[tuple[date, float | None, float | None, int | None]]]
    bending: Mapping[UUID, list[tuple[str, int | None, float]]]


def read_followed(
    db: Session, patients: Collection[UUID], first: date, last: date, knee_since: date, at: datetime
) -> Followed:
    """Return plan and log of the days from one to another (a day more on both sides), in eight statements."""
    reader = _Reader(db, patients, at)
    day = timedelta(days=1)
    return Followed(
        histories=list_histories(db, patients, first - day),
        policies=reader.policies(),
        pauses=reader.pauses(),
        sessions=reader.sessions(first - day, last + day),
        skips=reader.skips(first - day, last + day),
        scores=reader.scores(knee_since),
        check_ins=reader.check_ins(knee_since),
        bending=reader.bending(),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Asks for the rows of these patients."""

    db: Session
    patients: Collection[UUID]
    at: datetime

    @property
    def dialect(self) -> str:
        """Return which database is asked."""
        return dialect_of(self.db)

    def policies(self) -> dict[UUID, list[PolicyRevision]]:
        """Return all policies that were set, in the order they were."""
        return self._made(_all_of(_policies, ("seq",), self.dialect), _revision)

    def pauses(self) -> dict[UUID, list[Pause]]:
        """Return all pauses, oldest first."""
        return self._made(_all_of(_pauses, ("opened_at", "id"), self.dialect), _pause)

    def skips(self, first: date, last: date) -> dict[UUID, list[Skip]]:
        """Return the living skips of what was due from one day to another, oldest first."""
        return self._made(_skips_of(self.dialect), SKIP.entry_of, first=first, last=last)

    def sessions(self, first: date, last: date) -> dict[UUID, list[DoneSession]]:
        """Return the living sessions of the days from one to another, oldest first."""
        found = self._grouped(_sessions_of(self.dialect), first=first, last=last)
        return {key: [_session(*row) for row in listed] for key, listed in found.items()}

    def scores(self, since: date) -> dict[UUID, list[Any]]:
        """Return the worst score of each day and moment, with the answers to pain questions, which are scores."""
        found = self._grouped(_scores_of(self.dialect), since=since, known_until=self.at)
        return {
            key: [(on, MOMENT_OF.get(moment, moment), score) for on, moment, score in listed]
            for key, listed in found.items()
        }

    def check_ins(self, since: date) -> dict[UUID, list[Any]]:
        """Return the worst told of each day: pain, hours to settle, and whether little load provokes (1 or 0)."""
        return self._grouped(_check_ins_of(self.dialect), since=since, known_until=self.at)

    def bending(self) -> dict[UUID, list[Any]]:
        """Return each side's newest tests of bending under load: the test, the bend in degrees, and the value."""
        return self._grouped(_bending_of(self.dialect), known_until=self.at)

    def _made(self, question: Question, make: Callable[[Any], T], **asked: Any) -> dict[UUID, list[T]]:
        found: dict[UUID, list[T]] = defaultdict(list)
        for row in question.named(self.db, self._asked(asked)):
            found[row["patient_id"]].append(make(row))
        return found

    def _grouped(self, question: Question, **asked: Any) -> dict[UUID, list[Any]]:
        found: dict[Any, list[Any]] = defaultdict(list)
        for key, *told in question.all(self.db, self._asked(asked)):
            found[key].append(told)
        return {key if isinstance(key, UUID) else UUID(bytes=key): listed for key, listed in found.items()}

    def _asked(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {**asked, "patients": ids(self.patients, self.dialect)}


@cache
def _all_of(table: Table, order: tuple[str, ...], dialect: str) -> Question:
    return Question(select(table).where(_theirs(table, dialect)).order_by(*(table.c[name] for name in order)))


@cache
def _skips_of(dialect: str) -> Question:
    table = SKIP.collection.table
    days = table.c.due_on.between(bindparam("first"), bindparam("last"))
    chosen = select(table).where(_theirs(table, dialect), days, table.c.deleted_at.is_(None))
    return Question(chosen.order_by(table.c.performed_at, table.c.id))


@cache
def _sessions_of(dialect: str) -> Question:
    c = _sessions.c
    days = c.performed_on.between(bindparam("first"), bindparam("last"))
    chosen = select(_kept(c.patient_id), c.id, c.performed_on, c.performed_at, c.sets).where(
        _theirs(_sessions, dialect), days, c.deleted_at.is_(None)
    )
    return Question(chosen.order_by(c.performed_at, c.id))


@cache
def _scores_of(dialect: str) -> Question:
    scores, answers = _scores.c, _answers.c
    moments, instruments = map(_words, (_MOMENTS, MOMENT_OF))
    told = _worst(_scores, (scores.score,), dialect, scores.moment).where(scores.moment.in_(moments))
    asked = _worst(_answers, (answers.score,), dialect, answers.instrument)
    return Question(union_all(told, asked.where(answers.instrument.in_(instruments))))


@cache
def _check_ins_of(dialect: str) -> Question:
    c = _check_ins.c
    provokes = case((c.low_load_provokes, 1), (c.low_load_provokes.is_(None), None), else_=0)
    return Question(_worst(_check_ins, (c.worst_pain, c.settle_hours, provokes), dialect))


def _worst(table: Table, told: Sequence[ColumnElement[Any]], dialect: str, *beside: ColumnElement[Any]) -> Select[Any]:
    c = table.c
    keys = (c.performed_on, *beside)
    is_told = or_(*(one.is_not(None) for one in told))
    known = (c.deleted_at.is_(None), c.performed_on >= bindparam("since"), c.performed_at <= bindparam("known_until"))
    chosen = select(_kept(c.patient_id), *keys, *map(func.max, told))
    return chosen.where(_theirs(table, dialect), *known, is_told).group_by(c.patient_id, *keys)


@cache
def _bending_of(dialect: str) -> Question:
    c = _measurements.c
    newest = func.row_number().over(
        partition_by=(c.patient_id, c.test, c.side, c.knee_flexion_deg),
        order_by=(c.performed_at.desc(), c.id.desc()),
    )
    known = c.deleted_at.is_(None), c.performed_at <= bindparam("known_until"), c.test.in_(_words(BENDING_TESTS))
    ranked = (
        select(c.patient_id, c.test, c.knee_flexion_deg, c.value, newest.label("place"))
        .where(_theirs(_measurements, dialect), *known)
        .subquery()
    )
    chosen = select(_kept(ranked.c.patient_id), ranked.c.test, ranked.c.knee_flexion_deg, ranked.c.value)
    return Question(chosen.where(ranked.c.place == 1))


def _kept(patient_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an id as the database keeps it: whose a row is, is asked of each row, and read once for all of them."""
    return type_coerce(patient_id, NullType()).label("patient_id")


def _theirs(table: Table, dialect: str) -> ColumnElement[bool]:
    return is_among_ids(table.c.patient_id, "patients", dialect)


def _words(listed: Iterable[str]) -> list[ColumnElement[str]]:
    """Return words to be compared with, each a parameter of its own: a list would be spelled out at each asking."""
    return [literal(str(one)) for one in sorted(listed)]


def _session(key: UUID, on: date, performed_at: datetime, kept: Sequence[Mapping[str, Any]]) -> DoneSession:
    return DoneSession(key, on, performed_at, shared_sets_of(kept))


def _pause(row: Mapping[str, Any]) -> Pause:
    return Pause(id=row["id"], **{name: row[name] for name in PAUSE_FIELDS})


def _revision(row: Mapping[str, Any]) -> PolicyRevision:
    return PolicyRevision(id=row["id"], seq=row["seq"], **{name: row[name] for name in POLICY_FIELDS})
