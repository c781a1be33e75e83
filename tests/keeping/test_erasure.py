"""Whoever has themselves erased is gone at once, from every place, and no backup brings them back."""

from __future__ import annotations

import shutil
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from app.accounts.models import AccountRow
from app.accounts.passwords import hash_password
from app.db.base import Base
from app.db.engine import Database
from app.keeping.domain import pseudonym
from app.keeping.repository import belongings, erasing
from app.keeping.service import erasure
from app.keeping.service.packing import DATABASE
from tests.access.world import let_in
from tests.builders.devices import Phone, a_run, an_id, put
from tests.builders.people import PASSWORD, Person
from tests.builders.servers import SECRET
from tests.integration.test_crash import run_body
from tests.keeping.conftest import PROGRAMS, Installation, Places

RUNS = 10


class Erased:
    """A patient whose every text is a canary of its own, a friend of theirs, and a therapist who sees both."""

    def __init__(self, here: Installation) -> None:
        self.here = here
        self.ada, self.bea, self.ines = here.people.patient(), here.people.patient(), here.people.therapist()
        self.canaries: list[str] = []
        with here.database.writing.begin() as db:
            own = AccountRow.id.in_([self.ada.id, self.bea.id])
            db.execute(update(AccountRow).where(own).values(password_hash=hash_password(PASSWORD)))
            named = update(AccountRow).where(AccountRow.id == self.ada.id)
            db.execute(named.values(display_name=self.canary("name")))
        for person in (self.ada, self.bea):
            let_in(person, self.ines)
        for number in range(RUNS):
            self._run(number)
        self.ines.get(f"/v1/patients/{self.ada.id}/runs")
        self.ines.get(f"/v1/patients/{self.bea.id}/runs")
        phone = Phone(self.ada)
        phone.push(put("runs", a_run(duration_s=-1, note=self.canary("parked"))))

    def canary(self, kind: str) -> str:
        """Return a text that is found nowhere else, long enough to fill more than a page of the file now and then."""
        self.canaries.append(f"canary-{kind}-{len(self.canaries)}-{an_id()}")
        return f"{self.canaries[-1]} {'x' * (len(self.canaries) % 5 * 700)}"

    def _run(self, number: int) -> None:
        body = {**run_body(number), "note": self.canary("run")}
        made = self.ada.post("/v1/patients/{me}/runs", body)
        if number % 3 == 0:
            changed = {"note": self.canary("changed")}
            path, tag = f"/v1/patients/{self.ada.id}/runs/{body['id']}", {"If-Match": made.headers["ETag"]}
            assert self.ada.send("PATCH", path, changed, tag).status_code == 200
        if number % 4 == 0:
            self.bea.post("/v1/patients/{me}/runs", run_body(number))

    def found_in(self, content: bytes) -> list[str]:
        """Return the canaries that are in there, and the person's address."""
        return [one for one in [*self.canaries, self.ada.email] if one.encode() in content]


def everything(database: Database) -> bytes:
    """Return every value of every table, as text."""
    with database.reading() as db:
        rows = [
            tuple(row)
            for table in Base.metadata.sorted_tables
            if table.name != "audit_trail"
            for row in db.execute(select(table))
        ]
    return repr(rows).encode()


def bytes_of(here: Installation) -> bytes:
    """Return what lies on the disk for a SQLite database: the file and its journal."""
    file = Path(here.url.removeprefix("sqlite:///"))
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")) if "shm" not in path.name)


def erase(person: Person, password: str = PASSWORD) -> Any:
    """Have somebody erased."""
    return person.post("/v1/me/erasure", {"password": password})


@pytest.fixture(scope="module")
def before(places: Places) -> Erased:
    """An installation before the erasure, and a backup of then."""
    here = places.installation()
    told = Erased(here)
    assert here.run("backup", here.folder / "before.zip", "--programs", PROGRAMS).exit_code == 0
    return told


@pytest.fixture(scope="module")
def gone(before: Erased) -> Erased:
    """The same after it."""
    assert before.found_in(everything(before.here.database)) == [*before.canaries, before.ada.email]
    wrong = erase(before.ada, "not this one, surely")
    assert (wrong.status_code, wrong.json["code"]) == (403, "wrong_password")
    assert before.ada.get("/v1/me").status_code == 200
    assert erase(before.ada).status_code == 204
    return before


def test_every_device_of_theirs_is_out_at_once(gone: Erased) -> None:
    assert gone.ada.get("/v1/me").status_code == 401
    tried = gone.ada.client.post("/v1/auth/token", json={"refresh_token": gone.ada.refresh_token})
    assert tried.status_code == 401
    login = {"email": gone.ada.email, "password": PASSWORD, "device_name": "phone"}
    assert gone.ada.client.post("/v1/auth/login", json=login).status_code == 401


def test_no_row_of_theirs_is_left_and_everybody_else_s_stay(gone: Erased) -> None:
    content = everything(gone.here.database)
    assert gone.found_in(content) == []
    assert str(gone.ada.id).encode() not in content
    assert len(gone.bea.get("/v1/patients/{me}/runs").json["items"]) == (RUNS + 3) // 4
    assert gone.bea.get("/v1/me/access-log").json["items"] != []


def test_the_therapist_finds_nobody_there_and_their_phone_is_told_to_delete_its_copy(gone: Erased) -> None:
    assert gone.ines.get(f"/v1/patients/{gone.ada.id}/runs").status_code == 404
    assert gone.ines.get(f"/v1/patients/{gone.bea.id}/runs").status_code == 200
    assert str(gone.ada.id) not in gone.ines.get("/v1/sync/streams").text
    pulled = Phone(gone.ines, gone.ada.id).ask()
    assert (pulled.status_code, pulled.json["code"], pulled.json["purge"]) == (403, "consent_revoked", True)
    assert Phone(gone.here.people.therapist(), gone.ada.id).ask().status_code == 404


