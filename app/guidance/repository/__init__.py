"""The queries on advice, pauses, policies and overrides; each takes the patient first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, literal, select, true
from sqlalchemy.orm import Session

from app.db.asking import Question
from app.db.base import table_of
from app.db.synced import Collection, SyncChange, Write, store
from app.db.types import Id
from app.guidance.models import (
    ADVICE,
    ADVICE_FIELDS,
    OVERRIDE_FIELDS,
    OVERRIDES,
    PAUSE_FIELDS,
    PAUSES,
    POLICIES,
    POLICY_FIELDS,
    AdviceRow,
    OverrideRow,
    PauseRow,
    PolicyRow,
)
from app.guidance.recall import LedgerVersion
from app.guidance.values import GivenAdvice, GivenDecision, Override, Pause, PolicyRevision
from app.logbook.kept import Place

_advice, _pauses = table_of(AdviceRow), table_of(PauseRow)
_policies, _overrides = table_of(PolicyRow), table_of(OverrideRow)
_successor = _advice.alias("successor")
_WITH_SUCCESSOR = (
    select(
        _advice.c.id,
        _advice.c.seq,
        *(_advice.c[name] for name in ADVICE_FIELDS),
        _successor.c.given_at.label("superseded_at"),
        _successor.c.id.label("superseded_by"),
    )
    .outerjoin(
        _successor, and_(_successor.c.patient_id == _advice.c.patient_id, _successor.c.supersedes == _advice.c.id)
    )
    .where(_advice.c.patient_id == bindparam("patient", type_=Id()))
)
_ADVICE_OF_ID = Question(_WITH_SUCCESSOR.where(_advice.c.id == bindparam("advice", type_=Id())))
_ADVICE_BEFORE = Question(
    _WITH_SUCCESSOR.where(_advice.c.seq < bindparam("before")).order_by(_advice.c.seq.desc()).limit(bindparam("limit"))
)
_ALL = 2**31 - 1
"""More than a stream can hold."""
_NEWEST = (
    select(_advice.c.id, _advice.c.inputs_hash, _advice.c.valid_until)
    .where(_advice.c.patient_id == bindparam("patient"))
    .order_by(_advice.c.seq.desc())
    .limit(1)
    .subquery("newest")
)
_BEFORE = Question(
    select(
        exists().where(_policies.c.patient_id == bindparam("patient")).label("has_policies"),
        exists().where(_pauses.c.patient_id == bindparam("patient")).label("has_pauses"),
        exists().where(_overrides.c.patient_id == bindparam("patient")).label("has_overrides"),
        *_NEWEST.c,
    ).select_from(select(literal(1)).subquery("once").outerjoin(_NEWEST, true()))
)
_PAUSES_OF = Question(
    select(_pauses.c.id, *(_pauses.c[name] for name in PAUSE_FIELDS))
    .where(_pauses.c.patient_id == bindparam("patient"))
    .order_by(_pauses.c.opened_at, _pauses.c.id)
)
_POLICIES_OF = Question(
    select(_policies.c.id, _policies.c.seq, *(_policies.c[name] for name in POLICY_FIELDS))
    .where(_policies.c.patient_id == bindparam("patient"))
    .order_by(_policies.c.seq)
)
_OVERRIDES_OF = Question(
    select(_overrides.c.id, *(_overrides.c[name] for name in OVERRIDE_FIELDS))
    .where(_overrides.c.patient_id == bindparam("patient"))
    .order_by(_overrides.c.set_at, _overrides.c.id)
)
_DECISIONS = Question(
    select(_advice.c.as_of, _advice.c.id, _advice.c.decision, _advice.c.rule)
    .where(
        _advice.c.patient_id == bindparam("patient"),
        _advice.c.as_of >= bindparam("since"),
        _advice.c.as_of <= bindparam("until"),
    )
    .order_by(_advice.c.seq)
)


@dataclass(frozen=True, slots=True)
class NewestAdvice:
    """What is asked of the newest advice before another is given."""

    id: UUID
    inputs_hash: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before an advice is given: the newest one, and whether a policy, a pause or an override ever was."""

    has_policies: bool
    has_pauses: bool
    has_overrides: bool
    newest: NewestAdvice | None


