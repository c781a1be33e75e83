"""`python -m tests.benchmarks`: measures the product beside raw baselines and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.benchmarks.growth import Scale, measure_growth
from tests.benchmarks.pasts import ARCHIVE, SHORT_ARCHIVE
from tests.benchmarks.picture import picture
from tests.benchmarks.places import KINDS, Place, Served, conditions, open_places, open_served
from tests.benchmarks.report import markdown
from tests.benchmarks.results import Results
from tests.benchmarks.review_work import ReviewRounds, Ward
from tests.benchmarks.route_rounds import RouteRounds
from tests.benchmarks.share import measure_share
from tests.benchmarks.sync_rounds import Plan, SyncRounds
from tests.builders.servers import ROOT

SEED = 20_261_120
THREADS = 4
ROUTES, SYNC, REVIEW, GROWTH = PARTS = ("routes", "sync", "review", "growth")


@dataclass(frozen=True)
class Size:
    """How much is measured; a single round is not run in before, a single size needs no databases of its own."""

    rounds: int
    patients: int
    requests: int
    share_writes: int
    sync: Plan
    growth: Scale
    ward: Ward
    workers: int


_WHOLE, _THIN = Plan(thinned=1, archive=ARCHIVE), Plan(thinned=40, archive=SHORT_ARCHIVE)
FULL = Size(
    rounds=5,
    patients=16,
    requests=160,
    share_writes=240,
    sync=_WHOLE,
    growth=Scale(sizes=(100, 1_000, 10_000), rounds=8, plan=_WHOLE),
    ward=Ward(),
    workers=2,
)
QUICK = Size(
    rounds=1,
    patients=2,
    requests=16,
    share_writes=8,
    sync=_THIN,
    growth=Scale(sizes=(200,), rounds=1, plan=_THIN),
    ward=Ward(patients=4, rising=1, count=2),
    workers=1,
)


def main() -> None:
    """Measure, print the page, and write it when all of it was measured at full size."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small round of everything")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; can be given again")
    parser.add_argument(
        "--patients", type=int, help="also beside so many; 100,000 on both databases took six minutes more to fill"
    )
    asked = parser.parse_args()
    size, parts = QUICK if asked.quick else FULL, asked.only or list(PARTS)
    if asked.patients is not None:
        size = replace(size, growth=replace(size.growth, sizes=tuple(sorted({*size.growth.sizes, asked.patients}))))
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="trochlea-bench-") as folder:
        Path(folder).chmod(0o755)
        results, told = _measure(Path(folder), size, parts)
    page = markdown(results, told, rounds=size.rounds, workers=size.workers, threads=THREADS)
    drawn = picture(results)
    print(page)  # noqa: T201
    _say(f"took {time.monotonic() - began:.0f} s")
    if not asked.quick and set(parts) == set(PARTS):
        (ROOT / "docs" / "benchmarks.md").write_text(page, encoding="utf-8")
        (ROOT / "docs" / "benchmarks.svg").write_text(drawn, encoding="utf-8")
        _say("wrote docs/benchmarks.md")


def _measure(folder: Path, size: Size, parts: Sequence[str]) -> tuple[Results, dict[str, str]]:
    results, chance = Results(), random.Random(SEED)
    _say("starting SQLite, PostgreSQL and the servers")
    with open_places(folder / "places", workers=size.workers) as places:
        told = conditions(places)
        _measure_places(places, size, parts, results, chance)
        if GROWTH in parts and len(size.growth.sizes) == 1:
            _measure_growth(places, size, results, chance)
    if GROWTH in parts and len(size.growth.sizes) > 1:
        _say("growth: starting databases of several sizes and their servers")
        kinds = [kind for kind in KINDS for _ in size.growth.sizes]
        with open_served(folder / "towns", kinds, workers=size.workers) as served:
            _measure_growth(served, size, results, chance)
    return results, told


def _measure_growth(served: Sequence[Served], size: Size, results: Results, chance: random.Random) -> None:
    sizes = size.growth.sizes * len(KINDS)
    measure_growth(list(zip(served, sizes, strict=True)), results, chance, _say, size.growth)


def _measure_places(
    places: list[Place], size: Size, parts: Sequence[str], results: Results, chance: random.Random
) -> None:
    if SYNC in parts:
        sync = SyncRounds(places, results, chance, size.sync)
        _repeat(SYNC, size.rounds, sync.measure)
    if REVIEW in parts:
        _say("review: a therapist's patients")
        _repeat(REVIEW, size.rounds, ReviewRounds(places, results, chance, size.ward).measure)
    if ROUTES in parts:
        routes = RouteRounds(places, results, chance, patients=size.patients, requests=size.requests)
        _repeat(ROUTES, size.rounds, routes.measure)
        for place in places:
            _say(f"the share of advice on {place.name}")
            results.shares[place.name] = measure_share(place.ground, size.share_writes)


def _repeat(part: str, rounds: int, measure: Callable[..., None]) -> None:
    for number in range(rounds):
        _say(f"{part}: round {number + 1} of {rounds}")
        measure(warm=rounds > 1 and number == 0)


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
