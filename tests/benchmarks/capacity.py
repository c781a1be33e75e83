"""`python -m tests.benchmarks.capacity`: what a patient-year costs in rows and bytes, and whether that adds up.

One patient lives a year through the application: each day a phone pushes what was logged, and an advice is made. That
year is copied to a few patients, which gives the cost of one, and then to many, which shows whether the sum was right.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import time_machine

from app.db.synced import SyncChange
from app.kernel.clock import now
from app.logbook.domain import Entry
from app.sync.registry import COLLECTIONS
from app.web.auth import issue_access_token
from tests.benchmarks.drivers import open_driver
from tests.benchmarks.grounds import Ground, new_url, open_ground, postgresql_server
from tests.benchmarks.growth import add_patients
from tests.benchmarks.histories import check_in, run, scores_of, session
from tests.benchmarks.places import KINDS
from tests.benchmarks.sync_records import operation
from tests.builders.devices import Phone
from tests.builders.people import People, Person

FEW, MANY, DAYS = 40, 200, 365
LOG_IN_DAYS = 30
OFF_MOST = 0.1
"""By how much the bytes that were foretold may differ from those that are there."""
_SIZE = {
    "sqlite": "SELECT (page_count - freelist_count) * page_size AS bytes "
    "FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()",
    "postgresql": "SELECT sum(pg_total_relation_size(oid))::bigint AS bytes FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
}
_BY_TABLE = {
    "sqlite": "SELECT coalesce(m.tbl_name, d.name) AS name, sum(d.pgsize) AS bytes FROM dbstat AS d "
    "LEFT JOIN sqlite_master AS m ON m.name = d.name GROUP BY 1",
    "postgresql": "SELECT coalesce(pg_partition_root(oid)::regclass, oid::regclass)::text AS name, "
    "sum(pg_total_relation_size(oid))::bigint AS bytes FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY 1",
}


@dataclass(frozen=True)
class Cost:
    """What one patient's days cost on one database: rows by table, bytes with their indexes, and the sum."""

    kind: str
    rows: dict[str, int]
    table_bytes: dict[str, float]
    bytes_each: float
    empty_bytes: int

    def foretold(self, patients: int) -> float:
        """Return how large a database with so many patients is to be, in bytes."""
        return self.empty_bytes + patients * self.bytes_each


@dataclass(frozen=True)
class Check:
    """What was foretold of a database, and how large it was; in bytes, the ratio of both, seconds to fill it."""

    cost: Cost
    patients: int
    foretold: float
    found: int
    rows_found: int
    took_s: float

    @property
    def ratio(self) -> float:
        """Return how large it is, as a multiple of what was foretold."""
        return self.found / self.foretold

    @property
    def holds(self) -> bool:
        """Was the sum right: the bytes nearly, the rows one by one?"""
        rows = self.patients * sum(self.cost.rows.values())
        return abs(self.ratio - 1) <= OFF_MOST and rows == self.rows_found


def simulate(kind: str, folder: Path, *, few: int, many: int, days: int, server: str) -> Check:
    """Measure what so many days of one patient cost with a few patients, and check it with many."""
    with new_url(kind, folder, server) as url, open_ground(kind, url, folder) as ground:
        _say(f"{kind}: one patient lives {days} days")
        patient_id = live(ground, days)
        rows = _rows_of(ground, patient_id)
        _say(f"{kind}: {sum(rows.values()):,} rows; copying them to {few:,} patients")
        empty, empty_tables = _settled(ground)
        _fill(ground, patient_id, few)
        filled, filled_tables = _settled(ground)
        by_table = {name: (size - empty_tables.get(name, 0)) / few for name, size in filled_tables.items()}
        cost = Cost(kind, rows, by_table, (filled - empty) / few, round(empty - (filled - empty) / few))
        _say(f"{kind}: {cost.bytes_each / 1e6:.2f} MB a patient; filling up to {many:,}")
        began = time.monotonic()
        _fill(ground, patient_id, many - few - 1)
        took_s = time.monotonic() - began
        found = _settled(ground)[0]
        return Check(cost, many, cost.foretold(many), found, sum(_rows_of(ground, None).values()), took_s)


