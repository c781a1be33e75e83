"""What a backup tells of itself, what is looked at when one is restored, and by what the erased are known again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

FORMAT = 1
"""The layout of a backup file; another number is refused, and never guessed at."""


class NotRestored(Exception):
    """This file cannot be restored here; the text says why, and nothing was changed."""


class NotCopied(Exception):
    """No backup was made; the text says what to do."""


class NotImported(Exception):
    """This archive cannot be imported here; the text says why, and nothing was changed."""


def pseudonym(secret: str, account_id: UUID) -> bytes:
    """Return by what somebody who was erased is known again: a keyed hash of their id, worth nothing by itself."""
    key = hmac.digest(secret.encode(), b"trochlea erasures", hashlib.sha256)
    return hmac.digest(key, account_id.bytes, hashlib.sha256)


@dataclass(frozen=True, slots=True)
class State:
    """What a database holds: its schema's revision, the rows of each table, the last number and hash of each trail."""

    revision: str
    counts: Mapping[str, int]
    heads: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself: when it was made of which kind of database, what that held, and its SHA-256."""

    format: int
    made_at: str
    dialect: str
    revision: str
    counts: Mapping[str, int]
    heads: Mapping[str, str]
    sha256: str
    size_bytes: int

    @property
    def state(self) -> State:
        """Return what the database held."""
        return State(self.revision, self.counts, self.heads)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at in a restored database: whether it holds, and what was found."""

    what: str
    holds: bool
    found: str


def differences(expected: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    """Return each table whose rows are not as many as they were."""
    names = sorted({*expected, *found})
    return [
        f"{name}: {expected.get(name, 0)} became {found.get(name, 0)}"
        for name in names
        if expected.get(name) != found.get(name)
    ]


def check_counts(expected: Mapping[str, int], found: Mapping[str, int]) -> Check:
    """Return whether every table holds as many rows as when the backup was made."""
    wrong = differences(expected, found)
    return Check("rows", not wrong, "; ".join(wrong) or f"{sum(found.values())} in {len(found)} tables")
