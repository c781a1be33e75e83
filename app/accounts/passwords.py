"""Passwords: argon2id, normalised, never cut, and a hash is computed even for an address nobody has.

Hashes are made by threads that step back: whoever is logged in already goes first at the processors.
"""

from __future__ import annotations

import os
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.accounts.domain import PASSWORD_MOST_BYTES, PasswordTooLong
from app.accounts.hash_slots import HashSlots

T = TypeVar("T")

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
SLOTS = HashSlots()
"""The turns of this process; the factory lets them hold across the workers of a server."""
STEPS_BACK = 10
"""So much nicer is a thread that hashes: beside one that does not it gets a tenth of a processor, alone all of it."""


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; raise PasswordTooLong beyond 1,024 bytes, Busy without a turn."""
    prepared = _prepared(password)
    return _in_turn(lambda: _HASHER.hash(prepared))


def is_password(password: str, stored_hash: str | None) -> bool:
    """Is this the password? Takes as long when there is no account (`stored_hash` None); raise Busy without a turn."""
    prepared = _prepared(password)
    try:
        matches = _in_turn(lambda: _HASHER.verify(stored_hash or _nobodys_hash(), prepared))
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


def _in_turn(work: Callable[[], T]) -> T:
    """Return what a hashing thread makes, once it is one's turn; raise what it raises, or Busy."""
    with SLOTS.turn():
        return _hashing_threads(os.getpid()).submit(work).result()


@lru_cache(maxsize=1)
def _hashing_threads(_process: int) -> ThreadPoolExecutor:
    """Return the hashing threads of a process: a fork has none of those of its parent."""
    return ThreadPoolExecutor(SLOTS.slots, "hashing", _step_back)


def _step_back() -> None:
    """Let the others go first; only on Linux has a thread a niceness of its own."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + STEPS_BACK)