def live(ground: Ground, days: int) -> UUID:
    """Let a new patient log every day, and push it at noon; return who that is."""
    today, people = now(), People(ground.app)
    with _at(today - timedelta(days=days + 2)):
        person = people.patient()
    for day in range(days):
        with _at(today - timedelta(days=days - day)):
            if day % LOG_IN_DAYS == 0:
                person = people.again(person)
            person = _with_a_token_of_today(ground, person)
            answer = Phone(person).send([operation(entry) for entry in _of_a_day(day)])
            assert {one["status"] for one in answer.json["results"]} == {"applied"}, answer.json
        if day % 90 == 89:
            _say(f"{ground.kind}: day {day + 1} of {days}")
    return person.id


def _of_a_day(number: int) -> list[Entry]:
    """Return a run with its three scores or an exercise session, and a check-in, as they are pushed at noon."""
    if number % 2:
        return [session(1), check_in(1)]
    done = run(2)
    return [done, *scores_of(done, 2), check_in(1)]


def _with_a_token_of_today(ground: Ground, person: Person) -> Person:
    with ground.app.app_context():
        return replace(person, token=issue_access_token(person.id, person.device_id, now()))


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment.replace(hour=12, minute=0), tick=True):
        yield


def _rows_of(ground: Ground, patient_id: UUID | None) -> dict[str, int]:
    """Return how many rows one patient has in each table, or all of them together."""
    names = [SyncChange.__tablename__, *(one.collection.table.name for one in COLLECTIONS.values())]
    with closing(open_driver(ground.url)) as driver:
        where = f" WHERE patient_id = {driver.mark}" if patient_id else ""
        values = [driver.bound(patient_id)] if patient_id else []
        counted = {name: driver.rows(f"SELECT count(*) AS found FROM {name}{where}", values) for name in names}
    return {name: int(found[0]["found"]) for name, found in counted.items() if found[0]["found"]}


def _fill(ground: Ground, patient_id: UUID, patients: int) -> None:
    add_patients(ground, patients)
    ground.pasts.copy(patient_id)


def _settled(ground: Ground) -> tuple[int, dict[str, int]]:
    """Return how large a database is, and each of its tables, once what was written is in its place."""
    ground.tidy()
    with closing(open_driver(ground.url)) as driver:
        whole = int(driver.rows(_SIZE[ground.kind])[0]["bytes"])
        return whole, {row["name"]: int(row["bytes"]) for row in driver.rows(_BY_TABLE[ground.kind])}


def told(check: Check) -> list[str]:
    """Return the lines that say what a patient costs and whether it added up."""
    cost = check.cost
    lines = [f"\n{cost.kind}: one patient {sum(cost.rows.values()):,} rows, {cost.bytes_each / 1e6:.2f} MB"]
    tables = sorted(cost.table_bytes.items(), key=lambda one: -one[1])
    lines += [
        f"  {name:28}{cost.rows.get(name, 0):>8,} rows {size / 1000:>10,.0f} kB"
        for name, size in tables
        if size >= 1000 or name in cost.rows
    ]
    lines.append(
        f"  {check.patients:,} patients: foretold {check.foretold / 1e6:,.0f} MB, found {check.found / 1e6:,.0f} MB, "
        f"{check.ratio:.3f} of it; {'holds' if check.holds else 'DOES NOT HOLD'}"
    )
    return lines


def main(words: Sequence[str]) -> int:
    """Simulate on both databases, say what was found, and return 1 where the sum was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.capacity", description=__doc__)
    parser.add_argument("--patients", type=int, default=MANY)
    parser.add_argument("--few", type=int, default=FEW, help="how many the cost of one is taken from")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--only", choices=KINDS, help="this database alone")
    asked = parser.parse_args(words)
    checks = []
    with tempfile.TemporaryDirectory(prefix="trochlea-capacity-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with postgresql_server(folder) as server:
            for kind in [asked.only] if asked.only else KINDS:
                size = {"few": asked.few, "many": asked.patients, "days": asked.days}
                checks.append(simulate(kind, folder, server=server, **size))
    for check in checks:
        print("\n".join(told(check)))  # noqa: T201
    return 0 if all(check.holds for check in checks) else 1


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
