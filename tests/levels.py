"""What `make test` tries on one database and leaves `make test-deep` to try on the other as well.

Both run in CI. What is left is long, starts servers or draws pictures, and stands on code that other tests try on both.
"""

from __future__ import annotations

from zlib import crc32

import pytest

OTHER_HALF = (pytest.mark.deep, pytest.mark.other_half)

SQLITE_FIRST = pytest.mark.parametrize(
    "backend", ["sqlite", pytest.param("postgresql", marks=OTHER_HALF)], indirect=True
)
"""Tried on SQLite by `make test`, on PostgreSQL by `make test-deep`."""

TAKE_TURNS = (
    "api",
    "console",
    "journeys",
    "keeping",
    "access.test_revocation",
    "integration.test_imports",
    "integration.test_logbook_statements",
    "integration.test_plan_statements",
    "integration.test_seeds",
    "sync.test_filters",
    "sync.test_many_streams",
    "sync.test_room",
)
"""Folders and modules whose tests go through the whole program, and are long together: `make test` tries each on one
of the databases, half of them on either.
"""
_DATABASES = ("sqlite", "postgresql")


def mark_the_other_half(item: pytest.Item) -> None:
    """Leave a test of those that take turns to `make test-deep`, where the database is not its own.

    Which one is its own follows from its name, so that it stays the same from run to run.
    """
    database = item.callspec.params.get("backend") if hasattr(item, "callspec") else None
    if database is None or item.get_closest_marker("deep") or not _takes_turns(item.nodeid):
        return
    own = _DATABASES[crc32(item.nodeid.replace(database, "").encode()) % len(_DATABASES)]
    if database != own:
        for mark in OTHER_HALF:
            item.add_marker(mark)


def _takes_turns(node: str) -> bool:
    module = node.partition("::")[0].removesuffix(".py").removeprefix("tests/").replace("/", ".")
    return module in TAKE_TURNS or module.partition(".")[0] in TAKE_TURNS
