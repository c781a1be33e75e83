"""One statement for a therapist's whole caseload: for each patient, what the reasons to look are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from app.accounts.models import AccountRow
from app.consent.domain import Scope
from app.consent.models import CareLinkRow
from app.consent.repository import is_active
from app.db.base import table_of
from app.db.types import Id, Instant
from app.guidance.models import AdviceRow, PauseRow, PolicyRow
from app.guidance.models.stages import StageProposalRow
from app.kernel.clock import CLOCK_TOLERANCE
from app.logbook.domain import PainMoment
from app.logbook.models import CheckInRow, PainScoreRow, RunRow, SessionRow
from app.outcomes.models import QuestionnaireResponseRow
from app.outcomes.pain import MOMENT_OF
from app.programmes.models import ProgrammeRow
from app.review.models import MessageMarkRow, MessageRow, SignedReviewRow
from app.review.repository.json_rows import JsonRows

ADVICE_SHOWN = 30
"""How many of the newest advice tell since when it has been so; no more are looked through (E)."""
PAIN_DAYS = 16
"""How many days of pain are read: two weeks, and room for every zone."""

_accounts, _links = table_of(AccountRow), table_of(CareLinkRow)
_advice, _pauses, _policies = table_of(AdviceRow), table_of(PauseRow), table_of(PolicyRow)
_proposals, _programmes = table_of(StageProposalRow), table_of(ProgrammeRow)
_scores, _check_ins = table_of(PainScoreRow), table_of(CheckInRow)
_reviews, _responses = table_of(SignedReviewRow), table_of(QuestionnaireResponseRow)
_messages, _marks = table_of(MessageRow), table_of(MessageMarkRow)
_ENTRIES: tuple[Table, ...] = (table_of(SessionRow), table_of(RunRow), _check_ins, _scores)
_WORST = PainMoment.WORST.value
_KNOWN_UNTIL = bindparam("known_until", type_=Instant())


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What the database tells of one patient; days as dates, the rest as it is kept."""

    patient_id: UUID
    display_name: str
    zone: str
    granted_at: datetime
    expires_at: datetime
    scopes: frozenset[Scope]
    pauses: list[list[Any]]
    advice: list[Any] | None
    advised: list[list[Any]]
    pain: list[list[Any]]
    newest_on: dict[str, date | None]
    proposals: list[list[Any]]
    programmes: list[list[Any]]
    policies: list[list[Any]]
    next_reviews: list[list[Any]]
    unread: list[Any] | None


def read_caseload(db: Session, therapist_id: UUID, at: datetime) -> list[CaseRow]:
    """Return every patient with an active link to a therapist, in one statement."""
    opened = cache(_scopes)  # most links open the same
    return [_case(row, opened) for row in rows_of_caseload(db, therapist_id, at)]


def rows_of_caseload(db: Session, therapist_id: UUID, at: datetime) -> Sequence[Row[Any]]:
    """Return the rows that the statement makes, each patient's lists in one JSON text."""
    connection = db.connection()
    asked = {
        "therapist": therapist_id,
        "at": at,
        "known_until": at + CLOCK_TOLERANCE,
        "pain_since": at.date() - timedelta(days=PAIN_DAYS),
    }
    return connection.execute(_statement(connection.dialect.name), asked).all()


def _scopes(told: tuple[str, ...]) -> frozenset[Scope]:
    return frozenset(map(Scope, told))


def _case(row: Sequence[Any], scopes_of: Callable[[tuple[str, ...]], frozenset[Scope]]) -> CaseRow:
    patient_id, name, zone, granted_at, expires_at, told = row
    scopes, pauses, advice, advised, scores, check_ins, answers, newest, *rest = orjson.loads(told)
    opened = scopes_of(tuple(one for listed in scopes for one in listed))
    days = {table.name: _day(on) for table, on in zip(_ENTRIES, newest, strict=True)}
    pain = [*scores, *([on, _WORST, worst] for on, worst in check_ins)]
    pain += [[on, MOMENT_OF[instrument].value, score] for on, instrument, score in answers]
    return CaseRow(patient_id, name, zone, granted_at, expires_at, opened, pauses, advice, advised, pain, days, *rest)


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None


@cache
def _statement(dialect: str) -> Select[Any]:
    """Return the statement, built once: building it costs more than running it."""
    made = JsonRows(dialect)
    linked = _linked(made)
    told = made.whole(
        linked.c.scopes if made.is_postgresql else func.json(linked.c.scopes),
        made.rows_of(_open_pauses(linked), linked),
        made.of(_newest_advice(made, linked), linked),
        made.rows_of(_advised(linked), linked),
        made.rows_of(_pain(linked), linked),
        made.rows_of(_worst(linked), linked),
        made.rows_of(_answered(linked), linked),
        made.row(*(_newest_day(linked, table) for table in _ENTRIES)),
        made.rows_of(_waiting(linked), linked),
        made.rows_of(_open_programmes(linked), linked),
        made.rows_of(_policies_of(made, linked), linked),
        made.rows_of(_next_reviews(linked), linked),
        made.of(_unread(made, linked), linked),
    )
    return select(
        linked.c.patient_id, _accounts.c.display_name, _accounts.c.zone, linked.c.granted_at, linked.c.expires_at, told
    ).join_from(linked, _accounts, _accounts.c.id == linked.c.patient_id)


