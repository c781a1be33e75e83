"""Passwords: argon2id, normalised, never cut, and a hash is computed even for an address nobody has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.accounts.domain import PASSWORD_MOST_BYTES, PasswordTooLong
from app.accounts.hash_slots import HashSlots

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
SLOTS = HashSlots()
"""The turns of this process; the factory lets them hold across the workers of a server."""


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; raise PasswordTooLong beyond 1,024 bytes, Busy without a turn."""
    prepared = _prepared(password)
    with SLOTS.turn():
        return _HASHER.hash(prepared)


def is_password(password: str, stored_hash: str | None) -> bool:
    """Is this the password? Takes as long when there is no account (`stored_hash` None); raise Busy without a turn."""
    prepared = _prepared(password)
    with SLOTS.turn():
        try:
            matches = _HASHER.verify(stored_hash or _nobodys_hash(), prepared)
        except (VerificationError, InvalidHashError):
            return False
    return matches and stored_hash is not None


def is_outgrown(stored_hash: str) -> bool:
    """Was this hash made with less work than is asked for now?"""
    return _HASHER.check_needs_rehash(stored_hash)


def _prepared(password: str) -> bytes:
    encoded = unicodedata.normalize("NFC", password).encode()
    if len(encoded) > PASSWORD_MOST_BYTES:
        raise PasswordTooLong
    return encoded


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _HASHER.hash(b"nobody has this password")
