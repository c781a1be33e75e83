"""A person's archive is all of theirs, and an empty installation that takes it in has all of it again."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from sqlalchemy import Column, ForeignKey, MetaData, Table, update

from app.accounts.domain import Account
from app.accounts.models import AccountRow
from app.accounts.passwords import hash_password
from app.db.base import Base
from app.db.types import Id
from app.keeping.repository import archives, belongings
from app.keeping.service import archive
from app.kernel.clock import now
from app.kernel.permissions import Role
from seeds.demo import personas
from seeds.demo.stories import SETTLES_AND_PROGRESSES
from tests.access.world import soon, world_of
from tests.builders.devices import an_id
from tests.builders.exports import run_file
from tests.builders.people import PASSWORD, Person
from tests.keeping.conftest import Installation, Places

ANEW = {"tables/sync_stream.jsonl": {"epoch", "generation"}}
"""What is another installation's own: devices start anew there."""
OTHER_FILES = {archive.TRAIL, archive.MANIFEST}

Content = dict[str, list[dict[str, Any]]]


def patients_of(people: list[Account]) -> list[Account]:
    """Return those of them who are patients."""
    return [one for one in people if one.role is Role.PATIENT]


def exported(here: Installation, account_id: UUID, folder: Path) -> Path:
    """Return somebody's archive as a file."""
    file = folder / f"{account_id}.zip"
    schema = here.app.config["TROCHLEA_SCHEMA"]
    with here.database.writing.begin() as db, file.open("wb") as out:
        archive.export(db, account_id, schema, now(), out)
    return file


def content_of(file: Path) -> Content:
    """Return the records of an archive by file, without what is an installation's own."""
    with zipfile.ZipFile(file) as opened:
        names = [name for name in opened.namelist() if name.endswith(".jsonl") and name not in OTHER_FILES]
        return {name: [_shared(name, line) for line in opened.read(name).splitlines()] for name in names}


def _shared(name: str, line: bytes) -> dict[str, Any]:
    return {field: value for field, value in orjson.loads(line).items() if field not in ANEW.get(name, set())}


def taken_in(places: Places, file: Path) -> Installation:
    """Return an empty installation that took an archive in."""
    there = places.installation()
    done = there.run("import-archive", file)
    assert done.exit_code == 0, done.output
    return there


def test_a_demo_story_comes_back_equal(here: Installation, places: Places, tmp_path: Path) -> None:
    if places.backend != "sqlite":
        pytest.skip("all of them in make test-deep, on both")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(personas, "PATIENTS", (SETTLES_AND_PROGRESSES,))
        demo = patients_of(personas.load_demo(here.database))
    assert_equal_again(here, places, demo, tmp_path)


@pytest.mark.deep
def test_every_demo_story_comes_back_equal(places: Places, tmp_path: Path) -> None:
    here = places.installation()
    people = patients_of(personas.load_demo(here.database))
    assert len(people) >= 5
    assert_equal_again(here, places, people, tmp_path)


def assert_equal_again(here: Installation, places: Places, people: list[Account], folder: Path) -> None:
    """Take each of these archives into an empty installation, and assert that it gives the same one again."""
    for one in people:
        before = content_of(exported(here, one.id, folder))
        assert len(before["tables/advice.jsonl"]) > 0
        there = taken_in(places, folder / f"{one.id}.zip")
        assert content_of(exported(there, one.id, folder)) == before


@pytest.fixture(scope="module")
def patient_of_a_world(here: Installation) -> Person:
    """A patient with something in (nearly) every table."""
    world = world_of(here.people, here.database)
    ada, therapist = world.patients["ada"], world.actors["all_scopes"]
    assert therapist is not None
    path = f"/v1/patients/{ada.person.id}"
    policy = {"preset": "running_pain_3_of_10", "policy_overrides": {}, "reason": "x"}
    watch = {"file": (io.BytesIO(run_file("no_hr.tcx")), "lake.tcx")}
    token = {"Authorization": f"Bearer {ada.person.token}"}
    sent = ada.person.client.post("/v1/runs/import", data=watch, headers=token, content_type="multipart/form-data")
    assert sent.status_code == 201
    kept = ada.person.send("PUT", "/v1/me/favourites/bird_dog")
    ruled = therapist.send("PUT", f"{path}/guidance/policy", policy, {"If-Match": ada.tags["policy"]})
    signed = therapist.post(f"{path}/reviews", {"id": an_id(), "next_on": soon()[:10]})
    read = therapist.send("PUT", f"{path}/messages/mark", {"message_id": ada.ids["message_id"]})
    wishes = {"session_due": True, "morning_score_missing": False, "review_due": False, "language": "en"}
    clock = {"remind_at": "18:00", "quiet_from": "22:00", "quiet_until": "07:00"}
    tag = {"If-Match": ada.person.get("/v1/me/reminders").headers["ETag"]}
    reminded = ada.person.send("PUT", "/v1/me/reminders", {**wishes, **clock}, tag)
    assert (kept.status_code, ruled.status_code, signed.status_code) == (204, 200, 201)
    assert (read.status_code, reminded.status_code) == (200, 200)
    therapist.get(f"{path}/runs")
    return ada.person


