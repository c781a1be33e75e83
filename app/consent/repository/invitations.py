"""The queries on invitations; a code is looked for by its hash alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.consent.domain import Scope
from app.consent.domain.invitations import Invitation, InvitationKind
from app.consent.models import InvitationRow
from app.kernel.permissions import Role

_NAMES = tuple(Invitation.__dataclass_fields__)
_COLUMNS = [getattr(InvitationRow, name) for name in _NAMES]


def insert_invitation(db: Session, invitation: Invitation, code_hash: bytes) -> None:
    """Store a new invitation with the hash of its code."""
    row = {**{name: getattr(invitation, name) for name in _NAMES}, "scopes": sorted(invitation.scopes)}
    db.execute(insert(InvitationRow), {**row, "code_hash": code_hash})


def count_waiting(db: Session, inviter_id: UUID, at: datetime) -> int:
    """Return how many invitations of a person are neither used up, nor withdrawn, nor too old."""
    waits = InvitationRow.confirmed_at.is_(None), InvitationRow.withdrawn_at.is_(None), InvitationRow.expires_at > at
    statement = select(func.count()).where(InvitationRow.inviter_id == inviter_id, *waits)
    found: int = db.execute(statement).scalar_one()
    return found


def lock_by_code(db: Session, code_hash: bytes) -> Invitation | None:
    """Return the invitation of a code and hold it until the transaction ends."""
    return _one(db, InvitationRow.code_hash == code_hash)


def lock_invitation(db: Session, invitation_id: UUID, account_id: UUID) -> Invitation | None:
    """Return an invitation that this person made or accepted, and hold it until the transaction ends."""
    return _one(db, InvitationRow.id == invitation_id, _is_party(account_id))


def find_invitations(db: Session, account_id: UUID, before: UUID | None, limit: int) -> list[Invitation]:
    """Return the invitations that somebody made or accepted, the latest first."""
    statement = select(*_COLUMNS).where(_is_party(account_id))
    if before is not None:
        statement = statement.where(InvitationRow.id < before)
    rows = db.execute(statement.order_by(InvitationRow.id.desc()).limit(limit)).mappings()
    return [_invitation(row) for row in rows]


def accept(db: Session, invitation_id: UUID, account_id: UUID, at: datetime) -> bool:
    """Note who accepted; False when somebody was faster."""
    statement = (
        update(InvitationRow)
        .where(InvitationRow.id == invitation_id, InvitationRow.accepted_by.is_(None))
        .values(accepted_by=account_id, accepted_at=at)
        .returning(InvitationRow.id)
    )
    return db.execute(statement).one_or_none() is not None


def update_invitation(db: Session, invitation_id: UUID, **changes: Any) -> None:
    """Change an invitation that is held."""
    db.execute(update(InvitationRow).where(InvitationRow.id == invitation_id).values(**changes))


def _one(db: Session, *conditions: ColumnElement[bool]) -> Invitation | None:
    row = db.execute(select(*_COLUMNS).where(*conditions).with_for_update()).mappings().one_or_none()
    return _invitation(row) if row else None


def _is_party(account_id: UUID) -> ColumnElement[bool]:
    return or_(InvitationRow.inviter_id == account_id, InvitationRow.accepted_by == account_id)


def _invitation(row: Any) -> Invitation:
    told = {**row, "kind": InvitationKind(row["kind"]), "inviter_role": Role(row["inviter_role"])}
    return Invitation(**{**told, "scopes": frozenset(Scope(scope) for scope in row["scopes"])})