def what_was_before(db: Session, patient_id: UUID) -> Before:
    """Return what stands before an advice is given, in one statement: most patients never had anything but advice."""
    (row,) = _BEFORE.all(db, {"patient": patient_id})
    has_policies, has_pauses, has_overrides, *newest = row
    return Before(has_policies, has_pauses, has_overrides, NewestAdvice(*newest) if newest[0] is not None else None)


def find_advice(db: Session, patient_id: UUID, advice_id: UUID) -> GivenAdvice | None:
    """Return one advice, superseded or not."""
    found = _ADVICE_OF_ID.named(db, {"patient": patient_id, "advice": advice_id})
    return next((GivenAdvice(**row) for row in found), None)


def list_advice(db: Session, patient_id: UUID, before: int | None, limit: int | None) -> list[GivenAdvice]:
    """Return advice as it was given, newest first, numbered below `before`; None as a limit is all there is."""
    asked = {"patient": patient_id, "before": _ALL if before is None else before, "limit": limit or _ALL}
    return [GivenAdvice(**row) for row in _ADVICE_BEFORE.named(db, asked)]


def decisions_between(db: Session, patient_id: UUID, since: date, until: date) -> dict[date, GivenDecision]:
    """Return what the last advice of each day said, of the days that have one."""
    asked = {"patient": patient_id, "since": since, "until": until}
    return {on: GivenDecision(*told) for on, *told in _DECISIONS.all(db, asked)}


def read_ledger(db: Session, patient_id: UUID, collections: Sequence[str]) -> list[LedgerVersion]:
    """Return every version of the records of some collections, in the order they were stored."""
    c = table_of(SyncChange).c
    asked = select(c.collection, c.id, c.seq, c.data, c.at).where(
        c.patient_id == patient_id, c.collection.in_(collections)
    )
    return [LedgerVersion(*row) for row in db.execute(asked.order_by(c.seq))]


def advised_patients(db: Session) -> list[UUID]:
    """Return everybody who was ever given an advice."""
    return list(db.execute(select(AdviceRow.patient_id).distinct().order_by(AdviceRow.patient_id)).scalars())


def list_pauses(db: Session, patient_id: UUID) -> list[Pause]:
    """Return all pauses of a patient, closed ones as well, oldest first."""
    return [Pause(**row) for row in _PAUSES_OF.named(db, {"patient": patient_id})]


def store_advice(db: Session, patient_id: UUID, advice: GivenAdvice, at: datetime) -> Place:
    """Store an advice, which is never written again; return its place in the stream."""
    (row,) = _store(db, patient_id, ADVICE, ADVICE_FIELDS, [advice], at, None)
    return Place(row["seq"], row["ver"])


def store_pauses(
    db: Session, patient_id: UUID, pauses: Sequence[Pause], at: datetime, device_id: UUID | None = None
) -> None:
    """Write pauses as the newest versions of their rows."""
    _store(db, patient_id, PAUSES, PAUSE_FIELDS, pauses, at, device_id)


def list_policies(db: Session, patient_id: UUID) -> list[PolicyRevision]:
    """Return all policies that were ever set, in the order they were."""
    return [PolicyRevision(**row) for row in _POLICIES_OF.named(db, {"patient": patient_id})]


def store_policy(db: Session, patient_id: UUID, revision: PolicyRevision, at: datetime, device_id: UUID) -> None:
    """Store a policy; it is never written again."""
    _store(db, patient_id, POLICIES, POLICY_FIELDS, [revision], at, device_id)


def list_overrides(db: Session, patient_id: UUID) -> list[Override]:
    """Return all overrides, ended and withdrawn ones as well, oldest first."""
    return [Override(**row) for row in _OVERRIDES_OF.named(db, {"patient": patient_id})]


def store_override(db: Session, patient_id: UUID, override: Override, at: datetime, device_id: UUID) -> None:
    """Write an override as the newest version of its row."""
    _store(db, patient_id, OVERRIDES, OVERRIDE_FIELDS, [override], at, device_id)


def _store(
    db: Session,
    patient_id: UUID,
    collection: Collection,
    names: tuple[str, ...],
    values: Sequence[Any],
    at: datetime,
    device_id: UUID | None,
) -> list[dict[str, Any]]:
    writes = [Write(value.id, {name: getattr(value, name) for name in names}) for value in values]
    return store(db, collection, patient_id, writes, device_id=device_id, at=at)
