"""Two hundred thousand sessions are backed up and restored within two minutes (G37)."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, func, insert, select, update

from app.db.base import table_of
from app.db.synced import SyncChange, SyncStream
from app.keeping.service.erasure import keep_list
from app.kernel.ids import new_id
from app.logbook.models import SessionRow
from tests.builders.devices import a_session, an_id
from tests.faults.figures import rounds, tell
from tests.keeping.conftest import PROGRAMS, Installation, Places

SESSIONS, PATIENTS = 200_000, 200
RESTORED_WITHIN_S = 120.0

Row = Mapping[str, Any]


class Stopped:
    """How long something took: seconds by the wall, and of CPU, children's as well."""

    wall_s = cpu_s = 0.0


@contextmanager
def stopped() -> Iterator[Stopped]:
    """Time what is done meanwhile."""
    told, wall_s, cpu_s = Stopped(), time.perf_counter(), _cpu_s()
    yield told
    told.wall_s, told.cpu_s = time.perf_counter() - wall_s, _cpu_s() - cpu_s


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def fill(here: Installation, count: int) -> None:
    """Write so many sessions with their versions, copies of one that was sent, evenly to two hundred patients."""
    people = [here.people.patient() for _ in range(PATIENTS)]
    answer = people[0].post("/v1/patients/{me}/sessions", {"id": an_id(), **a_session(1)})
    assert answer.status_code == 201
    each = -(-count // PATIENTS)
    session, version = _one(here, table_of(SessionRow)), _one(here, table_of(SyncChange), collection="sessions")
    streams = table_of(SyncStream)
    for person in people:
        with here.database.writing.begin() as db:
            head = db.execute(select(streams.c.head).where(streams.c.patient_id == person.id)).scalar_one()
            ids = [(new_id(), new_id(), head + number + 1, person.id) for number in range(each)]
            db.execute(insert(table_of(SessionRow)), [_copy(session, *one) for one in ids])
            db.execute(insert(table_of(SyncChange)), [_copy(version, *one) for one in ids])
            db.execute(update(streams).where(streams.c.patient_id == person.id).values(head=head + each))


def _one(here: Installation, table: Table, **named: str) -> Row:
    with here.database.reading() as db:
        chosen = select(table).where(*(table.c[name] == value for name, value in named.items()))
        return dict(db.execute(chosen.limit(1)).mappings().one())


def _copy(row: Row, entry_id: UUID, ver: UUID, seq: int, patient_id: UUID) -> dict[str, Any]:
    moved = {"performed_at": row["performed_at"] - timedelta(minutes=seq)} if "performed_at" in row else {}
    return {**row, "id": entry_id, "ver": ver, "seq": seq, "patient_id": patient_id, **moved}


def count_of(here: Installation) -> int:
    """Return how many sessions there are."""
    with here.database.reading() as db:
        found: int = db.execute(select(func.count()).select_from(SessionRow)).scalar_one()
    return found


@pytest.mark.torture
def test_two_hundred_thousand_sessions_are_restored_within_two_minutes(places: Places) -> None:
    here, there = places.installation(), places.installation(places.empty())
    fill(here, rounds(SESSIONS))
    file = here.folder / "backup.zip"
    keep_list(here.database, here.var_dir)
    with stopped() as backing_up:
        done = here.run("backup", file, "--programs", PROGRAMS)
    assert done.exit_code == 0, done.output
    with stopped() as restoring:
        done = there.run("restore", file, "--erased", here.var_dir / "erasures", "--programs", PROGRAMS)
    assert done.exit_code == 0, done.output
    assert count_of(there) == count_of(here) >= rounds(SESSIONS)
    tell(
        f"{count_of(there):,} sessions on {here.database.dialect}, {file.stat().st_size / 2**20:.0f} MiB: backed up in "
        f"{backing_up.wall_s:.0f} s ({backing_up.cpu_s:.0f} s of CPU), restored in {restoring.wall_s:.0f} s "
        f"({restoring.cpu_s:.0f} s of CPU, both without PostgreSQL's own)"
    )
    assert restoring.wall_s <= RESTORED_WITHIN_S
