"""A new password for whoever lost theirs: a token by mail, good once and for half an hour.

It does not log in, keeps the second factor, and ends every session (SECURITY 4.2).
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import repository
from app.accounts.domain import RESET_GOOD_FOR, Account, NoSuchReset
from app.accounts.password_policy import check_new_password, own_words_of
from app.accounts.passwords import hash_password
from app.accounts.repository import resets
from app.accounts.service.letters import Letter, Mailer

_TOKEN_BYTES = 32
"""256 bits."""


def ask_for_reset(db: Session, email: str, mailer: Mailer, at: datetime) -> None:
    """Write a token to the owner of an address; for an address nobody has, do the same work and write to nobody."""
    found = repository.find_credentials(db, email)
    token = _make_token(db, found[0].id if found else None, at)
    if found:
        mailer.write(db, found[0], Letter.PASSWORD_RESET, token)


def make_reset(db: Session, email: str, at: datetime) -> str | None:
    """Return a token for the operator to hand over, None where nobody has the address."""
    found = repository.find_credentials(db, email)
    return _make_token(db, found[0].id, at) if found else None


def whose_reset(db: Session, token: str, at: datetime) -> Account:
    """Return whose password a token sets; raise NoSuchReset."""
    account_id = resets.find_reset(db, _hash(token), at)
    account = repository.find_account(db, account_id) if account_id else None
    if account is None:
        raise NoSuchReset
    return account


def prepare_password(account: Account, password: str, *, second_factor: bool) -> str:
    """Return the hash of a new password; raise PasswordRefused. Done before the write lock is taken."""
    check_new_password(password, own_words_of(account), second_factor=second_factor)
    return hash_password(password)


def complete_reset(db: Session, token: str, account: Account, password_hash: str, mailer: Mailer, at: datetime) -> None:
    """Set the new password, end every session and tell the owner; raise NoSuchReset, also for the second of a race."""
    if resets.use_reset(db, _hash(token), at) != account.id:
        raise NoSuchReset
    repository.update_password(db, account.id, password_hash)
    repository.revoke_devices(db, account.id, "password_reset", at)
    mailer.write(db, account, Letter.PASSWORD_CHANGED)


def _make_token(db: Session, account_id: UUID | None, at: datetime) -> str:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    resets.insert_reset(db, _hash(token), account_id, at, at + RESET_GOOD_FOR)
    return token


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
