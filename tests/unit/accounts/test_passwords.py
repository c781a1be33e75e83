"""Hashes are made by threads that step back, and by nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from tests.architecture.source import ROOT

FORKED = """
import os
from app.accounts.passwords import hash_password, is_password
kept = hash_password("the same two ducks")
child = os.fork()
if child == 0:
    os._exit(0 if is_password("the same two ducks", kept) else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
WITHIN_S, NICEST = 60, 19


class Seen(PasswordHasher):
    """A hasher that notes how far back who uses it steps."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.niceness: list[int] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        """Note, and hash."""
        self.niceness.append(nice())
        return super().hash(password, salt=salt)

    def verify(self, *asked: str | bytes) -> bool:  # type: ignore[override]
        """Note, and look."""
        self.niceness.append(nice())
        return super().verify(*asked)  # type: ignore[arg-type]


def nice() -> int:
    """Return the niceness of this thread."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_hashing_steps_back_and_whoever_asks_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, before = Seen(), nice()
    monkeypatch.setattr(passwords, "_HASHER", seen)
    kept = passwords.hash_password("the same two ducks")
    assert passwords.is_password("the same two ducks", kept)
    assert not passwords.is_password("another", kept)
    back = passwords.STEPS_BACK if sys.platform == "linux" else 0  # elsewhere a thread has no niceness of its own
    assert seen.niceness == [min(before + back, NICEST)] * 3
    assert nice() == before


def test_a_fork_hashes_with_threads_of_its_own() -> None:
    """Those of its parent are not there: it would wait for ever."""
    done = subprocess.run(
        [sys.executable, "-c", FORKED], cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=True
    )
    assert done.stdout == "0\n"
