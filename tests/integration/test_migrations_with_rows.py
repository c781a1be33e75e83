"""Each migration goes up, down and up with many people's rows in it, and what both sides have is the same (G36)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, Table, text

from app.db.base import is_partition, table_of
from app.db.engine import Database, open_database
from app.db.synced import SyncChange
from app.logbook.models import SessionRow
from migrations import _config, head
from tests.builders.applications import lent_application
from tests.builders.databases import drop_database, empty_database, new_folder, prepare_demo
from tests.builders.devices import a_session, an_id
from tests.builders.people import People, Person
from tests.faults.figures import rounds, tell

PATIENTS, ALL_PATIENTS = 30, 10_000
SESSIONS_EACH = 20
LONGEST_LOCK_S = 5.0
FIRST_WITH_SESSIONS = "0004_logbook"
READ_AT_ONCE = 5_000
WORD = 2**64

Sides = dict[str, tuple[str, ...]]
"""By table: its columns, in alphabetical order."""
Sums = dict[str, tuple[int, int]]
"""By table: how many rows it has, and a sum over the hashes of all."""

_NEW_ID = {"sqlite": "randomblob(16)", "postgresql": "gen_random_uuid()"}
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count) "
_EMAIL = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()::text"}


@dataclass
class Walk:
    """A database on its way through the revisions, and how long each step took."""

    engine: Engine
    took_s: dict[str, float] = field(default_factory=dict)
    steps: int = 0

    def go(self, to: str, *, down: bool = False) -> float:
        """Go to a revision, in one transaction; return how long that took, which no lock in it was held longer than."""
        began, name = time.perf_counter(), f"{'down' if down else 'up'} to {to}"
        (command.downgrade if down else command.upgrade)(_config(self.engine), to)
        took_s = time.perf_counter() - began
        self.took_s[name], self.steps = max(self.took_s.get(name, 0.0), took_s), self.steps + 1
        return took_s

    def sides(self) -> Sides:
        """Return the tables there are now."""
        found = MetaData()
        found.reflect(self.engine, resolve_fks=False)
        return {
            name: tuple(sorted(table.c.keys()))
            for name, table in found.tables.items()
            if name != "alembic_version" and not is_partition(name)
        }

    def sums(self, of: Sides) -> Sums:
        """Return the checksums of these columns."""
        with self.engine.connect() as connection:
            return {name: _sum(connection, name, columns) for name, columns in of.items()}


def _sum(connection: Connection, table: str, columns: tuple[str, ...]) -> tuple[int, int]:
    named = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        hashed = f"sum(hashtextextended(row({named})::text, 0)::numeric)"
        row = connection.execute(text(f'SELECT count(*), coalesce({hashed}, 0) FROM "{table}"')).one()
        return int(row[0]), int(row[1])
    count, total = 0, 0
    cursor = connection.connection.cursor()
    cursor.execute(f'SELECT {named} FROM "{table}"')
    while rows := cursor.fetchmany(READ_AT_ONCE):
        count += len(rows)
        total = (total + sum(map(hash, rows))) % WORD
    return count, total


def both(one: Sides, other: Sides) -> Sides:
    """Return the tables and columns that two schemas have."""
    shared = {name: tuple(sorted({*one[name]} & {*other[name]})) for name in one.keys() & other.keys()}
    return {name: columns for name, columns in shared.items() if columns}


def filled(database: Database, person: Person, patients: int) -> None:
    """Copy somebody's account, stream and session to so many patients, with twenty sessions each."""
    kind = database.dialect
    answer = person.post("/v1/patients/{me}/sessions", {"id": an_id(), **a_session(1)})
    assert answer.status_code == 201, answer.json
    accounts, streams = (SessionRow.metadata.tables[name] for name in ("accounts", "sync_stream"))
    sessions, changes = table_of(SessionRow), table_of(SyncChange)
    made = {"id": _NEW_ID[kind], "email": _EMAIL[kind]}
    with database.writing.begin() as db:
        if kind == "postgresql":
            db.execute(text("SET LOCAL statement_timeout = 0"))
        me = {"me": person.id if kind == "postgresql" else person.id.bytes, "each": SESSIONS_EACH}
        copy = f"{_copied(accounts, made)} JOIN numbers ON 1 = 1 WHERE old.id = :me"
        db.execute(text(_within(copy)), {**me, "count": patients})
        new = "new.display_name = (SELECT display_name FROM accounts WHERE id = :me) AND new.id <> :me"
        new += " AND NOT EXISTS (SELECT 1 FROM sync_stream WHERE patient_id = new.id)"
        copy = f"{_copied(streams, {'patient_id': 'new.id', 'head': ':each + 1'})} JOIN accounts AS new ON {new}"
        db.execute(text(f"{copy} WHERE old.patient_id = :me"), me)
        of = {"patient_id": "new.patient_id", "id": _NEW_ID[kind], "ver": _NEW_ID[kind], "seq": "numbers.n + 1"}
        copy = f"{_copied(sessions, of)} JOIN sync_stream AS new ON new.patient_id <> :me AND new.head = :each + 1"
        copy += " JOIN numbers ON 1 = 1 WHERE old.patient_id = :me"
        db.execute(text(_within(copy)), {**me, "count": SESSIONS_EACH})
        of = {"patient_id": "new.patient_id", "id": "new.id", "ver": "new.ver", "seq": "new.seq"}
        copy = f"{_copied(changes, of)} JOIN sessions AS new ON new.patient_id <> :me AND new.device_id = old.device_id"
        db.execute(text(f"{copy} WHERE old.patient_id = :me AND old.collection = 'sessions'"), me)


