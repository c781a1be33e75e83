"""Remembers which tokens were proven, so that a phone's next request need not prove the same once more.

Only what was proven whole is remembered, by the SHA-256 of all that was sent, in this process, and only from its
beginning to its end. It says whom a token names and nothing of what they may: the device session is read each time.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

MOST_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a proven token names, the key it was signed with, from when until when it is good, and its epoch."""

    account_id: UUID
    device_id: UUID
    kid: str
    since: datetime
    until: datetime
    token_epoch: int = 0


class Proven:
    """The tokens that were proven last."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most, self._lock = most, Lock()
        self._named: OrderedDict[bytes, Named] = OrderedDict()

    def find(self, sent: str, at: datetime) -> Named | None:
        """Return whom these very words were proven to name, unless that has ended."""
        key = _key(sent)
        with self._lock:
            named = self._named.get(key)
            if named is None or not named.since <= at < named.until:
                return None
            self._named.move_to_end(key)
            return named

    def remember(self, sent: str, named: Named) -> None:
        """Remember what was proven; the longest unused makes room."""
        with self._lock:
            self._named[_key(sent)] = named
            while len(self._named) > self._most:
                self._named.popitem(last=False)


def _key(sent: str) -> bytes:
    return hashlib.sha256(sent.encode("utf-8", "surrogateescape")).digest()
