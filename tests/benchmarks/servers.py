"""`python -m tests.benchmarks.servers`: W1 to W4 on gunicorn (gthread) and on granian, side by side in one run."""

from __future__ import annotations

import argparse
import random
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from tests.benchmarks.grounds import Ground, new_url, open_ground, postgresql_server
from tests.benchmarks.load import measure, times_of
from tests.benchmarks.pasts import Patient
from tests.benchmarks.places import KINDS
from tests.benchmarks.sync_rounds import NOTHING_NEW, PULL, PUSH, PUSH_ONE, READ_ONE, WORKLOADS, Workload
from tests.builders.servers import SECRET, Server, await_server, product_environment, spawn, start_server

WORKERS, THREADS, SEED = 2, 4, 20_261_122
WORKS = {"W1": PUSH, "W2": PULL, "W3": PUSH_ONE, "W4": READ_ONE, "W4, 304": NOTHING_NEW}
GUNICORN, GRANIAN = SERVERS = ("gunicorn", "granian")


def start(name: str, ground: Ground) -> Server:
    """Start the product on one of the servers, with as many workers and threads on either."""
    environment = product_environment(ground.url, ground.folder / "var", SECRET)
    if name == GUNICORN:
        return start_server(environment, ground.folder, workers=WORKERS, threads=THREADS)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = [f"--port={port}", f"--workers={WORKERS}", f"--blocking-threads={THREADS}", "--no-ws", "--no-access-log"]
    command = [sys.executable, "-m", "granian", "--interface=wsgi", "--host=127.0.0.1", *options, "wsgi:app"]
    return await_server(spawn(command, environment, ground.folder, port), "/health/live")


def measured(ground: Ground, server: Server, load: Workload) -> tuple[float, list[float]]:
    """Return the errands a second of one round, and how long each took, in milliseconds."""
    writes = bool(load.work.rows)
    found = (
        ground.pasts.patients(load.past, max(load.clients, load.count // load.each)) if writes else [_reader(ground)]
    )
    errands = [load.work.product(found[number % len(found)]) for number in range(load.count)]
    sample = measure(server.port, errands, load.clients)
    return sample.per_s, times_of([sample])


def _reader(ground: Ground) -> Patient:
    if not hasattr(ground, "reader"):
        ground.reader = ground.pasts.patients("1,016 records", 1)[0]  # type: ignore[attr-defined]
    found: Patient = ground.reader  # type: ignore[attr-defined]
    return found


@contextmanager
def places(folder: Path) -> Iterator[dict[str, tuple[Ground, dict[str, Server]]]]:
    """Open a database of each kind with both servers on it, and end everything afterwards."""
    with ExitStack() as stack:
        address = stack.enter_context(postgresql_server(folder))
        found = {}
        for kind in KINDS:
            own = folder / kind
            own.mkdir(mode=0o755)
            ground = stack.enter_context(open_ground(kind, stack.enter_context(new_url(kind, own, address)), own))
            servers = {}
            for name in SERVERS:
                servers[name] = start(name, ground)
                stack.callback(servers[name].stop)
            found[kind] = (ground, servers)
        yield found


def main() -> None:
    """Measure in shuffled rounds and print the ratios of granian to gunicorn."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.servers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--thinned", type=int, default=1, help="do so much less in a round")
    asked, chance = parser.parse_args(), random.Random(SEED)
    told: dict[tuple[str, str, str], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="trochlea-servers-") as folder:
        Path(folder).chmod(0o755)
        with places(Path(folder)) as found:
            for _ in range(asked.rounds + 1):  # the first is to run in
                turns = [(kind, work, name) for kind in KINDS for work in WORKS for name in SERVERS]
                chance.shuffle(turns)
                for kind, work, name in turns:
                    ground, servers = found[kind]
                    load = WORKLOADS[WORKS[work]].thinned(asked.thinned)
                    told.setdefault((kind, work, name), []).append(measured(ground, servers[name], load)[0])
    for kind in KINDS:
        for work in WORKS:
            old, new = (told[kind, work, name][1:] for name in SERVERS)
            spread = f"{min(new) / max(old):.2f} to {max(new) / min(old):.2f}"
            print(f"| {kind} | {work} | {WORKS[work]} | {median(new) / median(old):.2f} | {spread} |")  # noqa: T201


if __name__ == "__main__":
    main()
