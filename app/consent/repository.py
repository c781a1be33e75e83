"""The queries on care links; `find_grant` is the one question that decides what a therapist sees."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, select
from sqlalchemy.orm import Session

from app.consent.domain import CareLink, Grant, Scope
from app.consent.models import CARE_LINKS, FIELDS, CareLinkRow
from app.db.synced import Write, store


def is_active(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a care link is in force."""
    return and_(CareLinkRow.deleted_at.is_(None), CareLinkRow.revoked_at.is_(None), CareLinkRow.expires_at > at)


def find_grant(db: Session, patient_id: UUID, therapist_id: UUID, at: datetime) -> Grant | None:
    """Return what a therapist holds for a patient just now; None without an active link.

    Scopes and version come from one statement: read one after the other, a change in between could give old
    scopes the new version, and a device that keeps only a number would never hear of it.
    """
    between = _between(patient_id, therapist_id)
    expired = func.count().filter(CareLinkRow.expires_at <= at)
    version = select(func.max(CareLinkRow.seq) + expired).where(between).scalar_subquery()
    found = db.execute(select(CareLinkRow.scopes, version).where(between, is_active(at))).all()
    if not found:
        return None
    return Grant(frozenset(Scope(scope) for scopes, _ in found for scope in scopes), found[0][1])


def was_ever_linked(db: Session, patient_id: UUID, therapist_id: UUID) -> bool:
    """Has the patient ever let this therapist in?"""
    statement = select(CareLinkRow.id).where(_between(patient_id, therapist_id)).limit(1)
    return db.execute(statement).first() is not None


def _between(patient_id: UUID, therapist_id: UUID) -> ColumnElement[bool]:
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


def store_link(db: Session, patient_id: UUID, link: CareLink, device_id: UUID, at: datetime) -> None:
    """Store a new or changed care link in the patient's stream."""
    columns = {**{name: getattr(link, name) for name in FIELDS}, "scopes": sorted(link.scopes)}
    store(db, CARE_LINKS, patient_id, [Write(link.id, columns)], device_id=device_id, at=at)


def find_links(db: Session, patient_id: UUID, link_id: UUID | None = None) -> list[CareLink]:
    """Return a patient's care links, newest first; or the one with this id."""
    columns = [getattr(CareLinkRow, name) for name in FIELDS]
    statement = select(CareLinkRow.id, *columns).where(CareLinkRow.patient_id == patient_id)
    if link_id is not None:
        statement = statement.where(CareLinkRow.id == link_id)
    rows = db.execute(statement.order_by(CareLinkRow.granted_at.desc(), CareLinkRow.id)).mappings()
    return [_link(row) for row in rows]


def _link(row: RowMapping) -> CareLink:
    scopes = frozenset(Scope(scope) for scope in row["scopes"])
    return CareLink(id=row["id"], **{**{name: row[name] for name in FIELDS}, "scopes": scopes})
