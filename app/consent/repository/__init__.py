"""The queries on care links; `find_grant` is the one question that decides what a therapist sees."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.consent.domain import Asked, CareLink, Ended, Grant, Scope
from app.consent.models import CARE_LINKS, FIELDS, CareLinkRow, MembershipRow
from app.db.outbox import tell
from app.db.synced import Write, store
from app.db.types import Id, Instant
from app.kernel.notices import NoticeKind

_COLUMNS = (CareLinkRow.id, *(getattr(CareLinkRow, name) for name in FIELDS))


def is_active(at: Any) -> ColumnElement[bool]:
    """Return the condition that a care link is in force; whatever a therapist sees of a patient hangs on it.

    It was not ended, its time is not over, the therapist's account is enabled, and a link given to the member of a
    clinic was given in the membership that is still open: coming back brings no old link back.
    """
    return and_(
        CareLinkRow.deleted_at.is_(None),
        CareLinkRow.revoked_at.is_(None),
        CareLinkRow.expires_at > at,
        accounts.is_enabled(CareLinkRow.therapist_id),
        or_(CareLinkRow.clinic_id.is_(None), _given_in_open_membership()),
    )


def _given_in_open_membership() -> ColumnElement[bool]:
    return exists().where(
        MembershipRow.account_id == CareLinkRow.therapist_id,
        MembershipRow.clinic_id == CareLinkRow.clinic_id,
        MembershipRow.ended_at.is_(None),
        MembershipRow.started_at <= CareLinkRow.granted_at,
    )


def find_grant(db: Session, patient_id: UUID, therapist_id: UUID, at: datetime) -> Grant | None:
    """Return what a therapist holds for a patient just now; None without an active link.

    Scopes and version come from one statement: read one after the other, a change in between could give old
    scopes the new version, and a device that keeps only a number would never hear of it.
    """
    asked = {"patient": patient_id, "therapist": therapist_id, "at": at}
    found = db.connection().execute(_grant_statement(), asked).all()
    if not found:
        return None
    return Grant(frozenset(Scope(scope) for scopes, _ in found for scope in scopes), found[0][1])


@cache
def _grant_statement() -> Select[Any]:
    """Return the statement that every request of a therapist asks, built once."""
    at = bindparam("at", type_=Instant())
    between = _between(bindparam("patient", type_=Id()), bindparam("therapist", type_=Id()))
    expired = func.count().filter(CareLinkRow.expires_at <= at)
    version = select(func.max(CareLinkRow.seq) + expired).where(between).scalar_subquery()
    return select(CareLinkRow.scopes, version).where(between, is_active(at))


def was_ever_linked(db: Session, patient_id: UUID, therapist_id: UUID) -> bool:
    """Has the patient ever let this therapist in?"""
    statement = select(CareLinkRow.id).where(_between(patient_id, therapist_id)).limit(1)
    return db.execute(statement).first() is not None


def _between(patient_id: Any, therapist_id: Any) -> ColumnElement[bool]:
    return and_(CareLinkRow.patient_id == patient_id, CareLinkRow.therapist_id == therapist_id)


def linked_patients(db: Session, therapist_id: UUID, at: datetime) -> list[tuple[UUID, bool]]:
    """Return every patient with a link to the therapist, and whether one is in force."""
    statement = select(CareLinkRow.patient_id, is_active(at)).where(CareLinkRow.therapist_id == therapist_id)
    found: dict[UUID, bool] = {}
    for patient_id, active in db.execute(statement):
        found[patient_id] = found.get(patient_id, False) or bool(active)
    return sorted(found.items())


def has_active_link(db: Session, patient_id: UUID, at: datetime) -> bool:
    """Does any therapist hold an active link to this patient?"""
    statement = select(CareLinkRow.id).where(CareLinkRow.patient_id == patient_id, is_active(at)).limit(1)
    return db.execute(statement).first() is not None


def active_therapists(db: Session, patient_id: UUID, at: datetime) -> list[UUID]:
    """Return the therapists who hold an active link to a patient."""
    statement = select(CareLinkRow.therapist_id).where(CareLinkRow.patient_id == patient_id, is_active(at)).distinct()
    return list(db.execute(statement).scalars())


def active_circle(db: Session, patient_id: UUID, at: datetime) -> list[UUID]:
    """Return the therapists who hold an active link to a patient, and the clinics that they hold it in."""
    statement = select(CareLinkRow.therapist_id, CareLinkRow.clinic_id)
    rows = db.execute(statement.where(CareLinkRow.patient_id == patient_id, is_active(at))).all()
    return [found for row in rows for found in row if found is not None]


def count_active(db: Session, patient_id: UUID, at: datetime) -> int:
    """Return how many of a patient's links are in force."""
    statement = select(func.count()).where(CareLinkRow.patient_id == patient_id, is_active(at))
    found: int = db.execute(statement).scalar_one()
    return found


def find_open_links_of(db: Session, therapist_id: UUID, at: datetime) -> list[tuple[UUID, UUID]]:
    """Return patient and id of a therapist's links that were neither ended nor outlived, in the patients' order."""
    open_ones = and_(CareLinkRow.deleted_at.is_(None), CareLinkRow.revoked_at.is_(None), CareLinkRow.expires_at > at)
    statement = select(CareLinkRow.patient_id, CareLinkRow.id).where(
        CareLinkRow.therapist_id == therapist_id, open_ones
    )
    rows = db.execute(statement.order_by(CareLinkRow.patient_id, CareLinkRow.id))
    return [(row.patient_id, row.id) for row in rows]


def store_link(db: Session, patient_id: UUID, link: CareLink, device_id: UUID | None, at: datetime) -> None:
    """Store a new or changed care link in the patient's stream, and have the patient told in the same transaction.

    Told is each grant, each new end and each end before its time, whoever brought it about (SECURITY T25).
    """
    columns = {**{name: getattr(link, name) for name in FIELDS}, "scopes": sorted(link.scopes)}
    (row,) = store(db, CARE_LINKS, patient_id, [Write(link.id, columns)], device_id=device_id, at=at)
    tell(db, patient_id, NoticeKind.CARE_CHANGED, str(row["ver"]), at)


def find_links(db: Session, patient_id: UUID, link_id: UUID | None = None) -> list[CareLink]:
    """Return a patient's care links, newest first; or the one with this id."""
    statement = select(*_COLUMNS).where(CareLinkRow.patient_id == patient_id)
    if link_id is not None:
        statement = statement.where(CareLinkRow.id == link_id)
    rows = db.execute(statement.order_by(CareLinkRow.granted_at.desc(), CareLinkRow.id)).mappings()
    return [_link(row) for row in rows]


def _link(row: RowMapping) -> CareLink:
    told = {name: row[name] for name in FIELDS}
    ended, asked = told["ended_because"], told["asked_because"]
    told["scopes"] = frozenset(Scope(scope) for scope in told["scopes"])
    told["ended_because"] = None if ended is None else Ended(ended)
    told["asked_because"] = None if asked is None else Asked(asked)
    return CareLink(id=row["id"], **told)
