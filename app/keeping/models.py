"""The tables of erasure: who was erased, as a keyed hash, and whose erasure is under way in this transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, event
from sqlalchemy.orm import Mapped, mapped_column

from app.db.append_only import ERASING, allow_erasure
from app.db.base import Base


class ErasureRow(Base):
    """Somebody was erased; which of the people of a backup that was can be asked with the installation's secret."""

    __tablename__ = "erasures"

    pseudonym: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    erased_at: Mapped[datetime]


class ErasingRow(Base):
    """Whose lines of the access log may be deleted: there inside one transaction only, and seen by nobody else."""

    __tablename__ = ERASING

    account_id: Mapped[UUID] = mapped_column(primary_key=True)


event.listen(Base.metadata, "after_create", allow_erasure)
