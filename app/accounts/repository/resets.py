"""The queries on tokens that set a new password."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.models import PasswordResetRow


def replace_reset(db: Session, token_hash: bytes, account_id: UUID, at: datetime, expires_at: datetime) -> None:
    """Store the hash of a token in place of the account's other ones; what has ended is forgotten."""
    gone = or_(PasswordResetRow.expires_at <= at, PasswordResetRow.account_id == account_id)
    db.execute(delete(PasswordResetRow).where(gone))
    row = {"hash": token_hash, "account_id": account_id, "made_at": at, "expires_at": expires_at, "used_at": None}
    db.execute(insert(PasswordResetRow), row)


def find_reset(db: Session, token_hash: bytes, at: datetime) -> UUID | None:
    """Return the account whose password a token sets, if it is good at that instant."""
    statement = select(PasswordResetRow.account_id).where(*_good(token_hash, at))
    return db.execute(statement).scalar_one_or_none()


def use_reset(db: Session, token_hash: bytes, at: datetime) -> UUID | None:
    """Use a token up, and with it every other one of its account; return the account, None where it is not good."""
    used = update(PasswordResetRow).where(*_good(token_hash, at)).values(used_at=at)
    account_id: UUID | None = db.execute(used.returning(PasswordResetRow.account_id)).scalar_one_or_none()
    others = PasswordResetRow.account_id == account_id, PasswordResetRow.used_at.is_(None)
    db.execute(update(PasswordResetRow).where(*others).values(used_at=at))
    return account_id


def void_resets(db: Session, account_id: UUID) -> None:
    """Forget every token of an account: none of them sets a password any more."""
    db.execute(delete(PasswordResetRow).where(PasswordResetRow.account_id == account_id))


def _good(token_hash: bytes, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        PasswordResetRow.hash == token_hash,
        PasswordResetRow.used_at.is_(None),
        PasswordResetRow.expires_at > at,
    )