def _copied(table: Table, other: dict[str, str]) -> str:
    def value(column: Column[Any]) -> str:
        return other.get(column.name, f'old."{column.name}"')

    names = ", ".join(f'"{column.name}"' for column in table.c)
    values = ", ".join(map(value, table.c))
    return f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM "{table.name}" AS old'


def _within(statement: str) -> str:
    insert, select = statement.split(" SELECT ", 1)
    return f"{insert} {_NUMBERS} SELECT {select}"


def revisions(engine: Engine) -> list[str]:
    """Return the revisions, the first one first."""
    return [one.revision for one in ScriptDirectory.from_config(_config(engine)).walk_revisions()][::-1]


@pytest.fixture
def walk(fresh_database_url: str, tmp_path: Path) -> Iterator[tuple[Walk, Database, People]]:
    """A database with the demo people in it, and who makes more."""
    prepare_demo(fresh_database_url)
    with lent_application(fresh_database_url, tmp_path / "var", pool_size=4) as made:
        yield Walk(made.database.writer), made.database, made.people


@pytest.fixture
def sides(backend: str, worker_id: str) -> dict[str, Sides]:
    """What tables there are at each revision."""
    name = f"sides_{worker_id}"
    empty = open_database(empty_database(backend, new_folder(), name), pool_size=2)
    on, found = Walk(empty.writer), {}
    try:
        for revision in revisions(on.engine):
            on.go(revision)
            found[revision] = on.sides()
    finally:
        empty.dispose()
        if backend == "postgresql":
            drop_database(name)
    return found


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.torture)], indirect=True)
@pytest.mark.parametrize(
    "patients", [pytest.param(PATIENTS, marks=pytest.mark.deep), pytest.param(ALL_PATIENTS, marks=pytest.mark.torture)]
)
def test_no_migration_changes_the_rows_that_both_sides_have(
    walk: tuple[Walk, Database, People], sides: dict[str, Sides], patients: int
) -> None:
    patients = rounds(patients) if patients == ALL_PATIENTS else patients
    on, database, people = walk
    filled(database, people.patient(), patients)
    chain = list(sides)
    with_sessions = chain.index(FIRST_WITH_SESSIONS)
    assert on.sums(sides[head()])["sessions"][0] >= patients * SESSIONS_EACH
    down_to(on, sides, chain[with_sessions:])
    up_and_down_and_up(on, sides, chain[with_sessions:], "sessions", patients * SESSIONS_EACH)
    longest = max(on.took_s, key=lambda name: on.took_s[name])
    command.downgrade(_config(on.engine), FIRST_WITH_SESSIONS)
    all_at_once_s = on.go(head())
    command.downgrade(_config(on.engine), FIRST_WITH_SESSIONS)
    down_to(on, sides, chain[: with_sessions + 1])
    up_and_down_and_up(on, sides, chain[: with_sessions + 1], "accounts", patients)
    tell(
        f"migrations, {database.dialect}: {patients:,} patients, {patients * SESSIONS_EACH:,} sessions, "
        f"{on.steps} steps; the longest took {on.took_s[longest]:.2f} s ({longest}), all from "
        f"{FIRST_WITH_SESSIONS} at once {all_at_once_s:.2f} s"
    )
    assert max(on.took_s.values()) <= LONGEST_LOCK_S


def down_to(on: Walk, sides: dict[str, Sides], chain: list[str]) -> None:
    """Go down from the last to the first of these revisions; what two neighbours have stays as it is."""
    for newer, older in pairwise(chain[::-1]):
        shared = both(sides[newer], sides[older])
        before = on.sums(shared)
        on.go(older, down=True)
        unchanged(on.sums(shared), before, f"down to {older}")


def up_and_down_and_up(on: Walk, sides: dict[str, Sides], chain: list[str], table: str, least: int) -> None:
    """Go up by each step, down again and up again; what two neighbours have stays as it is, with all of a table."""
    for older, newer in pairwise(chain):
        shared = both(sides[newer], sides[older])
        before = on.sums(shared)
        assert before[table][0] >= least
        on.go(newer)
        on.go(older, down=True)
        on.go(newer)
        unchanged(on.sums(shared), before, f"up to {newer}")


def unchanged(after: Sums, before: Sums, what: str) -> None:
    """Check that no table has other rows than before."""
    assert {name: told for name, told in after.items() if told != before[name]} == {}, what
