"""The queries on care links; `active_scopes` is the one predicate that decides what a therapist sees."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, select
from sqlalchemy.orm import Session

from app.consent.domain import CareLink, Scope
from app.consent.models import CARE_LINKS, FIELDS, CareLinkRow
from app.db.synced import Write, store


def is_active(at: datetime) -> ColumnElement[bool]:
    """Return the condition that a care link is in force."""
    return and_(CareLinkRow.deleted_at.is_(None), CareLinkRow.revoked_at.is_(None), CareLinkRow.expires_at > at)


def active_scopes(db: Session, patient_id: UUID, therapist_id: UUID, at: datetime) -> frozenset[Scope] | None:
    """Return the scopes a therapist holds for a patient just now; None without an active link."""
    statement = select(CareLinkRow.scopes).where(
        CareLinkRow.patient_id == patient_id, CareLinkRow.therapist_id == therapist_id, is_active(at)
    )
    granted = db.execute(statement).scalars().all()
    return frozenset(Scope(scope) for scopes in granted for scope in scopes) if granted else None


def link_version(db: Session, patient_id: UUID, therapist_id: UUID) -> int:
    """Return the number of the newest change to any link between the two; 0 where there never was one."""
    statement = select(func.max(CareLinkRow.seq)).where(
        CareLinkRow.patient_id == patient_id, CareLinkRow.therapist_id == therapist_id
    )
    return db.execute(statement).scalar_one() or 0


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
