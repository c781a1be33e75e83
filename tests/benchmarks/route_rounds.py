"""The rounds of the routes part: each route beside its baselines, by new people in every round."""

from __future__ import annotations

import random

from tests.benchmarks.load import Sample, measure, request
from tests.benchmarks.places import Place
from tests.benchmarks.results import IN_PROCESS, PRODUCT, RAW, TARGETS, Results
from tests.benchmarks.routes import ROUTES, Cast, new_cast, product_requests, raw_in_process, raw_requests

WARM = 8
Casts = dict[tuple[str, str], Cast]


class RouteRounds:
    """Measures round after round."""

    def __init__(
        self, places: list[Place], results: Results, chance: random.Random, *, patients: int, requests: int
    ) -> None:
        self._places, self._results, self._chance = places, results, chance
        self._patients, self._requests = patients, requests

    def measure(self, *, warm: bool) -> None:
        """Measure every route once, beside its baselines, in a random order; with `warm` each is run in before."""
        sides = [(place, side) for place in self._places for side in (PRODUCT, RAW)]
        casts = {(place.name, side): new_cast(place.ground, self._patients) for place, side in sides}
        turns = [(place, route) for place in self._places for route in ROUTES]
        self._chance.shuffle(turns)
        for place, route in turns:
            for target in self._chance.sample(TARGETS, len(TARGETS)):
                if warm:
                    _sample(place, target, route, casts, WARM)
                self._results.add(place.name, target, route, _sample(place, target, route, casts, self._requests))
        bare = [[request("GET", "/bare", 200)]] * self._requests * 2
        self._results.bare.append(measure(self._places[0].raw.port, bare))


def _sample(place: Place, target: str, route: str, casts: Casts, count: int) -> Sample:
    if target == PRODUCT:
        own = product_requests(route, casts[place.name, PRODUCT], count)
        return measure(place.product.port, [[one] for one in own])
    cast = casts[place.name, RAW]
    if target == IN_PROCESS:
        return raw_in_process(route, place, cast, count)
    return measure(place.raw.port, [[one] for one in raw_requests(route, cast, count)])
