"""Values that are made by the hundred: what an entry says, what an operation asks, what the engine reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a class a value: equal by what it holds, and never changed once it is made.

    The type checker refuses a change, so that nothing has to stand guard while the program runs: a frozen dataclass
    takes three times as long to make. What is made once a request may well be frozen.
    """

    def of(kind: type[T]) -> type[T]:
        return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)(kind)

    return of
