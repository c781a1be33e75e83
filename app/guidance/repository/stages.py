"""The queries on stage proposals; each takes the patient first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.synced import Write, store
from app.guidance.models.stages import PROPOSAL_FIELDS, STAGE_PROPOSALS, StageProposalRow
from app.guidance.values import StageProposal

_proposals = table_of(StageProposalRow)
_OF = (
    select(_proposals.c.id, *(_proposals.c[name] for name in PROPOSAL_FIELDS))
    .where(_proposals.c.patient_id == bindparam("patient"))
    .order_by(_proposals.c.proposed_at, _proposals.c.id)
)


def list_proposals(db: Session, patient_id: UUID) -> list[StageProposal]:
    """Return all stage proposals of a patient, decided ones as well, oldest first."""
    return [StageProposal(**row) for row in db.connection().execute(_OF, {"patient": patient_id}).mappings()]


def store_proposal(
    db: Session, patient_id: UUID, proposal: StageProposal, at: datetime, device_id: UUID | None = None
) -> None:
    """Write a proposal as the newest version of its row."""
    write = Write(proposal.id, {name: getattr(proposal, name) for name in PROPOSAL_FIELDS})
    store(db, STAGE_PROPOSALS, patient_id, [write], device_id=device_id, at=at)
