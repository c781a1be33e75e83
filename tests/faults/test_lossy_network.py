"""Where answers are lost after the commit phones push again, and nothing is lost or there twice (G29)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.databases import prepare
from tests.builders.servers import start_patiently
from tests.faults.figures import rounds, tell
from tests.faults.phones import Phones, nothing_is_lost, patients
from tests.faults.proxy import LossyProxy
from tests.levels import SQLITE_FIRST

SEED = 20_261_121
PUSHES, DEEP_PUSHES, ALL_PUSHES = 80, 304, 5000
PHONES = 8
SIZES = [
    PUSHES,
    pytest.param(DEEP_PUSHES, marks=pytest.mark.deep),
    pytest.param(ALL_PUSHES, marks=pytest.mark.torture),
]


@SQLITE_FIRST
@pytest.mark.parametrize("pushes", SIZES)
def test_pushes_whose_answers_are_lost_are_kept_once(fresh_database_url: str, tmp_path: Path, pushes: int) -> None:
    pushes = rounds(pushes) if pushes == ALL_PUSHES else pushes
    pushes -= pushes % PHONES  # each phone pushes as often as every other
    prepare(fresh_database_url)
    people = patients(fresh_database_url, tmp_path, 4)
    server = start_patiently(fresh_database_url, tmp_path)
    try:
        with LossyProxy(server.port, SEED) as proxy:
            phones = Phones(people, proxy.url, PHONES, wait_s=0.01)
            phones.deliver(pushes)
            nothing_is_lost(server, phones, fresh_database_url)
    finally:
        server.stop()
    batches = phones.record.batches
    assert len(batches) == pushes
    tell(f"lossy network: {pushes} pushes, {dict(proxy.fates)}")
    assert proxy.fates["lost"] + proxy.fates["reset"] >= pushes // 20
    again = [results for _, _, results in batches if results and any(one.get("duplicate") for one in results)]
    assert len(again) >= pushes // 20, "no push whose answer was lost was sent again"
    assert all(one["status"] == "applied" for _, _, results in batches for one in results or ())
