"""What a process keeps in memory for a while, and of whom: of those who come again, while they still might."""

from __future__ import annotations

import pytest

from app.kernel.memory import Memory


@pytest.fixture
def clock_s(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of a clock that a test sets."""
    told = [1_000.0]
    monkeypatch.setattr("app.kernel.memory.time.monotonic", lambda: told[0])
    return told


def test_who_was_here_a_while_ago_comes_again_and_who_was_not_does_not() -> None:
    memory: Memory[str, int] = Memory(most=2)
    assert [memory.comes_again(name) for name in ("ada", "ben", "ada", "ada")] == [False, False, True, True]


def test_who_came_before_as_many_others_as_are_kept_is_new() -> None:
    memory: Memory[str, int] = Memory(most=2)
    assert [memory.comes_again(name) for name in ("ada", "ben", "cem", "ada")] == [False] * 4
    assert memory.comes_again("cem")


def test_who_came_too_long_ago_is_new(clock_s: list[float]) -> None:
    memory: Memory[str, int] = Memory(kept_s=60)
    memory.comes_again("ada")
    clock_s[0] += 60
    assert memory.comes_again("ada")
    clock_s[0] += 61
    assert not memory.comes_again("ada")


def test_what_is_kept_too_long_is_gone_and_the_longest_untouched_makes_room(clock_s: list[float]) -> None:
    memory: Memory[str, int] = Memory(most=2, kept_s=60)
    for number, name in enumerate(("ada", "ben", "cem")):
        memory.keep(name, number)
    assert [memory.find(name) for name in ("ada", "ben", "cem")] == [None, 1, 2]
    clock_s[0] += 61
    assert memory.find("cem") is None
