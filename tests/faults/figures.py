"""What a fault test measured, for whoever asked to be told: a line in the file that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

FIGURES = "TROCHLEA_TEST_FIGURES"
"""Names the file; `make torture` shows it at its end."""


def tell(line: str) -> None:
    """Add a line, where somebody asked for it."""
    if FIGURES in os.environ:
        with Path(os.environ[FIGURES]).open("a") as file:
            file.write(line + "\n")
