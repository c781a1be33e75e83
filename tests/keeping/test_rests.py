"""What was erased leaves SQLite's log as well, though others bring the log over at that moment (0048)."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.db.backfill import Backfill
from app.db.engine import file_of, open_database
from app.keeping.repository import erasing
from tests.builders.databases import prepare

TIMES, WITHOUT_PAUSE_S = 200, 0.0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_log_is_emptied_though_another_brings_it_over_without_pause(fresh_database_url: str) -> None:
    prepare(fresh_database_url)
    database = open_database(fresh_database_url)
    file = file_of(database.writer.url)
    assert file is not None
    others = [Backfill(file, WITHOUT_PAUSE_S) for _ in range(2)]
    try:
        for number in range(TIMES):
            with database.writer.begin() as connection:
                connection.exec_driver_sql(f"CREATE TABLE rest_{number} (told TEXT)")
            erasing.clear_rests(database.writer)
            assert Path(f"{file}-wal").stat().st_size == 0
    finally:
        for one in others:
            one.end()
        database.dispose()
