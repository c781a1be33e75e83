"""Set up a second factor, use its codes, and take it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.authenticator import new_secret, step_of, uri_of
from app.accounts.domain import Account
from app.accounts.domain.second_factor import (
    FactorState,
    NothingEnrolled,
    SecondFactor,
    SecondFactorOn,
    WrongCode,
    hash_of,
    is_of_app,
    new_recovery_codes,
    plain,
)
from app.accounts.repository import second_factor as repository
from app.accounts.sealing import seal, unseal


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What is shown once: the secret, and the same as a picture holds it."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account's second factor stands."""

    state: FactorState
    confirmed_at: datetime | None
    recovery_codes_left: int


def standing_of(db: Session, account_id: UUID) -> Standing:
    """Return how an account's second factor stands."""
    found = repository.find_factor(db, account_id)
    if found is None:
        return Standing(FactorState.OFF, None, 0)
    return Standing(found.state, found.confirmed_at, repository.count_recovery_codes(db, account_id))


def is_asked(db: Session, account_id: UUID) -> bool:
    """Does this account log in with a second factor?"""
    found = repository.find_factor(db, account_id)
    return found is not None and found.state is FactorState.ON


def enrol(db: Session, account: Account, sealed_with: str, at: datetime) -> Enrolled:
    """Begin a second factor in the place of one that was begun before; raise SecondFactorOn for a confirmed one."""
    if is_asked(db, account.id):
        raise SecondFactorOn
    secret = new_secret()
    begun = SecondFactor(account_id=account.id, sealed_secret=seal(sealed_with, secret), enrolled_at=at)
    repository.put_factor(db, begun)
    return Enrolled(secret, uri_of(secret, account.email))


def begun_of(db: Session, account: Account, sealed_with: str) -> Enrolled:
    """Return again what was begun and waits to be confirmed, to whoever began it; raise NothingEnrolled."""
    found = repository.find_factor(db, account.id)
    secret = unseal(sealed_with, found.sealed_secret) if found and found.state is FactorState.PENDING else None
    if secret is None:
        raise NothingEnrolled
    return Enrolled(secret, uri_of(secret, account.email))


def confirm(db: Session, account_id: UUID, device_id: UUID, code: str, sealed_with: str, at: datetime) -> list[str]:
    """Let what was begun count, by a code of it, and return the recovery codes, which are never shown again.

    Every other device of the account is logged out: none of them has proven it. Raises NothingEnrolled or WrongCode.
    """
    found = repository.find_factor(db, account_id)
    if found is None or found.state is FactorState.ON:
        raise NothingEnrolled
    _use_step(db, found, code, sealed_with, at)
    repository.confirm_factor(db, account_id, at)
    repository.revoke_other_devices(db, account_id, device_id, at)
    repository.mark_devices(db, account_id, device_id, at)
    return _give_recovery_codes(db, account_id)


def use_code(db: Session, account_id: UUID, code: str, sealed_with: str, at: datetime) -> None:
    """Use up a code of the app, or a recovery code; raise WrongCode for any that is not good, or was used before."""
    found = repository.find_factor(db, account_id)
    if found is None or found.state is not FactorState.ON:
        raise WrongCode
    if is_of_app(plain(code)):
        _use_step(db, found, code, sealed_with, at)
    elif not repository.use_recovery_code(db, account_id, hash_of(code), at):
        raise WrongCode


def renew_recovery_codes(db: Session, account_id: UUID, code: str, sealed_with: str, at: datetime) -> list[str]:
    """Return fresh recovery codes; those before are good no more. Raises NothingEnrolled or WrongCode."""
    _check_on(db, account_id)
    use_code(db, account_id, code, sealed_with, at)
    return _give_recovery_codes(db, account_id)


def take_off(db: Session, account_id: UUID, code: str, sealed_with: str, at: datetime) -> None:
    """Take a second factor off, by one of its codes; no device counts as proven then.

    Raises NothingEnrolled or WrongCode.
    """
    _check_on(db, account_id)
    use_code(db, account_id, code, sealed_with, at)
    forget(db, account_id)


def forget(db: Session, account_id: UUID) -> None:
    """Delete an account's second factor; for whoever lost the app and the recovery codes, by the operator's hand."""
    repository.remove_factor(db, account_id)
    repository.mark_devices(db, account_id, None, None)


def _check_on(db: Session, account_id: UUID) -> None:
    if not is_asked(db, account_id):
        raise NothingEnrolled


def _use_step(db: Session, found: SecondFactor, code: str, sealed_with: str, at: datetime) -> None:
    secret = unseal(sealed_with, found.sealed_secret)
    step = step_of(secret, plain(code), found.last_step, at) if secret is not None else None
    # Of two requests with the same code, at the same moment, the second changes no row.
    if step is None or not repository.use_step(db, found.account_id, step):
        raise WrongCode


def _give_recovery_codes(db: Session, account_id: UUID) -> list[str]:
    codes = new_recovery_codes()
    repository.put_recovery_codes(db, account_id, [hash_of(code) for code in codes])
    return codes
