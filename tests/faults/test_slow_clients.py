"""Two hundred clients that take their time take no thread from those who do not (G41)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.figures import rounds, tell
from tests.faults.load import Load
from tests.faults.slow import SlowClients
from tests.faults.test_capacity import CONNECTIONS, Place, serving
from tests.levels import SQLITE_FIRST

SLOW = 200
KEPT_GOODPUT, KEPT_AT_LEAST = 0.8, 0.5
DEEP_ROUNDS, DEEP_S = 2, 3.0
FULL_ROUNDS, FULL_S = 6, 10
OWN_THREADS = "gthread"
"""Gunicorn's own worker: a thread waits for each client's bytes."""


def kept(place: Place, turns: int, seconds: float) -> float:
    """Return which share of what is done without slow clients is done beside them, measured by turns."""
    alone: list[Load] = []
    beside: list[Load] = []
    place.clients.at_once(CONNECTIONS, 1.0)
    for _ in range(turns):
        alone.append(place.clients.at_once(CONNECTIONS, seconds))
        with SlowClients(place.server.port, SLOW) as slow:
            beside.append(place.clients.at_once(CONNECTIONS, seconds))
    share = goodput(beside) / goodput(alone)
    tell(
        f"slow clients: {goodput(alone):.0f} a second done without, {goodput(beside):.0f} beside {SLOW} "
        f"({slow.connected} connections in the last turn), {share:.0%}"
    )
    return share


def goodput(loads: list[Load]) -> float:
    return sum(load.goodput for load in loads) / len(loads)


@pytest.mark.deep
@pytest.mark.measured
@SQLITE_FIRST
def test_beside_two_hundred_slow_clients_the_others_are_served(fresh_database_url: str, tmp_path: Path) -> None:
    with serving(fresh_database_url, tmp_path) as place:
        assert kept(place, DEEP_ROUNDS, DEEP_S) >= KEPT_AT_LEAST
        place.nothing_is_lost()


@pytest.mark.torture
def test_a_minute_of_slow_clients_leaves_four_fifths_of_what_is_done(fresh_database_url: str, tmp_path: Path) -> None:
    with serving(fresh_database_url, tmp_path) as place:
        assert kept(place, rounds(FULL_ROUNDS), FULL_S) >= KEPT_GOODPUT
        place.nothing_is_lost()


@pytest.mark.torture
@SQLITE_FIRST
def test_threads_that_wait_for_each_clients_bytes_are_seen(fresh_database_url: str, tmp_path: Path) -> None:
    """Planted: gunicorn's own worker, which the slow ones take every thread of."""
    with serving(fresh_database_url, tmp_path, worker_class=OWN_THREADS) as place:
        assert kept(place, DEEP_ROUNDS, DEEP_S) < KEPT_GOODPUT
