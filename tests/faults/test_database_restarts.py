"""PostgreSQL is stopped amid writes, or another takes its place: nothing acknowledged is lost (G26, G27)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.builders.databases import prepare
from tests.builders.devices import a_run, put
from tests.builders.people import Person
from tests.builders.servers import Server, start_patiently
from tests.faults.clusters import DATABASE, STANDBY, Cluster, clusters
from tests.faults.figures import rounds, tell
from tests.faults.phones import Phones, nothing_is_lost, patients

RESTARTS, ALL_RESTARTS = 2, 10
FAILOVERS, ALL_FAILOVERS = 1, 5
FIRST_SUCCESS_S = 2.0
LONGEST_OUTAGE_S = 30.0
BETWEEN = 60
"""So many operations are acknowledged between two faults."""


@pytest.fixture
def pair() -> Iterator[list[Cluster]]:
    """A server, and a place for another one."""
    with clusters(2) as made:
        yield made


def serve(url: str, folder: Path, address: str | None = None) -> tuple[Server, list[Person]]:
    """Start the product on a database that it prepares first; `address` is what the server itself is told."""
    prepare(url)
    people = patients(url, folder, 4)
    return start_patiently(address or url, folder), people


@pytest.mark.deep
@pytest.mark.parametrize("restarts", [RESTARTS, pytest.param(ALL_RESTARTS, marks=pytest.mark.torture)])
def test_a_restart_of_the_database_loses_nothing_and_is_over_in_two_seconds(
    pair: list[Cluster], tmp_path: Path, restarts: int
) -> None:
    cluster = pair[0]
    server, people = serve(cluster.url(), tmp_path)
    waits = []
    restarts = RESTARTS if restarts == RESTARTS else rounds(restarts)
    try:
        with Phones(people, server.url) as phones:
            for _ in range(restarts):
                phones.await_acknowledged(BETWEEN)
                cluster.stop("immediate")
                cluster.start()
                accepts_at = time.monotonic()
                phones.await_acknowledged(len(people))
                waits.append(phones.first_success_after(accepts_at) - accepts_at)
        nothing_is_lost(server, phones, cluster.url())
    finally:
        server.stop()
    statuses = Counter(answer.status for answer in phones.answers)
    tell(f"restarts {restarts}: waits {[round(wait, 2) for wait in waits]} s, statuses {dict(statuses)}")
    assert set(statuses) <= {200, 503}
    assert statuses[503] > 0, "no restart was seen by anybody"
    assert max(waits) <= FIRST_SUCCESS_S


def follow(primary: Cluster, standby: Cluster) -> None:
    """Let a second server follow the first, which acknowledges only what the second keeps as well."""
    primary.copy_as_standby(standby)
    standby.start()
    primary.configure(synchronous_standby_names=STANDBY)
    primary.await_synchronous()


def either(pair: list[Cluster]) -> str:
    """Return the address that finds whichever of two servers is written to."""
    hosts = "&".join(f"host={one.address}" for one in pair)
    return f"postgresql://postgres@/{DATABASE}?{hosts}&target_session_attrs=read-write&connect_timeout=2"


@pytest.mark.deep
@pytest.mark.parametrize("failovers", [FAILOVERS, pytest.param(ALL_FAILOVERS, marks=pytest.mark.torture)])
def test_a_failover_to_a_synchronous_standby_loses_nothing(pair: list[Cluster], tmp_path: Path, failovers: int) -> None:
    primary, standby = pair
    server, people = serve(primary.url(), tmp_path, either(pair))
    outages = []
    failovers = FAILOVERS if failovers == FAILOVERS else rounds(failovers)
    try:
        follow(primary, standby)
        with Phones(people, server.url) as phones:
            for number in range(failovers):
                phones.await_acknowledged(BETWEEN)
                gone_at = time.monotonic()
                primary.stop("immediate")
                stopped_at = time.monotonic()
                standby.promote()
                standby.ask("ALTER SYSTEM SET synchronous_standby_names = ''")
                standby.ask("SELECT pg_reload_conf()")
                phones.await_acknowledged(len(people))
                outages.append(phones.first_success_after(stopped_at) - gone_at)
                primary, standby = standby, primary
                if number + 1 < failovers:
                    follow(primary, standby)
        nothing_is_lost(server, phones, primary.url())
    finally:
        server.stop()
    statuses = Counter(answer.status for answer in phones.answers)
    tell(f"failovers {failovers}: outages {[round(outage, 2) for outage in outages]} s, statuses {dict(statuses)}")
    assert set(statuses) <= {200, 503}
    assert max(outages) <= LONGEST_OUTAGE_S


@pytest.mark.deep
def test_what_one_server_keeps_alone_is_not_acknowledged(pair: list[Cluster], tmp_path: Path) -> None:
    """Who ends the wait for the standby has it committed on one server alone; PostgreSQL calls that a success."""
    primary, standby = pair
    server, people = serve(primary.url(), tmp_path, either(pair))
    try:
        follow(primary, standby)
        person = people[0]
        told = {"base_url": f"{server.url}/v1/sync/streams/{person.id}/", "timeout": 60}
        with (
            httpx.Client(headers={"Authorization": f"Bearer {person.token}"}, **told) as client,
            ThreadPoolExecutor(1) as phone,
        ):
            body = {"epoch": client.get("changes?limit=1").json()["epoch"], "ops": [put("runs", a_run(1))]}
            standby.stop("immediate")
            alone = phone.submit(client.post, "ops", json=body)
            primary.ask(f"SELECT pg_cancel_backend({waiting(primary)})")
            assert alone.result(30).status_code == 503, alone.result().text
            assert alone.result().headers["Retry-After"].isdecimal()
            again = phone.submit(client.post, "ops", json=body)
            assert waiting(primary), "sent again, it waits for the standby again"
            standby.start()
            assert again.result(60).status_code == 200, again.result().text
            assert again.result().json()["results"][0]["duplicate"]
    finally:
        server.stop()


def waiting(primary: Cluster, within_s: int = 30) -> int:
    """Return the process that waits for the standby with its commit, once there is one."""
    for _ in range(within_s * 20):
        if found := primary.ask("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"):
            return int(str(found[0][0]))
        primary.ask("SELECT pg_sleep(0.05)")
    raise AssertionError("nobody waits for the standby")
