"""What a patient costs is measured, and the sum of many is checked against a database that holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks import cores
from tests.benchmarks.capacity import Check, Cost, simulate, told
from tests.benchmarks.cores import measured
from tests.benchmarks.grounds import postgresql_server
from tests.benchmarks.places import KINDS, open_served
from tests.conftest import BACKENDS

COST = Cost("sqlite", {"runs": 2, "sync_change": 2}, {"runs": 900.0}, 1000.0, 50_000)
RIGHT = Check(COST, 100, COST.foretold(100), 151_000, 400, 1.0)


def test_a_sum_that_is_right_is_told_from_one_that_is_not() -> None:
    assert RIGHT.holds
    assert not replace(RIGHT, found=170_000).holds
    assert not replace(RIGHT, found=130_000).holds
    assert not replace(RIGHT, rows_found=399).holds
    assert "holds" in told(RIGHT)[-1]
    assert "DOES NOT HOLD" in told(replace(RIGHT, rows_found=399))[-1]


@pytest.mark.parametrize("gone", [FileNotFoundError, ProcessLookupError])
def test_a_process_that_ends_while_it_is_looked_at_is_looked_for_once_more(
    gone: type[OSError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is gone before its file is opened, or before that is read."""
    answers: Iterator[OSError | float] = iter([gone(), gone(), 2.5])

    def counted(_: int) -> float:
        if isinstance(told := next(answers), OSError):
            raise told
        return told

    monkeypatch.setattr(cores, "_counted", counted)
    assert cores._of_tree(1) == 2.5


@pytest.mark.deep
@pytest.mark.parametrize("kind", BACKENDS)
def test_a_life_of_some_days_is_copied_row_by_row(kind: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with postgresql_server(tmp_path) as server:
        found = simulate(kind, tmp_path, few=3, many=8, days=6, server=server)
    entries = 3 * (1 + 3 + 1) + 3 * (1 + 1)
    assert found.cost.rows["advice"] == 6
    assert found.cost.rows["sync_change"] == entries + found.cost.rows["advice"]
    assert found.rows_found == 8 * sum(found.cost.rows.values())
    assert found.cost.bytes_each > 1000


@pytest.mark.deep
def test_processor_time_is_found_where_it_is_spent(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with open_served(tmp_path / "served", KINDS, workers=1) as served:
        found = {one.name: measured(one, rounds=1, thinned=16) for one in served}
    for kind, works in found.items():
        assert sum(spent.server_ms for spent in works.values()) > 0
        assert (sum(spent.database_ms for spent in works.values()) > 0) == (kind == "postgresql")
