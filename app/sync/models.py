"""The table of operations that made no version: refused, in conflict, or without effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import PARTITIONED, Base
from app.db.types import Json


class ParkedRow(Base):
    """An operation, whole, with what was wrong; nothing a person entered is lost.

    `op` is its JSON as text: it may hold what jsonb cannot (NUL, null alone). `ver` is the version it met, of
    a refused one the version it began from.
    """

    __tablename__ = "sync_parked"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "id"), PARTITIONED)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    id: Mapped[UUID]
    status: Mapped[str] = mapped_column(Text)
    collection: Mapped[str | None] = mapped_column(Text)
    record_id: Mapped[UUID | None]
    ver: Mapped[UUID | None]
    op: Mapped[Any] = mapped_column(Json)
    op_hash: Mapped[str] = mapped_column(Text)
    fields: Mapped[list[str]] = mapped_column(Json)
    problem: Mapped[dict[str, Any] | None] = mapped_column(Json)
    device_id: Mapped[UUID | None]
    parked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_as: Mapped[str | None] = mapped_column(Text)