def _linked(made: JsonRows) -> Any:
    """Return the patients of a therapist by the one condition on links; of several links all that they open."""
    at: Any = bindparam("at", type_=Instant())
    c = _links.c
    scopes = c.scopes if made.is_postgresql else func.json(c.scopes)
    return (
        select(
            c.patient_id,
            func.min(c.granted_at, type_=Instant()).label("granted_at"),
            func.max(c.expires_at, type_=Instant()).label("expires_at"),
            made.listed(scopes).label("scopes"),
        )
        .where(c.therapist_id == bindparam("therapist", type_=Id()), is_active(at))
        .group_by(c.patient_id)
        .subquery("linked")
    )


def _own(linked: Any, table: Table) -> tuple[ColumnElement[bool], ...]:
    return table.c.patient_id == linked.c.patient_id, table.c.deleted_at.is_(None)


def _open_pauses(linked: Any) -> Select[Any]:
    c = _pauses.c
    return select(c.opened_on, c.rule, c.refer, c.red_flag).where(*_own(linked, _pauses), c.closed_at.is_(None))


def _newest_advice(made: JsonRows, linked: Any) -> Select[Any]:
    c = _advice.c
    told = made.row(c.as_of, made.member(c.body, "rules_all"))
    return select(told).where(c.patient_id == linked.c.patient_id).order_by(c.seq.desc()).limit(1)


def _advised(linked: Any) -> Select[Any]:
    c = _advice.c
    chosen = select(c.seq, c.as_of, c.rule).where(c.patient_id == linked.c.patient_id)
    return chosen.order_by(c.seq.desc()).limit(ADVICE_SHOWN)


def _pain(linked: Any) -> Select[Any]:
    """Return the worst score of each day and moment that tells of the whole day or of running."""
    c = _scores.c
    moments = (_WORST, PainMoment.DURING.value)
    return (
        select(c.performed_on, c.moment, func.max(c.score))
        .where(*_own(linked, _scores), *_lately(_scores), c.moment.in_(moments))
        .group_by(c.performed_on, c.moment)
    )


def _worst(linked: Any) -> Select[Any]:
    c = _check_ins.c
    return (
        select(c.performed_on, func.max(c.worst_pain))
        .where(*_own(linked, _check_ins), *_lately(_check_ins), c.worst_pain.is_not(None))
        .group_by(c.performed_on)
    )


def _answered(linked: Any) -> Select[Any]:
    """Return the answers to pain questions, which are pain scores of their day."""
    c = _responses.c
    asked = select(c.performed_on, c.instrument, func.max(c.score)).where(
        *_own(linked, _responses), *_lately(_responses)
    )
    return asked.where(c.instrument.in_(MOMENT_OF), c.score.is_not(None)).group_by(c.performed_on, c.instrument)


def _lately(table: Table) -> tuple[ColumnElement[bool], ...]:
    return table.c.performed_on >= bindparam("pain_since"), table.c.performed_at <= _KNOWN_UNTIL


def _newest_day(linked: Any, table: Table) -> Any:
    c = table.c
    asked = select(c.performed_on).where(*_own(linked, table), c.performed_at <= _KNOWN_UNTIL)
    return asked.order_by(c.performed_on.desc()).limit(1).correlate(linked).scalar_subquery()


def _waiting(linked: Any) -> Select[Any]:
    c = _proposals.c
    return select(c.proposed_on, c.from_stage, c.to_stage).where(*_own(linked, _proposals), c.status == "waiting")


def _open_programmes(linked: Any) -> Select[Any]:
    c = _programmes.c
    return select(c.status, c.stage, c.made_at).where(*_own(linked, _programmes), c.status != "ended")


def _policies_of(made: JsonRows, linked: Any) -> Select[Any]:
    c = _policies.c
    told = (made.member(c.policy, name) for name in ("trend_tolerance", "trend_min_points"))
    return select(c.starts_on, c.seq, *told).where(c.patient_id == linked.c.patient_id)


def _next_reviews(linked: Any) -> Select[Any]:
    """Return the newest review that this therapist signed."""
    c = _reviews.c
    mine = c.signed_by == bindparam("therapist", type_=Id())
    chosen = select(c.seq, c.next_on).where(*_own(linked, _reviews), mine)
    return chosen.order_by(c.seq.desc()).limit(1)


def _unread(made: JsonRows, linked: Any) -> Select[Any]:
    """Return how many messages of the patient's this therapist has not read, and when the oldest came."""
    c, mark = _messages.c, _marks.c
    up_to = select(mark.up_to_seq).where(
        mark.patient_id == linked.c.patient_id, mark.id == bindparam("therapist", type_=Id())
    )
    read = func.coalesce(up_to.correlate(linked).scalar_subquery(), 0)
    told = made.row(func.count(), func.min(c.received_at))
    return select(told).where(*_own(linked, _messages), c.therapist_id.is_(None), c.seq > read)
