"""Passwords: argon2id, normalised, never cut, and a hash is computed even for an address nobody has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.accounts.domain import PASSWORD_MOST_BYTES, PasswordTooLong

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; raise PasswordTooLong beyond 1,024 bytes."""
    return _HASHER.hash(_prepared(password))


def is_password(password: str, stored_hash: str | None) -> bool:
    """Is this the password? Takes as long when there is no account (`stored_hash` None)."""
    try:
        matches = _HASHER.verify(stored_hash or _nobodys_hash(), _prepared(password))
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored_hash is not None


def _prepared(password: str) -> bytes:
    encoded = unicodedata.normalize("NFC", password).encode()
    if len(encoded) > PASSWORD_MOST_BYTES:
        raise PasswordTooLong
    return encoded


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _HASHER.hash(b"nobody has this password")
