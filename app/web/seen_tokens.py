"""Tokens that this process has checked before: the same bytes under the same key need no second look.

What changes is never remembered: the device session is read at each request, and the times are compared at each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from app.web.keyring import KeyRing

MOST_SEEN = 20_000
"""How many are remembered; then all are forgotten, and each is checked again when it comes."""


class _Seen(NamedTuple):
    account_id: UUID
    device_id: UUID
    kid: str
    begins_s: float
    ends_s: float


class SeenTokens:
    """Remembers whom a checked token names, by its digest: the token itself is not kept."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._seen: dict[bytes, _Seen] = {}

    def find(self, header: str, at: datetime) -> tuple[UUID, UUID] | None:
        """Return account and device session of an Authorization header that was checked before, while it holds.

        None leaves the question to the check itself: unknown, not yet begun, ended, or its key is no longer accepted.
        """
        seen = self._seen.get(_digest(header))
        if seen is None or not seen.begins_s <= at.timestamp() < seen.ends_s or self._keys.public(seen.kid) is None:
            return None
        return seen.account_id, seen.device_id

    def keep(self, header: str, ids: tuple[UUID, UUID], kid: str, claims: Mapping[str, Any]) -> None:
        """Remember a header whose token was checked in full, from its beginning to its end without any leeway."""
        if len(self._seen) >= MOST_SEEN:
            self._seen.clear()
        begins_s = max(float(claims.get(name, 0)) for name in ("nbf", "iat"))
        self._seen[_digest(header)] = _Seen(*ids, kid, begins_s, float(claims["exp"]))


def _digest(header: str) -> bytes:
    return sha256(header.encode("utf-8", "surrogatepass")).digest()
