"""`python -m tests.benchmarks.cores`: what each work costs in processor time, in the server and in the database.

Unlike requests a second this hardly depends on what else the machine does, and it adds up: so many milliseconds of a
core for so many requests. `docs/scaling.md` reckons with it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.drivers import open_driver
from tests.benchmarks.load import Errand, measure
from tests.benchmarks.pasts import SEASON, SHORT_ARCHIVE, Patient
from tests.benchmarks.places import KINDS, Served, open_served
from tests.benchmarks.sync_rounds import NOTHING_NEW, PULL, PUSH, PUSH_ONE, READ_ONE, WORKLOADS

ROUNDS, WRITERS, CLIENTS = 5, 8, 4
COUNTS = {PUSH_ONE: 64, PUSH: 8, PULL: 24, READ_ONE: 400, NOTHING_NEW: 400}
"""How often each work is done in a round."""
TRIES = 50
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Processor time of one request, in milliseconds of a core."""

    server_ms: float
    database_ms: float


def measured(one: Served, rounds: int, thinned: int) -> dict[str, Spent]:
    """Return what each work costs on one place: the median of the rounds."""
    (reader,) = one.ground.pasts.patients(SHORT_ARCHIVE, 1)
    found: dict[str, list[Spent]] = {work: [] for work in COUNTS}
    for number in range(rounds + 1):
        writers = one.ground.pasts.patients(SEASON, WRITERS)
        one.ground.tidy()
        for work, count in COUNTS.items():
            spent = _spent(one, work, _errands(work, max(1, count // thinned), writers, reader))
            if number:  # the first is for what is made once
                found[work].append(spent)
    return {
        work: Spent(median(one.server_ms for one in taken), median(one.database_ms for one in taken))
        for work, taken in found.items()
    }


def _errands(work: str, count: int, writers: Sequence[Patient], reader: Patient) -> list[Errand]:
    done = WORKLOADS[work].work
    return [done.product(writers[number % len(writers)] if done.rows else reader) for number in range(count)]


def _spent(one: Served, work: str, errands: list[Errand]) -> Spent:
    server, database = one.product.process.pid, _database_process(one)
    before = _of_tree(server), _of_tree(database)
    measure(one.product.port, errands, min(CLIENTS, len(errands)))
    after = _of_tree(server), _of_tree(database)
    in_server, in_database = ((late - early) * 1000 / len(errands) for early, late in zip(before, after, strict=True))
    return Spent(in_server, in_database)


def _database_process(one: Served) -> int | None:
    """Return the first process of the database's server; SQLite has none, its work is the worker's."""
    if one.name == "sqlite":
        return None
    with closing(open_driver(one.ground.url)) as driver:
        backend = int(driver.rows("SELECT pg_backend_pid() AS pid")[0]["pid"])
        return int(_stat(backend)[1])


def _of_tree(first: int | None) -> float:
    """Return the processor time of a process, of those it has started, and of those of them that ended, in seconds."""
    if first is None:
        return 0.0
    for _ in range(TRIES):
        with suppress(FileNotFoundError, ProcessLookupError):  # one ended just now, before or while it was read
            return _counted(first)
    raise AssertionError("its processes come and go")


def _counted(first: int) -> float:
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    own = sum(map(int, _stat(first)[11:15]))
    return (own + sum(sum(map(int, _stat(int(one))[11:13])) for one in children)) / _TICKS


def _stat(process: int) -> list[str]:
    """Return the fields of a process from the third on; its name may hold anything."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def main(words: Sequence[str]) -> int:
    """Measure both databases and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.cores", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--thinned", type=int, default=1, help="by how much less is done")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="trochlea-cores-") as name:
        Path(name).chmod(0o755)
        with open_served(Path(name) / "served", KINDS, workers=1) as served:
            for one in served:
                for work, spent in measured(one, asked.rounds, asked.thinned).items():
                    told = f"server {spent.server_ms:.1f} ms, database {spent.database_ms:.1f} ms of a core"
                    print(f"{one.name:12}{work:24}{told}", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