def test_an_archive_holds_every_table_and_comes_back_equal(
    here: Installation, places: Places, patient_of_a_world: Person, tmp_path: Path
) -> None:
    file = exported(here, patient_of_a_world.id, tmp_path)
    before = content_of(file)
    assert {f"tables/{table.name}.jsonl" for table in belongings.told_tables()} <= before.keys()
    empty = {name for name, records in before.items() if not records}
    assert empty <= {"clinics.jsonl", "tables/sync_parked.jsonl", "tables/stage_proposals.jsonl"}
    assert len(before["tables/access_log.jsonl"]) >= 1
    there = taken_in(places, file)
    assert content_of(exported(there, patient_of_a_world.id, tmp_path)) == before


def test_nobody_forgot_to_decide_about_a_table(app: Flask) -> None:
    assert belongings.undecided() == []
    owned = {table.name for table in Base.metadata.tables.values() if "patient_id" in table.columns}
    assert owned - set(belongings.WITHHELD) <= {table.name for table in belongings.told_tables()}
    assert owned | belongings.TOLD | set(belongings.WITHHELD) == {table.name for table in belongings.belongings()}


def test_a_new_table_of_a_patient_is_in_the_archive_and_one_of_an_account_asks(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: two tables that nobody thought of."""
    planted = MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(planted)
    Table("diaries", planted, Column("patient_id", Id, primary_key=True))
    Table("wallets", planted, Column("id", Id, primary_key=True), Column("owner", Id, ForeignKey("accounts.id")))
    Table("coins", planted, Column("wallet", Id, ForeignKey("wallets.id"), primary_key=True))
    monkeypatch.setattr(belongings.Base, "metadata", planted)
    assert "diaries" in {table.name for table in belongings.told_tables()}
    assert belongings.undecided() == ["coins", "wallets"] or belongings.undecided() == ["wallets", "coins"]


def test_what_lets_somebody_in_is_in_no_archive(here: Installation, patient_of_a_world: Person, tmp_path: Path) -> None:
    file = exported(here, patient_of_a_world.id, tmp_path)
    with zipfile.ZipFile(file) as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist())
    assert b"argon2" not in everything
    assert b"password_hash" not in everything
    assert b"code_hash" not in everything


def test_the_person_asks_for_it_with_their_password(here: Installation, patient_of_a_world: Person) -> None:
    ada = patient_of_a_world
    with here.database.writing.begin() as db:
        db.execute(update(AccountRow).where(AccountRow.id == ada.id).values(password_hash=hash_password(PASSWORD)))
    wrong = ada.post("/v1/me/export", {"password": "not this one, surely"})
    assert (wrong.status_code, wrong.json["code"]) == (403, "wrong_password")
    done = ada.post("/v1/me/export", {"password": PASSWORD})
    assert (done.status_code, done.mimetype) == (200, "application/zip")
    assert done.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(done.data)) as opened:
        manifest = orjson.loads(opened.read(archive.MANIFEST))
        trail = [orjson.loads(line) for line in opened.read(archive.TRAIL).splitlines()]
    assert manifest["account_id"] == str(ada.id)
    assert manifest["files"]["tables/runs.jsonl"]["records"] > 0
    assert {"grant_care_link", "list_runs"} <= {line["action"] for line in trail}
    assert here.people.therapist().post("/v1/me/export", {"password": "x"}).status_code == 403


@pytest.fixture
def damaged(here: Installation, patient_of_a_world: Person, tmp_path: Path) -> Path:
    """Planted: an archive of which one run was left out."""
    file = exported(here, patient_of_a_world.id, tmp_path)
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            is_runs = name == "tables/runs.jsonl"
            new.writestr(name, b"".join(content.splitlines(keepends=True)[1:]) if is_runs else content)
    return changed


def test_an_archive_that_is_not_whole_is_refused_and_nothing_is_stored(places: Places, damaged: Path) -> None:
    there = places.installation()
    done = there.run("import-archive", damaged)
    assert done.exit_code == 1
    assert "tables/runs.jsonl is damaged" in done.output
    with there.database.reading() as db:
        assert not archives.has_accounts(db)


def test_an_archive_goes_into_no_installation_in_use(
    here: Installation, patient_of_a_world: Person, tmp_path: Path
) -> None:
    done = here.run("import-archive", exported(here, patient_of_a_world.id, tmp_path))
    assert done.exit_code == 1
    assert "there are people here already" in done.output
