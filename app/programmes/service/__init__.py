"""Prescribe, revise, and read what was prescribed; revisions are added and never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.consent import service as consent
from app.db.synced import lock_stream
from app.kernel.clock import day_in_zone
from app.kernel.errors import FieldFault, NotVisible
from app.kernel.ids import new_id
from app.kernel.sides import Side
from app.library import service as library
from app.library.domain.words import ReviewStatus
from app.programmes import repository
from app.programmes.domain.plan import Plan, dated
from app.programmes.domain.programme import (
    MOST_PROGRAMMES,
    MOST_REVISIONS,
    Author,
    Programme,
    ProgrammeHistory,
    ProgrammeRevision,
)
from app.programmes.domain.protocol import plan_of
from app.programmes.domain.wholeness import BrokenPlan, check_plan
from app.programmes.domain.words import AuthorRole, Stage, Status
from app.programmes.models import PRESCRIBED_EXERCISES, PROGRAMMES
from app.programmes.refusals import (
    ProgrammeEnded,
    ProgrammeIdInUse,
    ProgrammeOpen,
    SelfGuidedStart,
    TherapistPrescribes,
    TooManyProgrammes,
    UnknownProtocol,
    UnknownReplaced,
)

COLLECTIONS = (PROGRAMMES, PRESCRIBED_EXERCISES)
"""What devices read of programmes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be prescribed: a protocol for some sides, or a plan of its own."""

    id: UUID
    protocol: str | None
    plan: Plan | None
    sides: tuple[Side, ...]
    stage: Stage
    reason: str
    replaces: UUID | None
    target_week_distance_m: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a revision changes; None leaves it as it was. `cause` is the engine's."""

    reason: str
    plan: Plan | None = None
    stage: Stage | None = None
    status: Status | None = None
    cause: str | None = None


def prescribe(db: Session, patient_id: UUID, order: Order, author: Author, at: datetime) -> tuple[Programme, bool]:
    """Start a programme and return it with True; the same order sent again is returned with False.

    Raises TherapistPrescribes, SelfGuidedStart, UnknownProtocol, BrokenPlan, UnknownReplaced, ProgrammeOpen,
    ProgrammeIdInUse or TooManyProgrammes.
    """
    _check_prescriber(db, patient_id, order, author, at)
    lock_stream(db, patient_id)
    plan = _ordered_plan(db, order, author)
    found = repository.find_programme(db, patient_id, order.id)
    if found is not None:
        return _same_again(db, found, order, plan), False
    check_plan(plan, _prescribable(db, plan))
    _check_ids(db, patient_id, order.id, plan)
    today = _today(db, patient_id, at)
    _end_replaced(db, patient_id, order, author, at, today)
    first = ProgrammeRevision(
        number=1,
        made_at=at,
        effective_on=today,
        made_by=author.id,
        made_by_role=author.role,
        reason=order.reason,
        cause=None,
        stage=order.stage,
        stage_since_on=today,
        status=Status.ACTIVE,
        plan=dated(plan, None, today),
    )
    programme = Programme(
        id=order.id, patient_id=patient_id, protocol=order.protocol, started_on=today, seq=0, ver=new_id(), newest=first
    )
    return repository.append_revision(db, programme, None, author), True


def revise(
    db: Session,
    patient_id: UUID,
    programme_id: UUID,
    change: Change,
    author: Author,
    at: datetime,
    check: Callable[[str], None],
) -> Programme:
    """Add a revision; `check` is called with the newest version under the lock and may raise.

    Raises NotVisible, ProgrammeEnded, BrokenPlan, TooManyProgrammes, or Denied for a patient.
    """
    if author.role is AuthorRole.PATIENT:
        raise TherapistPrescribes
    lock_stream(db, patient_id)
    found = read_programme(db, patient_id, programme_id)
    check(str(found.ver))
    if not found.is_open:
        raise ProgrammeEnded
    if change.plan is not None:
        check_plan(change.plan, _prescribable(db, change.plan))
        _check_ids(db, patient_id, programme_id, change.plan)
    return _append(db, found, change, author, at, _today(db, patient_id, at))


def read_programme(db: Session, patient_id: UUID, programme_id: UUID) -> Programme:
    """Return one programme; raise NotVisible."""
    found = repository.find_programme(db, patient_id, programme_id)
    if found is None:
        raise NotVisible
    return found


def list_programmes(db: Session, patient_id: UUID) -> list[Programme]:
    """Return a patient's programmes, ended ones as well, newest first."""
    return repository.list_programmes(db, patient_id)


def open_programme(db: Session, patient_id: UUID) -> Programme | None:
    """Return the programme that has not ended, if there is one."""
    return repository.find_open(db, patient_id)


def revisions_of(db: Session, patient_id: UUID, programme_id: UUID) -> tuple[ProgrammeRevision, ...]:
    """Return all revisions of a programme, the first one first; raise NotVisible."""
    found = repository.list_revisions(db, patient_id, programme_id)
    if not found:
        raise NotVisible
    return found


