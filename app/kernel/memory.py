"""What a process keeps in memory for a while: few things, not for long; the longest untouched makes room."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_KEPT = 32
KEPT_S = 600


class Memory(Generic[K, V]):
    """Keeps `most` values at most, each for `kept_s` seconds; what is too old goes when the next is asked for."""

    def __init__(self, most: int = MOST_KEPT, kept_s: float = KEPT_S) -> None:
        self._most, self._kept_s, self._lock = most, kept_s, Lock()
        self._known: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._met: OrderedDict[K, float] = OrderedDict()

    def find(self, key: K) -> V | None:
        """Return what is kept under a key, unless it is too old."""
        oldest_s = time.monotonic() - self._kept_s
        with self._lock:
            while self._known and next(iter(self._known.values()))[0] < oldest_s:
                self._known.popitem(last=False)
            return self._known[key][1] if key in self._known else None

    def comes_again(self, key: K) -> bool:
        """Was this asked about before, lately? Had all been kept since, it would be there still.

        To keep what nobody comes back for costs more than to ask: what was kept before it is taken apart, and it lies
        where memory was cold.
        """
        now_s = time.monotonic()
        with self._lock:
            before_s = self._met.pop(key, None)
            self._met[key] = now_s
            while len(self._met) > self._most:
                self._met.popitem(last=False)
        return before_s is not None and before_s >= now_s - self._kept_s

    def keep(self, key: K, value: V) -> None:
        """Keep a value instead of the one before."""
        with self._lock:
            self._known[key] = time.monotonic(), value
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def forget(self, key: K) -> None:
        """Keep nothing under a key."""
        with self._lock:
            self._known.pop(key, None)
