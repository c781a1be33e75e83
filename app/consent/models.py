"""The table of care links, a collection that the patient's phone reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import PARTITIONED, Base
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
)


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

    @declared_attr.directive
    def __table_args__(self) -> tuple[Any, ...]:
        return (*synced_constraints(), Index(None, "therapist_id", "patient_id"), PARTITIONED)


def _wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in FIELDS}


CARE_LINKS = Collection("care_links", CareLinkRow, _wire)
