"""The benchmarks run: one small round of everything, which writes nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.growth import GROWING
from tests.benchmarks.review_work import REVIEWS
from tests.benchmarks.routes import ROUTES
from tests.benchmarks.sync_rounds import WORKLOADS
from tests.builders.servers import ROOT

WITHIN_S = 240
"""Generous: a machine that runs all tests at once is slow. Alone it takes about fifteen seconds."""


@pytest.mark.deep
def test_a_small_round_measures_every_route_and_writes_nothing() -> None:
    page = ROOT / "docs" / "benchmarks.md"
    before = page.read_bytes() if page.exists() else None
    command = [sys.executable, "-m", "tests.benchmarks", "--quick"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S)
    assert done.returncode == 0, done.stderr[-4000:]
    measured = [*ROUTES, *REVIEWS, *WORKLOADS]
    assert {work: done.stdout.count(f"\n| {work} |") for work in measured} == dict.fromkeys(measured, 2)
    assert done.stdout.count("| growth |") == len(GROWING)
    assert done.stdout.count("under the goal") == 1
    assert (page.read_bytes() if page.exists() else None) == before
