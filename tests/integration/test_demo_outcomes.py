"""The demo patient who settles has outcomes that tell so, whenever the demo is made, and making it again adds none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.db.engine import open_database
from app.outcomes import service
from seeds.demo.personas import load_demo
from tests.builders.databases import prepare
from tests.levels import SQLITE_FIRST


@pytest.mark.parametrize(
    "at", [datetime(2026, 3, 30, 12, tzinfo=UTC), datetime(2026, 11, 1, 23, 30, tzinfo=UTC)], ids=["spring", "autumn"]
)
@SQLITE_FIRST
def test_the_demo_shows_a_change_that_matters(fresh_database_url: str, at: datetime) -> None:
    prepare(fresh_database_url)
    database = open_database(fresh_database_url)
    try:
        mara = next(person for person in load_demo(database, at) if person.email == "mara@demo.example")
        load_demo(database, at)
        with database.reading() as db:
            found = service.overview(db, mara.id, None, None, at)
            _, _, items = service.due(db, mara.id, None, at)
        by_name = {(told.instrument.id.value, told.side): told for told in found.series}
        akps = by_name["akps", "left"]
        assert [point.score for point in akps.points] == [76.0, 88.0]
        assert (akps.change.change, akps.change.is_important) == (12.0, True)
        (hop,) = found.symmetry
        assert (hop.lsi_percent, hop.is_below_limit, hop.sore_side) == (85.7, True, "left")
        assert "akps" not in {due.instrument for due in items}
    finally:
        database.dispose()
