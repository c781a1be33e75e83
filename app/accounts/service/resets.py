"""A new password: for whoever lost theirs by a token by mail, good once and for half an hour; or by the old one.

The token does not log in, keeps the second factor, and ends every session (SECURITY 4.2).
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
from app.accounts.repository.second_factor import revoke_other_devices
from app.accounts.service.letters import Letter, Mailer

_TOKEN_BYTES = 32
"""256 bits."""


def ask_for_reset(db: Session, email: str, mailer: Mailer, at: datetime) -> None:
    """Order a letter to the owner of an address; for an address nobody has, the same letter to nobody.

    The token is made when the letter is sent: none waits anywhere, and its half hour begins then.
    """
    found = repository.find_credentials(db, email)
    mailer.write(db, found[0].id if found else None, Letter.PASSWORD_RESET, at)


def make_reset(db: Session, account_id: UUID, at: datetime) -> str:
    """Return a new token, to be handed to the account's owner and kept nowhere; the ones before it are void."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    resets.replace_reset(db, _hash(token), account_id, at, at + RESET_GOOD_FOR)
    return token


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
    mailer.write(db, account.id, Letter.PASSWORD_CHANGED, at)


def change_password(
    db: Session, account: Account, device_id: UUID, password_hash: str, mailer: Mailer, at: datetime
) -> None:
    """Set a new password for somebody who said the old one, end every other session, and tell the owner."""
    repository.update_password(db, account.id, password_hash)
    revoke_other_devices(db, account.id, device_id, at, "password_changed")
    resets.void_resets(db, account.id)
    mailer.write(db, account.id, Letter.PASSWORD_CHANGED, at)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
