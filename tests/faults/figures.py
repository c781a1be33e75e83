"""What a fault test measured, for whoever asked to be told; and how many rounds of it were asked for."""

from __future__ import annotations

import os
from pathlib import Path

FIGURES = "TROCHLEA_TEST_FIGURES"
"""Names the file; `make torture` shows what is in it."""
SHARE = "TROCHLEA_TORTURE_SHARE"
"""Which share of the rounds of `make torture` is run, in percent."""


def tell(line: str) -> None:
    """Add a line, where somebody asked for it."""
    if FIGURES in os.environ:
        with Path(os.environ[FIGURES]).open("a") as file:
            file.write(line + "\n")


def rounds(all_of_them: int) -> int:
    """Return how many rounds are run, at least one: all of them, unless a share was asked for."""
    return max(1, all_of_them * int(os.environ.get(SHARE, "100")) // 100)
