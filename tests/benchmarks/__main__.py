"""`python -m tests.benchmarks`: measures the product beside raw baselines and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.load import Sample, measure, request
from tests.benchmarks.places import Place, conditions, open_places
from tests.benchmarks.report import IN_PROCESS, PRODUCT, RAW, TARGETS, Results, markdown, picture, summary
from tests.benchmarks.routes import ROUTES, Cast, new_cast, product_requests, raw_in_process, raw_requests
from tests.benchmarks.share import measure_share
from tests.builders.servers import ROOT

SEED = 20_261_120
THREADS = 4
Casts = dict[tuple[str, str], Cast]


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    patients: int
    requests: int
    share_writes: int
    workers: int


FULL = Size(rounds=5, patients=16, requests=160, share_writes=240, workers=2)
QUICK = Size(rounds=1, patients=2, requests=16, share_writes=8, workers=1)


def main() -> None:
    """Measure, print, and write the page unless it is only a try."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small round; prints, writes nothing")
    size = QUICK if parser.parse_args().quick else FULL
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="trochlea-bench-") as folder:
        Path(folder).chmod(0o755)
        _say("starting SQLite, PostgreSQL and the servers")
        with open_places(Path(folder), workers=size.workers) as places:
            results, told = _measure(places, size), conditions(places)
    print(summary(results))  # noqa: T201
    _say(f"took {time.monotonic() - began:.0f} s")
    if size is FULL:
        _write(results, told)


def _measure(places: list[Place], size: Size) -> Results:
    results, chance = Results(), random.Random(SEED)
    for number in range(size.rounds):
        _say(f"round {number + 1} of {size.rounds}")
        _round(places, size, results, chance, warm=number == 0)
    for place in places:
        _say(f"the share of advice on {place.name}")
        results.shares[place.name] = measure_share(place, size.share_writes)
    return results


def _round(places: list[Place], size: Size, results: Results, chance: random.Random, *, warm: bool) -> None:
    """Measure every target and route once, in a random order; the first time each is run in before."""
    casts = {(place.name, side): new_cast(place, size.patients) for place in places for side in (PRODUCT, RAW)}
    pairs = [(place, target, route) for place in places for target in TARGETS for route in ROUTES]
    chance.shuffle(pairs)
    for place, target, route in pairs:
        if warm:
            _sample(place, target, route, casts, 8)
        results.add(place.name, target, route, _sample(place, target, route, casts, size.requests))
    results.bare.append(measure(places[0].raw.port, [request("GET", "/bare", 200)] * size.requests * 2))


def _sample(place: Place, target: str, route: str, casts: Casts, count: int) -> Sample:
    if target == PRODUCT:
        return measure(place.product.port, product_requests(route, casts[place.name, PRODUCT], count))
    cast = casts[place.name, RAW]
    if target == IN_PROCESS:
        return raw_in_process(route, place, cast, count)
    return measure(place.raw.port, raw_requests(route, cast, count))


def _write(results: Results, told: dict[str, str]) -> None:
    page = markdown(results, told, rounds=FULL.rounds, workers=FULL.workers, threads=THREADS)
    (ROOT / "docs" / "benchmarks.md").write_text(page, encoding="utf-8")
    (ROOT / "docs" / "benchmarks.svg").write_text(picture(results), encoding="utf-8")
    _say("wrote docs/benchmarks.md")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
