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

TAKE_TURNS = frozenset(
    {
        "access.test_revocation",
        "api.test_access_log",
        "api.test_caseload_plan",
        "api.test_charts",
        "api.test_fhir",
        "api.test_guessing",
        "api.test_imports",
        "api.test_keys",
        "api.test_metrics",
        "api.test_plan",
        "api.test_progress",
        "api.test_report",
        "api.test_second_factor",
        "integration.test_imports",
        "integration.test_logbook_statements",
        "integration.test_plan_statements",
        "journeys.test_first_session",
        "journeys.test_looks",
        "journeys.test_remembering",
        "journeys.test_standing",
        "keeping.test_archive",
        "keeping.test_backup",
        "keeping.test_erasure",
        "keeping.test_trail",
        "sync.test_filters",
        "sync.test_many_streams",
    }
)
"""Modules whose tests are long one by one: `make test` tries each on one of the databases, half of them on either."""
_DATABASES = ("sqlite", "postgresql")


def mark_the_other_half(item: pytest.Item) -> None:
    """Leave a test of a module whose tests take turns to `make test-deep`, where the database is not its own.

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
    module = node.partition("::")[0].removesuffix(".py").replace("/", ".")
    return module.removeprefix("tests.") in TAKE_TURNS
