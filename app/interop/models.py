"""The tables of imports: what was sent, kept in pieces as it came, and what became of each thing in it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import PARTITIONED, Base


class ImportRow(Base):
    """One file that a patient sent: what it is, how far the work on it is, and whose work that is just now."""

    __tablename__ = "imports"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "id"),
        Index(None, "patient_id", "sha256"),
        Index(None, "next_try_at", "patient_id"),
        PARTITIONED,
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    id: Mapped[UUID]
    device_id: Mapped[UUID]
    filename: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int]
    zone: Mapped[str | None] = mapped_column(Text)
    treat_as_run: Mapped[bool] = mapped_column(Boolean)
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    refused_as: Mapped[str | None] = mapped_column(Text)
    items_done: Mapped[int]
    items_total: Mapped[int | None]
    bytes_read: Mapped[int]
    bytes_total: Mapped[int | None]
    tries: Mapped[int]
    next_try_at: Mapped[datetime | None]
    lease_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]


class ImportItemRow(Base):
    """What became of one thing in a file; `run_id` is the run that it was made into, or that was there already."""

    __tablename__ = "import_items"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "import_id", "number"), PARTITIONED)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    import_id: Mapped[UUID]
    number: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[UUID | None]
    zone_from: Mapped[str | None] = mapped_column(Text)


class ImportPieceRow(Base):
    """A piece of the file as it was sent, in order; all but the last are equally long."""

    __tablename__ = "import_pieces"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "import_id", "number"), PARTITIONED)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    import_id: Mapped[UUID]
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