def test_nothing_is_left_in_the_file_nor_in_its_journal(gone: Erased) -> None:
    if gone.here.database.dialect != "sqlite":
        pytest.skip("PostgreSQL's own files are tidied by VACUUM, and written over in time")
    assert gone.found_in(bytes_of(gone.here)) == []


def test_a_backup_made_afterwards_holds_nothing(gone: Erased, tmp_path: Path) -> None:
    assert gone.here.run("backup", tmp_path / "after.zip", "--programs", PROGRAMS).exit_code == 0
    assert gone.here.run("tidy").exit_code == 0
    with zipfile.ZipFile(tmp_path / "after.zip") as opened:
        assert gone.found_in(opened.read(DATABASE)) == []


def test_a_backup_from_before_does_not_bring_them_back(gone: Erased, places: Places) -> None:
    there = places.installation(places.empty())
    file, erased = there.folder / "before.zip", there.folder / "list"
    shutil.copyfile(gone.here.folder / "before.zip", file)
    refused = there.run("restore", file, "--programs", PROGRAMS)
    assert refused.exit_code == 1
    assert "it says who was erased since" in refused.output
    shutil.copyfile(gone.here.var_dir / erasure.LIST, erased)
    done = there.run("restore", file, "--erased", erased, "--programs", PROGRAMS)
    assert done.exit_code == 0, done.output
    assert "erased: 1 on the list, 1 of them were in the backup and are gone" in done.output
    assert gone.found_in(everything(there.database)) == []
    if there.database.dialect == "sqlite":
        assert gone.found_in(bytes_of(there)) == []
    with there.database.reading() as db:
        assert db.execute(select(AccountRow.id).where(AccountRow.id == gone.bea.id)).one_or_none() is not None
        assert [found for found, _ in erasing.find_erasures(db)] == [pseudonym(SECRET, gone.ada.id)]


def test_the_list_names_nobody_and_is_mended(gone: Erased) -> None:
    file = gone.here.var_dir / erasure.LIST
    assert str(gone.ada.id) not in file.read_text()
    assert list(erasure.read_list(file)) == [pseudonym(SECRET, gone.ada.id)]
    file.write_text(file.read_text()[:20])
    erasure.keep_list(gone.here.database, gone.here.var_dir)
    assert pseudonym(SECRET, gone.ada.id) in erasure.read_list(file)


def test_whoever_writes_meanwhile_leaves_nothing_behind(here: Installation) -> None:
    ada = here.people.patient()
    with here.database.writing.begin() as db:
        db.execute(update(AccountRow).where(AccountRow.id == ada.id).values(password_hash=hash_password(PASSWORD)))
    statuses: list[int] = []
    begun = threading.Barrier(5)

    def write(number: int) -> None:
        begun.wait()
        for later in range(10):
            answer = here.people.again(ada) if number < 0 else ada
            sent = answer.client.post(
                f"/v1/patients/{ada.id}/runs",
                json=run_body(number * 10 + later),
                headers={"Authorization": f"Bearer {ada.token}"},
            )
            statuses.append(sent.status_code)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    begun.wait()
    while not statuses:
        threading.Event().wait(0.001)
    assert erase(ada).status_code == 204
    for thread in threads:
        thread.join(30)
    assert set(statuses) <= {201, 401, 404, 503}
    assert str(ada.id).encode() not in everything(here.database)


# Each of these is planted, and seen


def test_a_table_that_is_forgotten_stops_the_erasure(gone: Erased, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = belongings.belongings
    monkeypatch.setattr(erasing, "belongings", lambda: [table for table in honest() if table.name != "runs"])
    assert erase(gone.bea).status_code >= 400
    assert gone.bea.get("/v1/me").status_code == 200


def test_the_log_is_deleted_by_an_erasure_alone(gone: Erased) -> None:
    with gone.here.database.writing() as db, pytest.raises(Exception, match="append only"):
        db.execute(text("DELETE FROM access_log"))
    with gone.here.database.reading() as db:
        assert db.execute(text("SELECT count(*) FROM erasures_under_way")).scalar_one() == 0


def test_without_secure_delete_the_file_keeps_what_was_deleted(places: Places, here: Installation) -> None:
    if places.backend != "sqlite":
        pytest.skip("SQLite alone")
    eve = Erased(here)
    eve.here.database.dispose()
    with eve.here.database.writing() as db:
        db.connection().exec_driver_sql("PRAGMA secure_delete=OFF")
        erasing.erase_person(db, eve.ada.id)
        db.commit()
    erasing.clear_rests(eve.here.database.writer)
    assert eve.found_in(bytes_of(eve.here)) != []
    assert eve.here.run("tidy").exit_code == 0
    assert eve.found_in(bytes_of(eve.here)) == []


def test_a_list_that_is_left_out_is_seen(gone: Erased, places: Places, tmp_path: Path) -> None:
    """Planted: an empty list, as whoever copies the backup alone would have it."""
    (tmp_path / "list").touch()
    there = places.installation(places.empty())
    file = gone.here.folder / "before.zip"
    assert there.run("restore", file, "--erased", tmp_path / "list", "--programs", PROGRAMS).exit_code == 0
    assert gone.found_in(everything(there.database)) != []