def history_from(db: Session, patient_id: UUID, first: date) -> list[ProgrammeHistory]:
    """Return each programme's revisions that stood on a day or were made later, in one statement."""
    listed: dict[UUID, tuple[date, list[ProgrammeRevision]]] = {}
    for programme_id, started_on, revision in repository.list_in_force(db, patient_id, first):
        listed.setdefault(programme_id, (started_on, []))[1].append(revision)
    return [ProgrammeHistory(key, started_on, tuple(made)) for key, (started_on, made) in listed.items()]


def read_revision(db: Session, patient_id: UUID, programme_id: UUID, number: int) -> ProgrammeRevision:
    """Return one revision as it was made; raise NotVisible."""
    found = repository.find_revision(db, patient_id, programme_id, number)
    if found is None:
        raise NotVisible
    return found


def is_caused(db: Session, patient_id: UUID, programme_id: UUID, cause: str) -> bool:
    """Has the engine acted on this cause before?"""
    return repository.is_caused(db, patient_id, programme_id, cause)


def _check_prescriber(db: Session, patient_id: UUID, order: Order, author: Author, at: datetime) -> None:
    if author.role is not AuthorRole.PATIENT:
        return
    if consent.has_therapist(db, patient_id, at):
        raise TherapistPrescribes
    if order.plan is not None or order.stage is not Stage.RELIEVE:
        raise SelfGuidedStart


def _ordered_plan(db: Session, order: Order, author: Author) -> Plan:
    if order.plan is not None:
        return order.plan
    protocol = repository.find_protocol(db, order.protocol) if order.protocol is not None else None
    if protocol is None or protocol.retired_at is not None:
        raise UnknownProtocol(faults=[FieldFault("/protocol", "unknown")])
    if author.role is AuthorRole.PATIENT and protocol.review_status is not ReviewStatus.APPROVED:
        raise SelfGuidedStart
    return plan_of(protocol, order.id, order.sides, order.target_week_distance_m)


def _same_again(db: Session, found: Programme, order: Order, plan: Plan) -> Programme:
    first = read_revision(db, found.patient_id, found.id, 1)
    asked = (order.protocol, order.reason, order.stage, dated(plan, None, first.effective_on))
    if asked != (found.protocol, first.reason, first.stage, first.plan):
        raise ProgrammeIdInUse
    return found


def _prescribable(db: Session, plan: Plan) -> frozenset[str]:
    """Return which of the plan's exercises the library has and has not retired."""
    found = library.exercises_of(db, {exercise.exercise for exercise in plan.exercises})
    return frozenset(slug for slug, exercise in found.items() if exercise.retired_at is None)


def _check_ids(db: Session, patient_id: UUID, programme_id: UUID, plan: Plan) -> None:
    """Raise BrokenPlan for the id of an exercise that another programme has."""
    owners = repository.owners_of(db, patient_id, [exercise.id for exercise in plan.exercises])
    faults = [
        FieldFault(f"/plan/exercises/{place}/id", "in_use")
        for place, exercise in enumerate(plan.exercises)
        if owners.get(exercise.id, programme_id) != programme_id
    ]
    if faults:
        raise BrokenPlan(faults=faults)


def _end_replaced(db: Session, patient_id: UUID, order: Order, author: Author, at: datetime, today: date) -> None:
    """End the open programme that the order names; raise ProgrammeOpen where it names none."""
    before = repository.find_open(db, patient_id)
    if before is None and order.replaces is not None:
        raise UnknownReplaced(faults=[FieldFault("/replaces", "unknown")])
    if before is None:
        return
    if order.replaces is None:
        raise ProgrammeOpen(extra={"programme_id": str(before.id)})
    if order.replaces != before.id:
        raise UnknownReplaced(faults=[FieldFault("/replaces", "unknown")])
    if len(repository.list_programmes(db, patient_id)) >= MOST_PROGRAMMES:
        raise TooManyProgrammes
    _append(db, before, Change(reason=order.reason, status=Status.ENDED), author, at, today)


def _append(db: Session, found: Programme, change: Change, author: Author, at: datetime, today: date) -> Programme:
    before = found.newest
    if before.number >= MOST_REVISIONS and change.status is not Status.ENDED:
        raise TooManyProgrammes
    on = max(today, before.effective_on)
    stage = change.stage or before.stage
    newest = replace(
        before,
        number=before.number + 1,
        made_at=at,
        effective_on=on,
        made_by=author.id,
        made_by_role=author.role,
        reason=change.reason,
        cause=change.cause,
        stage=stage,
        stage_since_on=before.stage_since_on if stage is before.stage else on,
        status=change.status or before.status,
        plan=dated(change.plan or before.plan, before.plan, on),
    )
    return repository.append_revision(db, replace(found, newest=newest), before, author)


def _today(db: Session, patient_id: UUID, at: datetime) -> date:
    return day_in_zone(at, accounts.account_of(db, patient_id).zone)
