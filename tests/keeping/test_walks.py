"""A start looks at what the trail has grown by; all of it is walked by `audit verify`, and by a start without that."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from sqlalchemy import Connection, Update, event, select, text, update

from app.db.trail import Line, append, trail_of
from app.keeping.repository import trails
from app.keeping.repository.copies import looked_into
from app.keeping.repository.trails import Heads, faults_since, heads_of
from app.keeping.service.anchors import ANCHORS, NEWEST_BYTES, newest_anchors, read_anchors
from app.keeping.service.erasure import erase
from app.keeping.service.trail import WALKED, WALKED_WITHIN, verify_new
from app.kernel.clock import now
from app.kernel.ids import new_id
from tests.builders.care import let_in
from tests.builders.people import Person
from tests.builders.servers import SECRET
from tests.keeping.conftest import Installation
from tests.keeping.tampering import LINES, WAYS_WITH_LINES, Tamperer, out_of_the_way

LOOKS, TAMPERINGS = 3, 64
SEED = 20_261_122


def look(patient: Person, *therapists: Person) -> None:
    """Let therapists read a patient a few times."""
    for one in therapists:
        for _ in range(LOOKS):
            assert one.get(f"/v1/patients/{patient.id}/runs").status_code == 200


@pytest.fixture
def grown(here: Installation) -> tuple[Person, Person]:
    """A patient and a therapist, whose trail was walked, and has grown since."""
    ada, ines = here.people.patient(), here.people.therapist()
    let_in(ada, ines)
    look(ada, ines)
    assert here.run("audit", "anchor").exit_code == 0
    done = here.run("audit", "verify")
    assert done.exit_code == 0, done.output
    look(ada, ines)
    return ada, ines


def says(here: Installation) -> str:
    """Return what a start finds wrong, nothing where the trail holds."""
    check = verify_new(here.url, here.var_dir)
    return "" if check.holds else check.found


@contextmanager
def changed_first_line(here: Installation, actor: Person) -> Iterator[str]:
    """Let somebody who owns the database change the oldest line of a trail, and yield what is said of it."""
    own = (LINES.c.trail == trail_of(actor.id)) & (LINES.c.number == 1)
    with here.database.reading() as db:
        action = db.execute(select(LINES.c.action).where(own)).scalar_one()
    _change(here, update(LINES).where(own).values(action="x"))
    yield f"trail {trail_of(actor.id)}: line 1 is not what was written"
    _change(here, update(LINES).where(own).values(action=action))


def _change(here: Installation, change: Update) -> None:
    with here.database.writing.begin() as db:
        if here.database.dialect == "sqlite":
            kept = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'audit_trail' AND type = 'trigger'"
            triggers = db.execute(text(kept)).all()
            before, after = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        else:
            before, after = ([f"ALTER TABLE audit_trail {do} TRIGGER USER"] for do in ("DISABLE", "ENABLE"))
        for statement in (*map(text, before), change, *map(text, after)):
            db.execute(statement)


def walked_over(here: Installation) -> int:
    """Return how many lines there are in all."""
    with looked_into(here.url) as connection:
        return trails.count_lines(connection)


def last_of(here: Installation, actor: Person) -> int:
    """Return how many lines there are in the trail of somebody's acts."""
    with looked_into(here.url) as connection:
        return int(heads_of(connection)[str(trail_of(actor.id))].split(" ")[0])


# How much is read


