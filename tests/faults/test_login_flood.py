"""A flood of log-ins beside phones that sync: hashing takes its turns, and the phones are hardly slower (G40)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.load import percentile
from tests.faults.figures import rounds, tell
from tests.faults.flood import Flood
from tests.faults.load import Load
from tests.faults.test_capacity import CONNECTIONS, Place, serving
from tests.levels import SQLITE_FIRST

PER_S = 100
SHARE = 0.3
"""Phones sync at this share of what the server can do."""
SLOWER = 2.0
SLOWER_IN_SHORT = 6.0
DEEP_TURNS, DEEP_S = 2, 3.0
FULL_TURNS, FULL_S = 6, 10.0


def slower(place: Place, turns: int, seconds: float) -> float:
    """Return how many times as long syncing takes beside a flood (p99), measured by turns."""
    peak = place.clients.at_once(CONNECTIONS, 2.0).goodput
    alone: list[Load] = []
    beside: list[Load] = []
    for _ in range(turns):
        alone.append(place.clients.at_rate(SHARE * peak, seconds))
        with Flood(place.server.port, PER_S) as flood:
            beside.append(place.clients.at_rate(SHARE * peak, seconds))
    was_s, is_s = p99_s(alone), p99_s(beside)
    tell(
        f"log-in flood: {sum(flood.statuses.values()) / flood.took_s:.0f} a second ({dict(flood.statuses)} in the last "
        f"turn) beside {SHARE * peak:.0f} syncs a second: p99 {was_s * 1000:.0f} ms without, {is_s * 1000:.0f} beside, "
        f"{sum(len(load.refused) for load in beside)} of {sum(len(load.replies) for load in beside)} refused"
    )
    assert flood.statuses[401] > 0
    assert set(flood.statuses) <= {401, 429, 503}
    assert all(one.status == 200 or one.says_when for load in beside for one in load.replies)
    return is_s / was_s


def p99_s(loads: list[Load]) -> float:
    return percentile([one.took_s for load in loads for one in load.replies], 0.99)


@pytest.mark.deep
@pytest.mark.measured
@SQLITE_FIRST
def test_a_flood_of_log_ins_leaves_phones_their_server(fresh_database_url: str, tmp_path: Path) -> None:
    with serving(fresh_database_url, tmp_path) as place:
        assert slower(place, DEEP_TURNS, DEEP_S) <= SLOWER_IN_SHORT
        place.nothing_is_lost()


@pytest.mark.torture
def test_a_minute_of_log_ins_makes_syncing_at_most_twice_as_slow(fresh_database_url: str, tmp_path: Path) -> None:
    with serving(fresh_database_url, tmp_path) as place:
        assert slower(place, rounds(FULL_TURNS), FULL_S) <= SLOWER
        place.nothing_is_lost()
