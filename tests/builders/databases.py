"""Migrated and seeded databases for tests."""

from __future__ import annotations

from app.db.engine import open_database
from migrations import migrate
from seeds.load import load_all


def prepare(url: str) -> None:
    """Migrate a database and load what every installation has."""
    database = open_database(url)
    try:
        migrate(database.writer)
        with database.writing.begin() as db:
            load_all(db)
    finally:
        database.dispose()
