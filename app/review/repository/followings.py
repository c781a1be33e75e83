"""Plan and log of several patients over some days, so that adherence is told as it is told of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, Table, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from app.db.among import ids, is_among_ids
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

By = Mapping[UUID, Sequence[Any]]


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
    skips = SKIP.collection.table
    return Followed(
        histories=list_histories(db, patients, first - day),
        policies=reader.all(_policies, _revision, order=("seq",)),
        pauses=reader.all(_pauses, _pause, order=("opened_at", "id")),
        sessions=reader.sessions(first - day, last + day),
        skips=reader.all(skips, SKIP.entry_of, skips.c.due_on.between(first - day, last + day), *_lives(skips)),
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

    def all(
        self, table: Table, make: Any, *only: ColumnElement[bool], order: tuple[str, ...] = ("performed_at", "id")
    ) -> dict[UUID, list[Any]]:
        """Return the rows as values, in this order."""
        statement = select(table).where(self._theirs(table), *only).order_by(*(table.c[name] for name in order))
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in self._run(statement).mappings().all():
            found[row["patient_id"]].append(make(row))
        return found

    def sessions(self, first: date, last: date) -> dict[UUID, list[DoneSession]]:
        """Return the living sessions of the days from one to another, oldest first."""
        c = _sessions.c
        lives = (c.performed_on.between(first, last), *_lives(_sessions))
        chosen = select(c.patient_id, c.id, c.performed_on, c.performed_at, c.sets).where(
            self._theirs(_sessions), *lives
        )
        found = self._grouped(chosen.order_by(c.performed_at, c.id))
        return {key: [_session(*row) for row in listed] for key, listed in found.items()}

    def scores(self, since: date) -> dict[UUID, list[Any]]:
        """Return the worst score of each day and moment, with the answers to pain questions, which are scores."""
        scores, answers = _scores.c, _answers.c
        told = self._worst(_scores, (scores.score,), since, scores.moment).where(scores.moment.in_(_MOMENTS))
        asked = self._worst(_answers, (answers.score,), since, answers.instrument)
        found = self._grouped(union_all(told, asked.where(answers.instrument.in_(MOMENT_OF))))
        return {
            key: [(on, MOMENT_OF.get(moment, moment), score) for on, moment, score in listed]
            for key, listed in found.items()
        }

    def check_ins(self, since: date) -> dict[UUID, list[Any]]:
        """Return the worst told of each day: pain, hours to settle, and whether little load provokes (1 or 0)."""
        c = _check_ins.c
        provokes = case((c.low_load_provokes, 1), (c.low_load_provokes.is_(None), None), else_=0)
        told = (c.worst_pain, c.settle_hours, provokes)
        return self._grouped(self._worst(_check_ins, told, since))

    def _worst(
        self, table: Table, told: Sequence[ColumnElement[Any]], since: date, *beside: ColumnElement[Any]
    ) -> Select[Any]:
        keys = (table.c.patient_id, table.c.performed_on, *beside)
        is_told = or_(*(one.is_not(None) for one in told))
        known = (*_lives(table), table.c.performed_on >= since, table.c.performed_at <= self.at, is_told)
        return select(*keys, *map(func.max, told)).where(self._theirs(table), *known).group_by(*keys)

    def bending(self) -> dict[UUID, list[Any]]:
        """Return each side's newest tests of bending under load: the test, the bend in degrees, and the value."""
        c = _measurements.c
        newest = func.row_number().over(
            partition_by=(c.patient_id, c.test, c.side, c.knee_flexion_deg),
            order_by=(c.performed_at.desc(), c.id.desc()),
        )
        known = (c.deleted_at.is_(None), c.performed_at <= self.at, c.test.in_(BENDING_TESTS))
        ranked = (
            select(c.patient_id, c.test, c.knee_flexion_deg, c.value, newest.label("place"))
            .where(self._theirs(_measurements), *known)
            .subquery()
        )
        return self._grouped(
            select(*(ranked.c[name] for name in ("patient_id", "test", "knee_flexion_deg", "value"))).where(
                ranked.c.place == 1
            )
        )

    def _grouped(self, statement: Any) -> dict[UUID, list[Any]]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in self._run(statement).all():
            found[row[0]].append(row[1:])
        return found

    def _theirs(self, table: Table) -> ColumnElement[bool]:
        return is_among_ids(table.c.patient_id, "patients", self.db.connection().dialect.name)

    def _run(self, statement: Any) -> Any:
        connection = self.db.connection()
        return connection.execute(statement, {"patients": ids(self.patients, connection.dialect.name)})


def _lives(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (table.c.deleted_at.is_(None),)


def _session(key: UUID, on: date, performed_at: datetime, kept: Sequence[Mapping[str, Any]]) -> DoneSession:
    return DoneSession(key, on, performed_at, shared_sets_of(kept))


def _pause(row: RowMapping) -> Pause:
    return Pause(id=row["id"], **{name: row[name] for name in PAUSE_FIELDS})


def _revision(row: RowMapping) -> PolicyRevision:
    return PolicyRevision(id=row["id"], seq=row["seq"], **{name: row[name] for name in POLICY_FIELDS})
