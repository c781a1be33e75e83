"""The tables of care links (a collection that the patient's phone reads), invitations, clinics and the access log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    event,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.consent.domain.clinics import ClinicRole
from app.consent.domain.invitations import InvitationKind
from app.db.append_only import keep_append_only
from app.db.base import PARTITIONED, Base, table_of
from app.db.synced import Collection, Synced, synced_constraints
from app.db.types import Json

FIELDS = (
    "therapist_id",
    "scopes",
    "purpose",
    "consent_text_version",
    "granted_at",
    "expires_at",
    "revoked_at",
    "clinic_id",
    "ended_because",
    "asked_because",
)
CLINIC_ROLES = ", ".join(f"'{role}'" for role in ClinicRole)
KINDS = ", ".join(f"'{kind}'" for kind in InvitationKind)


class CareLinkRow(Synced, Base):
    """A patient's permission for one therapist."""

    __tablename__ = "care_links"

    therapist_id: Mapped[UUID]
    scopes: Mapped[list[str]] = mapped_column(Json)
    purpose: Mapped[str] = mapped_column(Text)
    consent_text_version: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    clinic_id: Mapped[UUID | None]
    ended_because: Mapped[str | None] = mapped_column(Text)
    asked_because: Mapped[str | None] = mapped_column(Text)

    @declared_attr.directive
    def __table_args__(self) -> tuple[Any, ...]:
        return (*synced_constraints(), Index(None, "therapist_id", "patient_id"), PARTITIONED)


def _wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in FIELDS}


CARE_LINKS = Collection("care_links", CareLinkRow, _wire)


class ClinicRow(Base):
    """A practice or clinic."""

    __tablename__ = "clinics"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    founded_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


_IS_OPEN = text("ended_at IS NULL")


class MembershipRow(Base):
    """One therapist's part in a clinic; at most one is open at a time."""

    __tablename__ = "clinic_memberships"
    __table_args__ = (
        CheckConstraint(f"clinic_role IN ({CLINIC_ROLES})", name="clinic_role_known"),
        Index(
            "uq_clinic_memberships_open",
            "account_id",
            "clinic_id",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index(None, "clinic_id", "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    clinic_role: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class InvitationRow(Base):
    """An invitation, with the SHA-256 of its code."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind_known"),
        Index(None, "inviter_id"),
        Index(None, "accepted_by"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    kind: Mapped[str] = mapped_column(Text)
    inviter_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    inviter_role: Mapped[str] = mapped_column(Text)
    clinic_id: Mapped[UUID | None] = mapped_column(ForeignKey("clinics.id"))
    scopes: Mapped[list[str]] = mapped_column(Json)
    purpose: Mapped[str | None] = mapped_column(Text)
    link_expires_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    accepted_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class AccessRow(Base):
    """Somebody used a permission on what is a patient's: ids only; rows are added, never changed."""

    __tablename__ = "access_log"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "id"), Index(None, "reader_id", "patient_id"), PARTITIONED)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    id: Mapped[UUID]
    at: Mapped[datetime]
    reader_id: Mapped[UUID]
    device_id: Mapped[UUID]
    permission: Mapped[str] = mapped_column(Text)
    operation: Mapped[str] = mapped_column(Text)


class PurgeRow(Base):
    """The hash of a patient who was erased and a therapist who once read them: see repository/purges."""

    __tablename__ = "purges"

    mark: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


event.listen(table_of(AccessRow), "after_create", keep_append_only)