def test_a_start_reads_the_lines_since_the_last_walk_and_no_other(
    here: Installation, grown: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    bound, line_hash = [], trails.line_hash

    def bind(before: bytes, trail: int, number: int, line: Line) -> bytes:
        bound.append((trail, number))
        return line_hash(before, trail, number, line)

    monkeypatch.setattr(trails, "line_hash", bind)
    _, ines = grown
    last = last_of(here, ines)
    assert says(here) == ""
    assert bound == [(trail_of(ines.id), number) for number in range(last - LOOKS + 1, last + 1)]
    (here.var_dir / WALKED).unlink()
    bound.clear()
    assert says(here) == ""
    assert len(bound) == walked_over(here)
    bound.clear()
    assert says(here) == ""
    assert bound == []


HOW = {
    "sqlite": ("EXPLAIN QUERY PLAN", "SCAN", "SEARCH audit_trail"),
    "postgresql": ("EXPLAIN", "Seq Scan", "using pk_audit_trail"),
}
"""How each database is asked for its way to the rows, what it says of a whole table, and of the trail by its key."""


def test_no_statement_of_a_start_goes_through_a_whole_table(here: Installation, grown: tuple[Person, Person]) -> None:
    """The database itself says how it would find the rows: by keys, never by going through the trail or the log."""
    explain, whole, by_key = HOW[here.database.dialect]
    asked: list[tuple[str, Any]] = []
    with looked_into(here.url) as connection:
        walked = list(read_anchors(here.var_dir / ANCHORS))[-1]
        if here.database.dialect == "postgresql":  # which goes through small tables wherever it may
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        assert list(faults_since(connection, walked, [walked])) == []
        ways = [
            str(row[-1])
            for statement, values in list(asked)
            for row in connection.exec_driver_sql(f"{explain} {statement}", values)
        ]
    assert any(by_key in way for way in ways), ways
    assert [way for way in ways if whole in way and ("audit_trail" in way or "access_log" in way)] == []
    if here.database.dialect == "postgresql":  # an index can be gone through from end to end as well
        assert [way for way, then in pairwise(ways) if "Scan using pk_audit_trail" in way and "Cond" not in then] == []


def test_of_a_long_file_of_anchors_the_end_is_read(here: Installation, grown: tuple[Person, Person]) -> None:
    file = here.var_dir / ANCHORS
    kept, newest = file.read_bytes(), list(read_anchors(file))[-1]
    assert newest_anchors(file) == list(read_anchors(file))
    file.write_bytes(b'{"at":"x","heads":{"0":"no head"}}\n' * (NEWEST_BYTES // 30) + kept)
    found = newest_anchors(file)
    assert found[-1] == newest
    assert len(found) < NEWEST_BYTES // 30
    file.write_bytes(kept)
    assert newest_anchors(here.folder / "none") == []


# What is seen


@pytest.fixture
def owner(here: Installation, grown: tuple[Person, Person]) -> Iterator[tuple[Connection, Heads]]:
    """A connection of somebody who may do everything, and how far the last walk came; nothing of it is kept."""
    walked = list(read_anchors(here.var_dir / ANCHORS))[-1]
    assert here.run("audit", "anchor").exit_code == 0
    with looked_into(here.url) as db:
        out_of_the_way(db)
        yield db, walked
        db.rollback()


def test_each_change_of_a_line_since_the_last_walk_is_seen(here: Installation, owner: tuple[Connection, Heads]) -> None:
    (db, walked), chance, anchors, unseen = owner, random.Random(SEED), list(read_anchors(here.var_dir / ANCHORS)), []
    after = {int(trail): int(head.split(" ")[0]) for trail, head in walked.items()}
    for number in range(TAMPERINGS):
        way = WAYS_WITH_LINES[number % len(WAYS_WITH_LINES)]
        point = db.begin_nested()
        way(Tamperer(db, chance, after))
        if not list(faults_since(db, walked, anchors)):
            unseen.append(f"{number} {way.__name__}")
        point.rollback()
    assert unseen == []
    assert list(faults_since(db, walked, anchors)) == []


def test_a_line_of_a_trail_that_nobody_has_is_seen(here: Installation, owner: tuple[Connection, Heads]) -> None:
    db, walked = owner
    for trail in (-1, len(walked)):
        point = db.begin_nested()
        db.execute(
            LINES.insert(),
            {"trail": trail, "number": 1, "at": now(), "actor_id": new_id(), "action": "x", "hash": b"x"},
        )
        assert list(faults_since(db, walked, [])) != []
        point.rollback()


def test_an_older_line_is_seen_by_verify_and_by_every_start_after_it(
    here: Installation, grown: tuple[Person, Person]
) -> None:
    with changed_first_line(here, grown[1]) as told:
        assert says(here) == ""
        done = here.run("audit", "verify")
        assert (done.exit_code, told in done.output) == (1, True)
        for _ in range(2):
            assert told in says(here)
    assert here.run("audit", "verify").exit_code == 0
    assert says(here) == ""


def test_a_walk_of_long_ago_is_not_believed(here: Installation, grown: tuple[Person, Person]) -> None:
    with changed_first_line(here, grown[1]) as told:
        assert says(here) == ""
        for later in (WALKED_WITHIN + timedelta(minutes=1), timedelta(days=-1)):
            with time_machine.travel(now() + later):
                assert told in says(here)


@pytest.mark.parametrize("written", [b"", b"{", b"[]", b'{"at":"x","heads":{}}', b'{"heads":{}}'])
def test_what_does_not_say_how_far_a_walk_came_is_none(
    here: Installation, grown: tuple[Person, Person], written: bytes
) -> None:
    (here.var_dir / WALKED).write_bytes(written)
    with changed_first_line(here, grown[1]) as told:
        assert told in says(here)


def test_a_walk_over_other_lines_than_these_is_a_fault(here: Installation, grown: tuple[Person, Person]) -> None:
    """Whoever writes the trail anew from some line on makes the later ones fit; the one it held up to is gone."""
    _, ines = grown
    file = here.var_dir / WALKED
    trail, kept = str(trail_of(ines.id)), file.read_bytes()
    with looked_into(here.url) as connection:
        number, told = heads_of(connection)[trail].split(" ")
    file.write_bytes(
        kept.replace(kept.split(f'"{trail}":"'.encode())[1].split(b'"')[0], f"{number} {told[::-1]}".encode())
    )
    assert f"trail {trail}: line {number} is not the one of the anchor" in says(here)
    file.write_bytes(kept)
    assert says(here) == ""


def test_a_look_at_somebody_is_missed_unless_they_had_themselves_erased(
    here: Installation, grown: tuple[Person, Person]
) -> None:
    ada, ines = grown
    with here.database.writing.begin() as db:
        erase(db, ada.id, SECRET, now())
    assert f"trail {trail_of(ines.id)}: the log lacks what line {last_of(here, ines)} tells" in says(here)
    with here.database.writing.begin() as db:
        append(db, [Line(at=now(), actor_id=ada.id, device_id=None, action="erase_me")])
    assert says(here) == ""
