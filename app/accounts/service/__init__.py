"""Register, log in, refresh, log out, and who a device session stands for."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import repository
from app.accounts.domain import (
    FORMER_NAME,
    LIFETIMES,
    NOBODY_S_ADDRESS,
    Account,
    Device,
    Rotation,
    is_live,
    rotation,
)
from app.accounts.password_policy import check_new_password, own_words_of
from app.accounts.passwords import hash_password, is_outgrown, is_password
from app.accounts.repository import hold_account as hold_account
from app.accounts.repository import is_enabled as is_enabled
from app.accounts.service.letters import Letter, Mailer
from app.db.synced import open_stream
from app.kernel.errors import NotVisible, Unauthenticated
from app.kernel.ids import new_id
from app.kernel.permissions import Actor, Role

STILL_KNOWN = ("logout", "password_reset")
"""How a session may have been ended without its device being in wrong hands."""


class WrongCredentials(Unauthenticated):
    """The address or the password is wrong; which of them is not said."""

    code = "wrong_credentials"
    title = "The e-mail address or the password is wrong"


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, ended, or was used before; log in again and keep the unsynced queue.

    A session that this ended is told to whoever writes it down, and to nobody else.
    """

    code = "invalid_grant"
    title = "Log in again; what waits to be sent stays good"

    def __init__(self, ended: Device | None = None) -> None:
        super().__init__()
        self.ended = ended


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A live device session with the refresh token that was just made for it."""

    account: Account
    device: Device
    refresh_token: str


def register(db: Session, account: Account, password: str) -> Account:
    """Store a new account, and for a patient open the stream; raise EmailTaken."""
    repository.insert_account(db, account, hash_password(password))
    _open(db, account)
    return account


def apply(db: Session, account: Account, password: str, mailer: Mailer) -> tuple[Account, bool]:
    """Store a new account, or, where the address is in use, leave everything as it is and write to its owner.

    Returns whose address it is, and whether the account is new.

    Nobody else learns which of the two it was (SECURITY, T13): both cost one hash and one letter. Raises
    PasswordRefused for a password that is soon guessed.
    """
    check_new_password(password, own_words_of(account))
    if repository.insert_account_unless_taken(db, account, hash_password(password)):
        _open(db, account)
        mailer.write(db, account.id, Letter.WELCOME, account.created_at)
        return account, True
    found = repository.find_credentials(db, account.email)
    mailer.write(db, found[0].id if found else None, Letter.ALREADY_REGISTERED, account.created_at)
    return found[0] if found else account, False  # none: disabled, or erased since


def _open(db: Session, account: Account) -> None:
    if account.role is Role.PATIENT:
        open_stream(db, account.id, account.created_at)


def check_password(db: Session, email: str, password: str) -> Account:
    """Return the account of these credentials; raise WrongCredentials in the same time for every cause."""
    found = repository.find_credentials(db, email)
    if not is_password(password, found[1] if found else None) or found is None:
        raise WrongCredentials
    return found[0]


def known_device(db: Session, email: str, refresh_token: str) -> UUID | None:
    """Return the device that has held this refresh token, whatever became of it, unless it was cut off.

    It says that this device has logged in as this person before; it opens nothing (SECURITY, T19).
    """
    return repository.find_known_device(db, email, _hash(refresh_token), STILL_KNOWN)


def renew_hash(db: Session, account_id: UUID, password: str) -> None:
    """Hash a password that was just proven anew, where its hash was made with less work than is asked for now."""
    stored = repository.find_password_hash(db, account_id)
    if stored is not None and is_outgrown(stored):
        repository.update_password(db, account_id, hash_password(password))


def log_in(
    db: Session, account: Account, device_name: str, at: datetime, second_factor_at: datetime | None = None
) -> LoggedIn:
    """Open a device session for an account whose password was checked, and whose second factor where it says when."""
    device = Device(
        id=new_id(),
        account_id=account.id,
        device_name=device_name,
        created_at=at,
        last_seen_at=at,
        expires_at=at + LIFETIMES[account.role].absolute,
        generation=1,
        siblings=0,
        rotated_at=at,
        revoked_at=None,
        second_factor_at=second_factor_at,
    )
    repository.insert_device(db, device)
    return LoggedIn(account, device, _give_token(db, device.id, 1, at))


def refresh(db: Session, token: str, at: datetime, grace: dict[Role, timedelta]) -> LoggedIn | RefreshRefused:
    """Exchange a refresh token for the next one.

    A lost answer may be asked for again within the grace; any other use of an old token ends the whole
    family. The refusal is returned, not raised, because that ending has to be committed.
    """
    found = repository.find_refresh_token(db, _hash(token))
    if found is None:
        return RefreshRefused()
    device = repository.lock_device(db, found[0])
    account = repository.find_account(db, device.account_id)
    if account is None or not is_live(device, account.role, at):
        return RefreshRefused()
    verdict = rotation(device, found[1], at, grace[account.role])
    if verdict is Rotation.REUSE:
        repository.revoke_device(db, account.id, device.id, "refresh_reuse", at)
        return RefreshRefused(ended=device)
    return LoggedIn(account, device, _rotate(db, device, verdict, at))


def _rotate(db: Session, device: Device, verdict: Rotation, at: datetime) -> str:
    if verdict is Rotation.SIBLING:
        repository.update_device(db, device.id, siblings=device.siblings + 1, last_seen_at=at)
        return _give_token(db, device.id, device.generation, at)
    generation = device.generation + 1
    repository.update_device(db, device.id, generation=generation, siblings=0, rotated_at=at, last_seen_at=at)
    return _give_token(db, device.id, generation, at)


def actor_of(db: Session, account_id: UUID, device_id: UUID, at: datetime) -> Actor:
    """Return who this account's device session stands for; raise Unauthenticated when it has ended."""
    known = repository.find_known(db, device_id)
    if known is None or known.account_id != account_id or not is_live(known, known.role, at):
        raise Unauthenticated
    return Actor(
        known.account_id,
        known.role,
        device_id,
        known.zone,
        known.professional_role,
        token_epoch=known.token_epoch,
        has_second_factor=known.second_factor_at is not None,
        logged_in_at=known.created_at,
    )


