"""The table of stage proposals, which wait for a therapist."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.synced import Collection, Synced
from app.db.types import Json

PROPOSAL_FIELDS: tuple[str, ...] = (
    "programme_id",
    "from_stage",
    "to_stage",
    "proposed_at",
    "proposed_on",
    "criteria",
    "status",
    "decided_at",
    "decided_by",
    "note",
)


class StageProposalRow(Synced, Base):
    """A proposed step up, with the criteria as they were when it was proposed."""

    __tablename__ = "stage_proposals"

    programme_id: Mapped[UUID]
    from_stage: Mapped[str] = mapped_column(Text)
    to_stage: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    proposed_on: Mapped[date] = mapped_column(Date)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    status: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Text)


def _wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in PROPOSAL_FIELDS}


STAGE_PROPOSALS = Collection("stage_proposals", StageProposalRow, _wire)
