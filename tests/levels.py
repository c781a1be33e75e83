"""What `make test` tries on one database and leaves `make test-deep` to try on the other as well.

Both run in CI. What is left is long, starts servers or draws pictures, and stands on code that other tests try on both.
"""

from __future__ import annotations

import pytest

OTHER_HALF = (pytest.mark.deep, pytest.mark.other_half)

SQLITE_FIRST = pytest.mark.parametrize(
    "backend", ["sqlite", pytest.param("postgresql", marks=OTHER_HALF)], indirect=True
)
"""Tried on SQLite by `make test`, on PostgreSQL by `make test-deep`."""

SHARES_SHARED_OUT = pytest.mark.parametrize(
    ("backend", "share"),
    [
        ("sqlite", 0),
        ("postgresql", 1),
        pytest.param("sqlite", 1, marks=OTHER_HALF),
        pytest.param("postgresql", 0, marks=OTHER_HALF),
    ],
    indirect=["backend"],
)
"""Half of the cases on each database by `make test`, each case once; the other halves by `make test-deep`."""
SHARES = 2
