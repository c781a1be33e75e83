"""Many lines that are written at once are bound to each other as if each were written by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError, NoResultFound

from app.db import trail
from app.db.trail import Line, append, trail_of
from app.keeping.repository.copies import looked_into
from app.keeping.repository.trails import faults_of_trail
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from tests.keeping.conftest import Installation
from tests.keeping.tampering import HEADS, LINES, LOG

MANY = 250


def test_many_lines_stand_in_their_order_and_whole(here: Installation) -> None:
    ines, patients = here.people.therapist(), [here.people.patient().id for _ in range(3)]
    actor = ines.id
    usual = Line(at=now(), actor_id=actor, device_id=ines.device_id, action="get_caseload")
    about = [patients[number % len(patients)] for number in range(MANY)]
    looks = [replace(usual, permission=Permission.CASELOAD_READ, about_id=one, look_id=new_id()) for one in about]
    lines = [usual, *looks, replace(usual, device_id=None, action="50% \\ of 'it'")]
    with here.database.writing.begin() as db:
        append(db, lines)
    with here.database.reading() as db:
        own = LINES.c.actor_id == actor
        kept = [dict(row) for row in db.execute(select(LINES).where(own).order_by(LINES.c.number)).mappings()]
        logged = list(db.execute(select(LOG.c.id).where(LOG.c.reader_id == actor).order_by(LOG.c.id)).scalars())
    assert [Line(**{name: row[name] for name in trail.NAMES}) for row in kept] == lines
    assert [row["number"] for row in kept] == list(range(kept[0]["number"], kept[0]["number"] + len(lines)))
    assert logged == sorted(one.look_id for one in looks if one.look_id is not None)
    with looked_into(here.url) as db:
        assert list(faults_of_trail(db, [])) == []


def test_a_line_of_many_that_is_out_of_turn_leaves_none_of_them(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the lines are written in another order than they were bound in."""
    actor, rows = new_id(), trail._rows
    monkeypatch.setattr(trail, "_rows", lambda *told: reversed(list(rows(*told))))
    usual = Line(at=now(), actor_id=actor, device_id=None, action="x")
    with here.database.writing() as db, pytest.raises(DBAPIError, match="out of turn"):
        append(db, [usual] * 3)
    with here.database.reading() as db:
        assert db.execute(select(LINES.c.number).where(LINES.c.actor_id == actor)).all() == []


def test_without_the_head_of_its_trail_nothing_is_written(here: Installation) -> None:
    actor = new_id()
    with here.database.writing() as db:
        db.execute(delete(HEADS).where(HEADS.c.trail == trail_of(actor)))
        with pytest.raises(NoResultFound):
            append(db, [Line(at=now(), actor_id=actor, device_id=None, action="x")])
