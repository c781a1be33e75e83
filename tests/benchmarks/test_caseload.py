"""The caseload of 200 (W6) beside the fetching of the same rows, taken in turns in this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import pytest

from app.guidance.service.following import HIP_FIRST_DAYS
from app.kernel.clock import now
from app.review.repository.caseload import rows_of_caseload
from app.review.repository.followings import read_followed
from tests.benchmarks.grounds import new_url, open_ground, postgresql_server
from tests.benchmarks.review_work import ward
from tests.conftest import BACKENDS

PATIENTS, RISING, ROUNDS, WARM = 200, 10, 15, 6
LONGEST = 2.5
"""How many times as long as fetching the same rows the answer may take (issue 5)."""


def timed(work: Callable[[], Any]) -> float:
    """Return how long something took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@pytest.mark.deep
@pytest.mark.measured
@pytest.mark.parametrize("kind", BACKENDS)
def test_the_caseload_of_200_takes_at_most_two_and_a_half_times_its_rows(kind: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with (
        postgresql_server(tmp_path) as server,
        new_url(kind, tmp_path, server) as url,
        open_ground(kind, url, tmp_path) as ground,
    ):
        therapist, rising = ward(ground, PATIENTS, RISING)

        def answer() -> None:
            found = therapist.get(f"/v1/caseload?limit={PATIENTS}")
            assert found.status_code == 200
            assert len(found.data) > PATIENTS

        def statement() -> None:
            with ground.database.reading() as db:
                rows = rows_of_caseload(db, therapist.id, now())
                assert len([orjson.loads(row[-1]) for row in rows]) == PATIENTS
                today = now().date()
                first, knee_since = today - timedelta(days=14), today - timedelta(days=14 + HIP_FIRST_DAYS)
                assert len(read_followed(db, rising, first, today, knee_since, now()).sessions) == RISING

        for work in (answer, statement) * WARM:
            work()
        turns = [(timed(answer), timed(statement)) for _ in range(ROUNDS)]
    whole, alone = (median(times) for times in zip(*turns, strict=True))
    print(f"{kind}: {1000 * whole:.0f} ms, the rows alone {1000 * alone:.0f} ms, {whole / alone:.2f} times")  # noqa: T201
    assert whole / alone <= LONGEST
