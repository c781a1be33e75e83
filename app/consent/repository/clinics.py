"""The queries on clinics and on who has a part in them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.consent.domain.clinics import Clinic, ClinicRole, Membership
from app.consent.models import ClinicRow, MembershipRow

_CLINIC = [getattr(ClinicRow, name) for name in Clinic.__dataclass_fields__]
_MEMBERSHIP = [getattr(MembershipRow, name) for name in Membership.__dataclass_fields__]
_OPEN = MembershipRow.ended_at.is_(None)


def insert_clinic(db: Session, clinic: Clinic) -> None:
    """Store a new clinic."""
    db.execute(insert(ClinicRow), {name: getattr(clinic, name) for name in Clinic.__dataclass_fields__})


def find_clinic(db: Session, clinic_id: UUID) -> Clinic | None:
    """Return the clinic with this id, a closed one as well."""
    row = db.execute(select(*_CLINIC).where(ClinicRow.id == clinic_id)).mappings().one_or_none()
    return Clinic(**row) if row else None


def find_clinics(db: Session, clinic_ids: Collection[UUID]) -> dict[UUID, Clinic]:
    """Return these clinics by id, closed ones as well."""
    rows = db.execute(select(*_CLINIC).where(ClinicRow.id.in_(clinic_ids))).mappings()
    return {row["id"]: Clinic(**row) for row in rows}


def lock_clinic(db: Session, clinic_id: UUID) -> None:
    """Hold a clinic's members as they are until the transaction ends."""
    db.execute(select(ClinicRow.id).where(ClinicRow.id == clinic_id).with_for_update()).one()


def close_clinic(db: Session, clinic_id: UUID, at: datetime) -> None:
    """Close a clinic that nobody is left in."""
    db.execute(update(ClinicRow).where(ClinicRow.id == clinic_id).values(closed_at=at))


def insert_membership(db: Session, membership: Membership) -> None:
    """Store that somebody joins a clinic."""
    db.execute(insert(MembershipRow), {name: getattr(membership, name) for name in Membership.__dataclass_fields__})


def find_membership(db: Session, clinic_id: UUID, account_id: UUID) -> Membership | None:
    """Return somebody's part in a clinic just now."""
    statement = select(*_MEMBERSHIP).where(
        MembershipRow.clinic_id == clinic_id, MembershipRow.account_id == account_id, _OPEN
    )
    row = db.execute(statement).mappings().one_or_none()
    return _membership(row) if row else None


def find_members(db: Session, clinic_id: UUID, after: UUID | None = None, limit: int | None = None) -> list[Membership]:
    """Return who has a part in a clinic just now, in the order of their accounts."""
    statement = select(*_MEMBERSHIP).where(MembershipRow.clinic_id == clinic_id, _OPEN)
    if after is not None:
        statement = statement.where(MembershipRow.account_id > after)
    return [
        _membership(row) for row in db.execute(statement.order_by(MembershipRow.account_id).limit(limit)).mappings()
    ]


def find_memberships_of(db: Session, account_id: UUID) -> list[Membership]:
    """Return the parts that somebody has in clinics just now."""
    statement = select(*_MEMBERSHIP).where(MembershipRow.account_id == account_id, _OPEN)
    return [_membership(row) for row in db.execute(statement.order_by(MembershipRow.started_at)).mappings()]


def update_membership(db: Session, membership_id: UUID, **changes: Any) -> None:
    """Change a membership."""
    db.execute(update(MembershipRow).where(MembershipRow.id == membership_id).values(**changes))


def _membership(row: Any) -> Membership:
    return Membership(**{**row, "clinic_role": ClinicRole(row["clinic_role"])})
