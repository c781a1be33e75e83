"""Every act and every look leaves one line, and whatever is done to the lines afterwards is seen."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from app.db.trail import NAMES, TRAILS, Line, append, trail_of
from app.keeping import routes
from app.keeping.repository.copies import looked_into
from app.keeping.repository.trails import faults_of_trail, heads_of
from app.keeping.service.anchors import ANCHORS, read_anchors
from app.kernel.clock import now
from app.kernel.ids import new_id
from tests.access.world import let_in
from tests.builders.people import PASSWORD
from tests.keeping.conftest import Installation
from tests.keeping.tampering import LINES, WAYS, Tamperer, out_of_the_way

TAMPERINGS, ALL_TAMPERINGS = 70, 500
SEED = 20_261_121


def actions_of(here: Installation, *actors: Any) -> list[str]:
    """Return what these people did, in its order."""
    with here.database.reading() as db:
        statement = select(LINES.c.action).where(LINES.c.actor_id.in_(actors)).order_by(LINES.c.at, LINES.c.number)
        return list(db.execute(statement).scalars())


def test_each_act_on_accounts_and_consent_and_each_look_leaves_one_line(here: Installation) -> None:
    client, ines = here.app.test_client(), here.people.therapist()
    told = {"email": f"{new_id().hex}@example.org", "password": PASSWORD, "zone": "UTC", "display_name": "Ada"}
    assert client.post("/v1/accounts", json=told).status_code == 202
    login = {"email": told["email"], "password": PASSWORD, "device_name": "phone"}
    tokens = client.post("/v1/auth/login", json=login).json
    account_id = tokens["account_id"]
    first = {"refresh_token": tokens["refresh_token"]}
    client.post("/v1/auth/login", json={**login, "password": "not this one, surely"})
    assert client.post("/v1/auth/token", json=first).status_code == 200
    ada = here.people.patient()
    link = let_in(ada, ines)["id"]
    assert ines.get(f"/v1/patients/{ada.id}/runs").status_code == 200
    assert ada.send("DELETE", f"/v1/patients/{ada.id}/care-links/{link}").status_code == 204
    assert ines.get(f"/v1/patients/{ada.id}/runs").status_code == 404
    assert ada.get("/v1/me").status_code == 200
    assert ada.post("/v1/auth/logout").status_code == 204
    assert actions_of(here, UUID(account_id)) == [
        "register_account",
        "log_in",
        "refresh_token",
    ]
    assert actions_of(here, ada.id) == ["grant_care_link", "revoke_care_link", "log_out"]
    assert actions_of(here, ines.id) == ["list_runs"]


def test_a_refresh_token_that_was_used_before_leaves_a_line_about_the_session_it_ends(here: Installation) -> None:
    ada = here.people.patient()
    for _ in range(2):
        now_used = ada.client.post("/v1/auth/token", json={"refresh_token": ada.refresh_token})
    newest = ada.client.post("/v1/auth/token", json={"refresh_token": now_used.json["refresh_token"]})
    assert newest.status_code == 200
    assert ada.client.post("/v1/auth/token", json={"refresh_token": ada.refresh_token}).status_code == 401
    assert actions_of(here, ada.id) == ["refresh_token", "refresh_token", "refresh_token", "end_reused_session"]


def test_the_heads_are_written_down_every_few_minutes(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    client, file = here.app.test_client(), here.var_dir / ANCHORS
    before = len(list(read_anchors(file))) if file.exists() else 0
    client.get("/health/live")
    assert (len(list(read_anchors(file))) if file.exists() else 0) == before
    later = time.monotonic() + routes.ANCHOR_EVERY_S + 1
    monkeypatch.setattr(routes.time, "monotonic", lambda: later)
    for _ in range(3):
        client.get("/health/live")
    assert len(list(read_anchors(file))) == before + 1


def test_the_database_refuses_lines_out_of_turn_and_changes(here: Installation) -> None:
    actor = new_id()
    line = Line(at=now(), actor_id=actor, device_id=None, action="x")
    with here.database.writing.begin() as db:
        append(db, [line])
    for change in (update(LINES).values(action="y"), delete(LINES)):
        with here.database.writing() as db, pytest.raises(DBAPIError, match="append only"):
            db.execute(change)
    told = {name: getattr(line, name) for name in NAMES} | {"trail": trail_of(actor), "number": 999_999}
    with here.database.writing() as db, pytest.raises(DBAPIError, match="out of turn"):
        db.execute(insert(LINES), {**told, "hash": bytes(32)})


@pytest.fixture(scope="module")
def written(places: Any) -> Installation:
    """An installation in which people have done a few things."""
    here: Installation = places.installation()
    ada, therapists = here.people.patient(), [here.people.therapist() for _ in range(4)]
    for one in therapists:
        let_in(ada, one)
        for _ in range(3):
            one.get(f"/v1/patients/{ada.id}/runs")
    assert here.run("audit", "anchor").exit_code == 0
    return here


@pytest.fixture
def owner(written: Installation) -> Iterator[Connection]:
    """A connection of somebody who may do everything; nothing of it is kept."""
    with looked_into(written.url) as db:
        out_of_the_way(db)
        yield db
        db.rollback()


def unseen(written: Installation, owner: Connection, count: int) -> list[str]:
    """Tamper so many times, each way in turn, each taken back; return what nobody noticed."""
    chance, anchors = random.Random(SEED), list(read_anchors(written.var_dir / ANCHORS))
    found = []
    for number in range(count):
        way = WAYS[number % len(WAYS)]
        point = owner.begin_nested()
        way(Tamperer(owner, chance))
        if not list(faults_of_trail(owner, anchors)):
            found.append(f"{number} {way.__name__}")
        point.rollback()
    assert list(faults_of_trail(owner, anchors)) == []
    return found


def test_every_tampering_is_seen(written: Installation, owner: Connection) -> None:
    assert unseen(written, owner, TAMPERINGS) == []


@pytest.mark.deep
def test_five_hundred_tamperings_are_all_seen(written: Installation, owner: Connection) -> None:
    assert unseen(written, owner, ALL_TAMPERINGS) == []


def test_an_end_that_was_cut_off_is_seen_by_its_anchor_alone(written: Installation, owner: Connection) -> None:
    """Planted: nobody wrote the heads down."""
    Tamperer(owner, random.Random(SEED)).truncate()
    assert list(faults_of_trail(owner, [])) == []
    assert list(faults_of_trail(owner, read_anchors(written.var_dir / ANCHORS))) != []


def test_the_command_says_whether_the_trail_holds(here: Installation) -> None:
    ada, ines = here.people.patient(), here.people.therapist()
    let_in(ada, ines)
    ines.get(f"/v1/patients/{ada.id}/runs")
    assert here.run("audit", "anchor").exit_code == 0
    done = here.run("audit", "verify")
    assert done.exit_code == 0, done.output
    assert re.search(r"ok    trail: \d+ lines, \d+ anchors", done.output)
    anchors = here.var_dir / ANCHORS
    kept = anchors.read_bytes()
    with looked_into(here.url) as connection:
        trail = str(trail_of(ines.id))
        number = int(heads_of(connection)[trail].split(" ")[0])
    anchors.write_bytes(kept + b'{"at":"x","heads":{"%s":"%d %s"}}\n' % (trail.encode(), number + 1, b"00" * 32))
    broken = here.run("audit", "verify")
    assert broken.exit_code == 1
    assert f"trail {trail}: line {number + 1} is not the one of the anchor" in broken.output
    anchors.write_bytes(kept)


def test_the_acts_of_many_are_spread_over_the_trails() -> None:
    assert {trail_of(new_id()) for _ in range(500)} == set(range(TRAILS))
