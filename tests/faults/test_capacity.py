"""More comes than the server can do: it does what it can, and tells the others at once to come again (G39, G42)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.benchmarks.pasts import SEASON
from tests.builders.databases import prepare
from tests.builders.servers import PATIENT_S, SECRET, Server, product_environment, start_server
from tests.faults.cores import cores_apart
from tests.faults.figures import rounds, tell
from tests.faults.load import Clients, Load
from tests.faults.phones import DAYS, nothing_is_lost_of, patients
from tests.levels import SQLITE_FIRST
from tests.sync.test_crash_push import Record, client_of

PEOPLE, MANY, MOST, CONNECTIONS = 64, 512, 8192, 8
"""Each has ninety days behind them; of many, or of most in half an hour, nobody grows far beyond that meanwhile."""
RECENT_DAYS = 29
"""In half an hour each of the most logs what a fortnight brings, of these days: steps of a week come to each of them.
Else all is spread over a year."""
DEEP_S, FULL_S, PLANTED_S = 3.0, 60.0, 8.0
TIMES = (2, 5)
USUAL = 0.7
KEPT_GOODPUT = 0.8
LONGEST_ACCEPTED_S, SLOWER_THAN_USUAL = 2.0, 3.0
LONGEST_REFUSED_S = 0.1
BACK_WITHIN_S = 10.0
REFUSED = {429, 503}
SOAK_MINUTES, WARM_MINUTES, COMPARED_MINUTES, MINUTE_S = 30, 5, 5, 60
GROWS_BY_MB_IN_10_MIN, GROWS_BY_SHARE, MORE_THAN_AT_FIRST = 1.0, 0.1, 2
SLOWER_AT_THE_END = 1.2
UNBOUND = """
from app.web import admission
from wsgi import app
app.wsgi_app = app.wsgi_app._application._application
"""
"""A server as it must not be: it takes in whatever comes."""


@pytest.fixture
def database_folder(tmp_path: Path) -> Path:
    """On a disk: what a server can do is what it can keep."""
    return tmp_path


@dataclass
class Place:
    """A server, its clients, and what it acknowledged to them."""

    server: Server
    clients: Clients
    record: Record
    url: str

    def nothing_is_lost(self) -> None:
        """Check that all that was acknowledged is there, once."""
        nothing_is_lost_of(self.server, list(self.clients.people), self.record, self.url)


@contextmanager
def serving(
    url: str, folder: Path, application: str = "wsgi:app", people_there: int = PEOPLE, days: int = DAYS
) -> Iterator[Place]:
    """Serve an installation with so many patients who log of so many days.

    The clients have cores of their own where there are several.
    """
    prepare(url)
    people, record = patients(url, folder, people_there, SEASON), Record(0)
    (folder / "unbound.py").write_text(UNBOUND)
    environment = {**product_environment(url, folder / "var", SECRET), "PYTHONPATH": str(folder)}
    server = start_server(environment, folder, application=application, ready_within_s=PATIENT_S)
    try:
        epochs = []
        for person in people:
            with client_of(server, person) as client:
                epochs.append(client.get("changes?limit=1").json()["epoch"])
        with cores_apart(server, url):
            yield Place(server, Clients(server.port, people, epochs, record, days), record, url)
    finally:
        server.stop()


def overload(place: Place, seconds: float) -> dict[str, Load]:
    """Measure what the server can do, and what becomes of two and five times as much; and what it can do then.

    What it does in its first minute, into a file that was just made, it cannot keep up: that is not counted.
    """
    clients = place.clients
    clients.at_once(CONNECTIONS, seconds * 2)
    found = {"peak": clients.at_once(CONNECTIONS, seconds)}
    peak = found["peak"].goodput
    found["usual"] = clients.at_rate(USUAL * peak, seconds)
    for times in TIMES:
        found[f"{times} times"] = clients.at_rate(times * peak, seconds)
        found[f"peak after {times}"] = clients.at_once(CONNECTIONS, seconds)
    found["after"] = clients.at_rate(USUAL * found[f"peak after {TIMES[-1]}"].goodput, min(seconds, BACK_WITHIN_S))
    for name, load in found.items():
        tell(
            f"capacity, {name}: {load.goodput:.0f} a second done, p99 {load.p99_s(done=True) * 1000:.0f} ms, "
            f"{len(load.refused)} of {len(load.replies)} refused, p99 {load.p99_s(done=False) * 1000:.0f} ms"
        )
    return found


def answers_are_bounded(found: dict[str, Load]) -> None:
    """Check what does not hang on how busy this machine is."""
    for name, load in found.items():
        statuses = Counter(one.status for one in load.replies)
        assert set(statuses) <= {200, *REFUSED}, (name, statuses)
        assert all(one.says_when for one in load.refused), name
    assert any(load.refused for load in found.values()), "the server was never asked for more than it can do"


@pytest.mark.deep
@pytest.mark.measured
@SQLITE_FIRST
def test_five_times_what_it_can_do_is_refused_with_a_word_and_nothing_is_lost(
    fresh_database_url: str, tmp_path: Path
) -> None:
    with serving(fresh_database_url, tmp_path) as place:
        found = overload(place, DEEP_S)
        answers_are_bounded(found)
        place.nothing_is_lost()


@pytest.mark.torture
def test_two_and_five_times_what_it_can_do_leave_what_it_does(fresh_database_url: str, tmp_path: Path) -> None:
    with serving(fresh_database_url, tmp_path, people_there=MANY) as place:
        found = overload(place, rounds(int(FULL_S)))
        answers_are_bounded(found)
        place.nothing_is_lost()
    usual_s = found["usual"].p99_s(done=True)
    for times in TIMES:
        load = found[f"{times} times"]
        assert load.goodput >= KEPT_GOODPUT * found["peak"].goodput, times
        assert load.p99_s(done=True) <= min(LONGEST_ACCEPTED_S, SLOWER_THAN_USUAL * usual_s), times
        assert load.p99_s(done=False) <= LONGEST_REFUSED_S, times
    assert found["after"].refused == []
    assert found["after"].p99_s(done=True) <= SLOWER_THAN_USUAL * usual_s


@pytest.mark.torture
def test_a_server_that_takes_in_whatever_comes_is_seen(fresh_database_url: str, tmp_path: Path) -> None:
    """Planted: no bound; who comes last waits for all before."""
    with serving(fresh_database_url, tmp_path, "unbound:app") as place:
        found = overload(place, max(PLANTED_S, rounds(int(FULL_S)) / 3))
    most = found[f"{TIMES[-1]} times"]
    assert most.p99_s(done=True) > LONGEST_ACCEPTED_S or most.p99_s(done=False) > LONGEST_REFUSED_S


# Half an hour


@dataclass(frozen=True, slots=True)
class Held:
    """What a server has at one moment: memory in MiB, open files, threads."""

    at_s: float
    memory_mb: float
    files: int
    threads: int


def held(server: Server) -> Held:
    """Return what the workers of a server have, together."""
    master = server.process.pid
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in workers)
    files = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in workers)
    threads = sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in workers)
    return Held(time.monotonic(), pages * 4096 / 2**20, files, threads)


def together(loads: Sequence[Load]) -> Load:
    """Return the runs that came one after the other as one."""
    replies = [reply for load in loads for reply in load.replies]
    return Load(sum(load.wanted_s for load in loads), replies, sum(load.took_s for load in loads))


def grows_by(seen: list[Held]) -> float:
    """Return by how many MiB in ten minutes the memory grows: the slope of the line through all of it."""
    times, sizes = [one.at_s for one in seen], [one.memory_mb for one in seen]
    middle_s, middle_mb = sum(times) / len(times), sum(sizes) / len(sizes)
    wide = sum((at - middle_s) ** 2 for at in times)
    return 600 * sum((at - middle_s) * (mb - middle_mb) for at, mb in zip(times, sizes, strict=True)) / wide


def test_a_memory_that_grows_is_seen() -> None:
    assert grows_by([Held(60.0 * minute, 100 + 0.2 * minute, 9, 9) for minute in range(25)]) == pytest.approx(2.0)
    assert grows_by([Held(60.0 * minute, 100 + minute % 2, 9, 9) for minute in range(25)]) < GROWS_BY_MB_IN_10_MIN


@pytest.mark.torture
def test_half_an_hour_at_half_of_what_it_can_do_leaves_the_server_as_it_was(
    fresh_database_url: str, tmp_path: Path
) -> None:
    minutes = max(3, rounds(SOAK_MINUTES))
    warm = max(1, WARM_MINUTES * minutes // SOAK_MINUTES)
    compared = max(1, COMPARED_MINUTES * minutes // SOAK_MINUTES)
    with serving(fresh_database_url, tmp_path, people_there=MOST, days=RECENT_DAYS) as place:
        place.clients.at_once(CONNECTIONS, 2 * MINUTE_S)
        peak = place.clients.at_once(CONNECTIONS, MINUTE_S).goodput
        loads, seen = [], []
        for minute in range(minutes):
            loads.append(place.clients.at_rate(peak / 2, MINUTE_S))
            if minute >= warm:
                seen.append(held(place.server))
        place.nothing_is_lost()
    refused = sum(len(load.refused) for load in loads)
    slope = grows_by(seen)
    first = together(loads[warm : warm + compared]).p99_s(done=True)
    last = together(loads[-compared:]).p99_s(done=True)
    tell(
        f"soak: {minutes} minutes, {sum(len(load.replies) for load in loads)} requests, {refused} refused, "
        f"memory {seen[0].memory_mb:.0f} to {seen[-1].memory_mb:.0f} MiB ({slope:+.2f} in 10 minutes), "
        f"files {seen[0].files} to {seen[-1].files}, threads {seen[0].threads} to {seen[-1].threads}, "
        f"p99 {first * 1000:.0f} and {last * 1000:.0f} ms"
    )
    assert refused == 0
    assert slope <= GROWS_BY_MB_IN_10_MIN
    assert seen[-1].memory_mb <= seen[0].memory_mb * (1 + GROWS_BY_SHARE)
    assert abs(seen[-1].files - seen[0].files) <= MORE_THAN_AT_FIRST
    assert abs(seen[-1].threads - seen[0].threads) <= MORE_THAN_AT_FIRST
    assert last <= SLOWER_AT_THE_END * first
