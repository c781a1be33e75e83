"""Turns at hashing: as many as there are slots, across processes, given back however a turn ends."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.accounts.hash_slots import Busy, HashSlots
from tests.architecture.source import ROOT

WITHIN_S = 20
HOLDER = """
import sys
from pathlib import Path
from app.accounts.hash_slots import HashSlots
slots = HashSlots(slots=1)
slots.share(Path(sys.argv[1]))
with slots.turn():
    print("held", flush=True)
    sys.stdin.readline()
"""
"""A process that holds a turn until it is told to end."""


def test_there_are_as_many_turns_as_slots_and_the_next_is_sent_away_soon() -> None:
    slots = HashSlots(slots=2, longest_wait_s=0.05)
    with slots.turn(), slots.turn():
        began = time.monotonic()
        with pytest.raises(Busy), slots.turn():
            pass
        assert 0.05 <= time.monotonic() - began < 1
    with slots.turn():
        pass


def test_a_turn_that_fails_is_given_back(tmp_path: Path) -> None:
    slots = HashSlots(slots=1, longest_wait_s=0.01)
    slots.share(tmp_path)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), slots.turn():
            raise ZeroDivisionError
    with slots.turn(), pytest.raises(Busy), slots.turn():
        pass


@pytest.mark.parametrize("end", ["done", "killed"])
def test_another_process_s_turn_counts_until_it_ends_or_is_killed(tmp_path: Path, end: str) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        slots = HashSlots(slots=1, longest_wait_s=0.02)
        slots.share(tmp_path)
        with pytest.raises(Busy), slots.turn():
            pass
        if end == "killed":
            other.kill()
        other.communicate("\n" if end == "done" else None, timeout=WITHIN_S)
    with slots.turn():
        pass


def test_without_a_shared_folder_two_processes_would_not_know_of_each_other(tmp_path: Path) -> None:
    alone = HashSlots(slots=1, longest_wait_s=0.02)
    shared = HashSlots(slots=1, longest_wait_s=0.02)
    shared.share(tmp_path)
    with shared.turn(), alone.turn():
        pass
