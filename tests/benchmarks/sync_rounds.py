"""The rounds of the sync part: each work beside its baselines, by people who have done none of it before."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.benchmarks.grounds import Ground
from tests.benchmarks.load import Sample, measure
from tests.benchmarks.pasts import SEASON, YEAR, Patient
from tests.benchmarks.places import Place
from tests.benchmarks.results import IN_PROCESS, PRODUCT, TARGETS, Results
from tests.benchmarks.statements import open_raw
from tests.benchmarks.sync_records import mixed, single
from tests.benchmarks.sync_work import PullAll, PullNewest, PullNothing, Push, ReadRun, Work

WARM = 4


class RowsMissing(Exception):
    """The errands left another number of rows than the baseline is about; then the two cannot be compared."""


@dataclass(frozen=True)
class Workload:
    """A work, by so many clients, so often in a round; who writes is new, has that past, and does it `each` times."""

    work: Work
    clients: int
    count: int
    past: str = SEASON
    each: int = 1

    def thinned(self, by: int) -> Workload:
        """Return the same, done less often, by no more clients than there is to do."""
        count = max(1, self.count // by)
        return replace(self, count=count, clients=min(self.clients, count))


ALONE, PUSH, PUSH_YEAR, PULL, FIRST_SYNC, ONE_ALONE, PUSH_ONE, READ_ONE, NOTHING_NEW = (
    "push 100, one client",
    "push 100",
    "push 100, a year behind",
    "pull 1,000",
    "first sync of 5,000",
    "push one run, one client",
    "push one run",
    "read one run",
    "nothing new, 304",
)
WORKLOADS = {
    ALONE: Workload(Push(mixed), clients=1, count=40),
    PUSH: Workload(Push(mixed), clients=4, count=24),
    PUSH_YEAR: Workload(Push(mixed), clients=4, count=24, past=YEAR),
    PULL: Workload(PullNewest(), clients=4, count=80),
    FIRST_SYNC: Workload(PullAll(), clients=4, count=12),
    ONE_ALONE: Workload(Push(single), clients=1, count=120, each=10),
    PUSH_ONE: Workload(Push(single), clients=16, count=480, each=10),
    READ_ONE: Workload(ReadRun(), clients=16, count=1920),
    NOTHING_NEW: Workload(PullNothing(), clients=16, count=1920),
}

COMPARED = ((ALONE,), (PUSH, PUSH_YEAR), (PULL,), (FIRST_SYNC,), (ONE_ALONE,), (PUSH_ONE,), (READ_ONE,), (NOTHING_NEW,))
"""Which works are compared with each other, besides each with its own baselines."""


@dataclass(frozen=True)
class Plan:
    """By how much less is done than in full, and what the readers have in their streams."""

    thinned: int
    archive: str


@contextmanager
def rows_counted(ground: Ground, load: Workload, patients: list[Patient]) -> Iterator[None]:
    """Raise RowsMissing unless every errand done within leaves its records and one advice."""
    ids = list({patient.person.id for patient in patients})
    before = ground.numbers_given(ids)
    yield
    stored, expected = ground.numbers_given(ids) - before, load.count * load.work.rows
    if stored != expected:
        raise RowsMissing(f"{stored} rows instead of {expected} on {ground.kind}")


class SyncRounds:
    """Measures round after round; the readers stay the same, writers are new each time."""

    def __init__(self, places: list[Place], results: Results, chance: random.Random, plan: Plan) -> None:
        self._places, self._results, self._chance = places, results, chance
        self._loads = {name: load.thinned(plan.thinned) for name, load in WORKLOADS.items()}
        self._readers = {place.name: place.ground.pasts.patients(plan.archive, 1) for place in places}

    def measure(self, *, warm: bool) -> None:
        """Measure every work once, in a random order; with `warm` each is run in before.

        What is compared is measured one right after the other: other programs on the machine come and go.
        """
        for place in self._places:
            place.ground.tidy()
        turns = [(place, names) for place in self._places for names in COMPARED]
        self._chance.shuffle(turns)
        for place, names in turns:
            pairs = [(name, target) for name in names for target in TARGETS]
            self._chance.shuffle(pairs)
            for name, target in pairs:
                self._measure_one(place, target, name, warm=warm)

    def _measure_one(self, place: Place, target: str, name: str, *, warm: bool) -> None:
        load = self._loads[name]
        if warm:
            self._sample(place, target, replace(load, count=max(WARM, load.clients)))
        self._results.add(place.name, target, name, self._sample(place, target, load))

    def _sample(self, place: Place, target: str, load: Workload) -> Sample:
        patients = self._patients(place, load)
        with rows_counted(place.ground, load, patients):
            return _measured(place, target, load, patients)

    def _patients(self, place: Place, load: Workload) -> list[Patient]:
        """Return whose errand each one is."""
        if not load.work.rows:
            return self._readers[place.name] * load.count
        writers = place.ground.pasts.patients(load.past, max(load.clients, load.count // load.each))
        return [writers[number % len(writers)] for number in range(load.count)]


def _measured(place: Place, target: str, load: Workload, patients: list[Patient]) -> Sample:
    if target == PRODUCT:
        return measure(place.product.port, [load.work.product(patient) for patient in patients], load.clients)
    if target == IN_PROCESS:
        return _in_process(place, load, patients)
    return measure(place.raw.port, [load.work.raw(patient) for patient in patients], load.clients)


def _in_process(place: Place, load: Workload, patients: list[Patient]) -> Sample:
    """Do the statements one after the other over one connection, whatever the number of clients."""
    raw = open_raw(place.ground.url, place.advice)
    tasks = [load.work.in_process(raw, patient) for patient in patients]
    took = []
    began = time.perf_counter()
    for task in tasks:
        before = time.perf_counter()
        task()
        took.append((time.perf_counter() - before) * 1000)
    sample = Sample(len(tasks) / (time.perf_counter() - began), took)
    raw.driver.close()
    return sample
