"""A worker stays small however long it serves: pushes, pulls and reads for half an hour, in `make torture`."""

from __future__ import annotations

import time
from itertools import cycle
from pathlib import Path
from statistics import mean

import pytest

from tests.benchmarks.load import measure
from tests.benchmarks.pasts import SEASON, SHORT_ARCHIVE, Patient
from tests.benchmarks.places import KINDS, Served, open_served
from tests.benchmarks.sync_rounds import FIRST_SYNC, NOTHING_NEW, PULL, PUSH, PUSH_ONE, READ_ONE, WORKLOADS
from tests.builders.servers import Server
from tests.faults.figures import rounds, tell

MOST_MIB = 150
"""What a worker may hold before it draws a chart (issue 7)."""
FLAT = 1.05
"""By how much the last quarter of the time may exceed the second: the first is for what is kept for good."""
MINUTES, SHORT_MINUTES = 30, 0.2
WRITERS = 16
LOADS = {PUSH: 4, PUSH_ONE: 64, PULL: 8, FIRST_SYNC: 2, READ_ONE: 64, NOTHING_NEW: 64}
"""What is done in a turn, and how often."""


def workers_of(server: Server) -> dict[int, float]:
    """Return what each worker of a server holds, in MiB, by its process."""
    first = server.process.pid
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return {int(one): _resident_mib(int(one)) for one in children}


def _resident_mib(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def serve(one: Served, writers: list[Patient], reader: Patient) -> None:
    """Have each work done some times."""
    turn = cycle(writers)
    for name, count in LOADS.items():
        load = WORKLOADS[name]
        patients = [next(turn) if load.work.rows else reader for _ in range(count)]
        measure(one.product.port, [load.work.product(patient) for patient in patients], min(load.clients, count))


def is_flat(held: list[float]) -> bool:
    """Does the last quarter of the figures hold no more than the second?"""
    quarter = len(held) // 4
    return mean(held[-quarter:]) <= FLAT * mean(held[quarter : 2 * quarter])


@pytest.mark.parametrize(
    "minutes",
    [
        pytest.param(SHORT_MINUTES, marks=[pytest.mark.deep, pytest.mark.measured]),
        pytest.param(MINUTES, marks=pytest.mark.torture),
    ],
)
def test_a_worker_is_small_and_stays_so_however_long_it_serves(tmp_path: Path, minutes: float) -> None:
    tmp_path.chmod(0o755)
    lasting_s = 60 * (rounds(MINUTES) if minutes == MINUTES else minutes)
    with open_served(tmp_path / "served", KINDS, workers=1) as served:
        readers = {one.name: one.ground.pasts.patients(SHORT_ARCHIVE, 1)[0] for one in served}
        first = {one.name: workers_of(one.product) for one in served}
        held: dict[str, list[float]] = {one.name: [] for one in served}
        until = time.monotonic() + lasting_s
        while time.monotonic() < until or min(map(len, held.values())) < 4:
            for one in served:
                serve(one, one.ground.pasts.patients(SEASON, WRITERS), readers[one.name])
                held[one.name].append(max(workers_of(one.product).values()))
        last = {one.name: workers_of(one.product) for one in served}
    for name, figures in held.items():
        tell(f"memory on {name}: {figures[0]:.0f} MiB at first, {figures[-1]:.0f} at last, {len(figures)} turns")
        assert set(first[name]) == set(last[name]), "a worker was replaced, and its memory with it"
        assert max(figures) < MOST_MIB, figures
    if minutes == MINUTES:
        assert [name for name, figures in held.items() if not is_flat(figures)] == [], held


@pytest.mark.parametrize(("grows_by", "flat"), [(0.0, True), (0.5, False)])
def test_a_leak_is_told_from_what_is_kept_for_good(grows_by: float, flat: bool) -> None:
    held = [min(100 + turn, 110) + grows_by * turn for turn in range(60)]
    assert is_flat(held) is flat
