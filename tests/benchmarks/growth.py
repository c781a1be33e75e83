"""Whether the product slows down beside many other patients: databases of several sizes, measured in turn."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, insert, select

from app.accounts.models import AccountRow
from app.db.base import table_of
from app.db.synced import FIRST_HEAD, SyncStream, generation_at
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from tests.benchmarks.grounds import Ground
from tests.benchmarks.histories import ZONE
from tests.benchmarks.load import Sample, measure
from tests.benchmarks.pasts import DAYS, SEASON, Patient
from tests.benchmarks.places import Served
from tests.benchmarks.results import Results
from tests.benchmarks.sync_rounds import PULL, PUSH, PUSH_ONE, READ_ONE, WORKLOADS, Plan, Workload, rows_counted

WRITERS = 24
GROWING = {
    work: replace(WORKLOADS[work], count=count)
    for work, count in ((PUSH, 8), (PULL, 16), (PUSH_ONE, 64), (READ_ONE, 128))
}
"""What is done in a round: little, so that every database is measured in every minute."""


@dataclass(frozen=True)
class Scale:
    """The numbers of patients, and how often and how much is measured beside each."""

    sizes: tuple[int, ...]
    rounds: int
    plan: Plan


@dataclass(frozen=True)
class Town:
    """One database with so many patients, a few of them at work."""

    served: Served
    size: int
    writers: list[Patient]
    reader: Patient

    def measure(self, load: Workload, chance: random.Random) -> Sample:
        """Have the work done by some of the people who do it."""
        first = chance.randrange(WRITERS)
        writers = [self.writers[(first + number) % WRITERS] for number in range(load.count)]
        patients = writers if load.work.rows else [self.reader] * load.count
        errands = [load.work.product(patient) for patient in patients]
        with rows_counted(self.served.ground, load, patients):
            return measure(self.served.product.port, errands, load.clients)


def measure_growth(
    served: Sequence[tuple[Served, int]],
    results: Results,
    chance: random.Random,
    say: Callable[[str], None],
    scale: Scale,
) -> None:
    """Fill each database up to its number of patients, and measure the works in all of them in every round."""
    towns = []
    for one, size in served:
        say(f"growth: {size:,} patients on {one.name}")
        towns.append(_settle(one, size, scale.plan.archive))
    for number in range(scale.rounds):
        say(f"growth: round {number + 1} of {scale.rounds}")
        _round(towns, results, chance, scale, warm=number == 0)


def _round(towns: list[Town], results: Results, chance: random.Random, scale: Scale, *, warm: bool) -> None:
    turns = [(town, work) for town in towns for work in GROWING]
    chance.shuffle(turns)
    for town, work in turns:
        load = GROWING[work].thinned(scale.plan.thinned)
        if warm and scale.rounds > 1:
            town.measure(load, chance)
        results.add_growth(town.served.name, town.size, work, town.measure(load, chance))


def _settle(served: Served, size: int, archive: str) -> Town:
    """Fill a database up to so many patients with small pasts, the measured ones with theirs."""
    ground = served.ground
    writers, (reader,) = ground.pasts.patients(SEASON, WRITERS), ground.pasts.patients(archive, 1)
    ground.pasts.give(DAYS)  # nobody waits for it yet, but whoever it is written for counts
    add_patients(ground, size - _count(ground))
    ground.pasts.give(DAYS)
    ground.tidy()
    return Town(served, size, writers, reader)


def _count(ground: Ground) -> int:
    with ground.database.reading() as db:
        return db.execute(select(func.count()).select_from(SyncStream)).scalar_one()


def add_patients(ground: Ground, count: int) -> None:
    """Add patients with empty streams, who never log in."""
    at, ids = now(), [new_id() for _ in range(count)]
    accounts = [
        {
            "id": account_id,
            "role": Role.PATIENT.value,
            "email": f"{account_id.hex}@example.org",
            "password_hash": "no password fits this",
            "display_name": "Test Person",
            "zone": ZONE,
            "professional_role": None,
            "created_at": at,
            "disabled_at": None,
        }
        for account_id in ids
    ]
    start = {"generation": generation_at(at), "head": FIRST_HEAD, "floor": FIRST_HEAD}
    streams = [{"patient_id": account_id, "epoch": new_id(), **start} for account_id in ids]
    with ground.database.writing.begin() as db:
        db.execute(insert(table_of(AccountRow)), accounts)
        db.execute(insert(table_of(SyncStream)), streams)