def account_with(db: Session, email: str) -> Account | None:
    """Return the enabled account with this address."""
    found = repository.find_credentials(db, email)
    return found[0] if found is not None else None


def account_of(db: Session, account_id: UUID) -> Account:
    """Return an enabled account; raise NotVisible."""
    account = repository.find_account(db, account_id)
    if account is None:
        raise NotVisible
    return account


def people_of(db: Session, account_ids: Collection[UUID]) -> dict[UUID, Account]:
    """Return who these accounts belong to, disabled ones as well: whoever once saw something keeps their name."""
    return repository.find_people(db, account_ids)


def end_sessions(db: Session, account_id: UUID, at: datetime, reason: str) -> None:
    """Log every device of an account out at once."""
    repository.revoke_devices(db, account_id, reason, at)


def empty(db: Session, account_id: UUID, at: datetime) -> None:
    """Make an account nobody's: without name, address and password, and without a way back."""
    repository.empty_account(db, account_id, FORMER_NAME, f"{account_id}{NOBODY_S_ADDRESS}", at)


def end_all_sessions(db: Session, at: datetime, reason: str) -> None:
    """Log everybody out at once."""
    repository.revoke_all_devices(db, reason, at)


def which_have_accounts(db: Session, emails: Collection[str]) -> list[str]:
    """Return which of these addresses have an account, for the operator alone."""
    return repository.find_addresses(db, emails)


def end_access_tokens(db: Session) -> None:
    """Let everybody's access tokens end at once; a device gets its next one with its refresh token."""
    repository.advance_token_epochs(db)


def devices_of(db: Session, account_id: UUID, at: datetime, role: Role) -> list[Device]:
    """Return the live device sessions of an account."""
    return [device for device in repository.list_devices(db, account_id) if is_live(device, role, at)]


def revoke_device(db: Session, account_id: UUID, device_id: UUID, at: datetime, reason: str = "revoked") -> None:
    """End one of the account's device sessions at once; raise NotVisible when there is none."""
    if not repository.revoke_device(db, account_id, device_id, reason, at):
        raise NotVisible


def _give_token(db: Session, device_id: UUID, generation: int, at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    repository.insert_refresh_token(db, _hash(token), device_id, generation, at)
    return token


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
