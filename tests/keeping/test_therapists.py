"""A therapist takes along what is theirs and nothing of a patient's; erased, they leave records without a name."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from app.accounts.domain import FORMER_NAME
from app.accounts.models import AccountRow
from app.accounts.passwords import hash_password
from app.consent import service as consent
from app.db.base import table_of
from app.db.trail import TrailRow
from app.keeping.repository import therapists
from app.keeping.service import erasure
from app.review.service import authors
from tests.access.world import joined, let_in, made
from tests.api.test_own_exercises import an_exercise
from tests.builders.devices import Phone, an_id
from tests.builders.people import PASSWORD
from tests.keeping.conftest import PROGRAMS, Installation, Places
from tests.keeping.test_erasure import bytes_of, erase, everything

NAME, WORDS = "canary of a therapist's name", "canary of what was said to a patient"
HOOK = "https://canary.example.org/hook"


class Practice:
    """Ines, who treats Ada and Bea, has founded a clinic alone, and works in one of others."""

    def __init__(self, here: Installation) -> None:
        self.here = here
        people = here.people
        self.ada, self.bea = people.patient(), people.patient()
        self.ines, self.paul = people.therapist(), people.therapist()
        with here.database.writing.begin() as db:
            row = update(AccountRow).where(AccountRow.id == self.ines.id)
            db.execute(row.values(password_hash=hash_password(PASSWORD), display_name=NAME))
        for patient in (self.ada, self.bea):
            let_in(patient, self.ines)
            let_in(patient, self.paul, "pain.read")
        path = f"/v1/patients/{self.ada.id}"
        self.clinic_id = made(self.ines.post("/v1/clinics", {"id": an_id(), "name": "One's own"}))["id"]
        self.other_clinic_id = made(self.paul.post("/v1/clinics", {"id": an_id(), "name": "Others'"}))["id"]
        joined(self.paul, self.other_clinic_id, self.ines)
        asked = made(self.ada.post(f"{path}/messages", {"id": an_id(), "text": "May I run?"}))
        said = made(self.ines.post(f"{path}/messages", {"id": an_id(), "text": WORDS}))
        self.message_ids = [said["id"], asked["id"]]
        made(self.ines.send("PUT", f"{path}/messages/mark", {"message_id": asked["id"]}), 200)
        made(self.ines.post(f"{path}/reviews", {"id": an_id(), "note": WORDS}))
        self.exercise = made(self.ines.post("/v1/own-exercises", an_exercise()))
        made(self.ines.post("/v1/me/webhooks", {"id": an_id(), "url": HOOK}))
        self.words_before = [self.thread(), self.reviews()]
        self.phone = Phone(self.ada)
        self.cursor = self.phone.pages()[-1]["cursor"]

    def thread(self) -> list[dict[str, Any]]:
        """Return the thread as the patient reads it."""
        return list(self.ada.get("/v1/patients/{me}/messages").json["items"])

    def reviews(self) -> list[dict[str, Any]]:
        """Return the reviews as the patient reads them."""
        return list(self.ada.get("/v1/patients/{me}/reviews").json["items"])


@pytest.fixture(scope="module")
def before(places: Places) -> Practice:
    """The practice, and a backup of it."""
    here = places.installation()
    told = Practice(here)
    assert here.run("backup", here.folder / "before.zip", "--programs", PROGRAMS).exit_code == 0
    return told


@pytest.fixture(scope="module")
def archived(before: Practice) -> bytes:
    """The archive that Ines fetched."""
    answer = before.ines.post("/v1/me/export", {"password": PASSWORD})
    assert answer.status_code == 200
    return bytes(answer.data)


@pytest.fixture(scope="module")
def gone(before: Practice, archived: bytes) -> Practice:
    """The same after Ines was erased."""
    assert erase(before.ines, "not this one, surely").json["code"] == "wrong_password"
    assert erase(before.ines).status_code == 204
    return before


def records(archive: bytes) -> dict[str, list[dict[str, Any]]]:
    """Return the records of an archive by file; each is what the manifest says."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        files = orjson.loads(opened.read("manifest.json"))["files"]
        read = {name: opened.read(name) for name in files}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in read.items()} == {
        name: said["sha256"] for name, said in files.items()
    }
    return {name: [orjson.loads(line) for line in content.splitlines()] for name, content in read.items()}


def test_an_archive_holds_what_the_account_holds(before: Practice, archived: bytes) -> None:
    found = records(archived)
    assert [row["display_name"] for row in found["tables/accounts.jsonl"]] == [NAME]
    assert [row["slug"] for row in found["tables/exercises.jsonl"]] == [before.exercise["slug"]]
    assert [row["url"] for row in found["tables/webhooks.jsonl"]] == [HOOK]
    assert {row["name"] for row in found["clinics.jsonl"]} == {"One's own", "Others'"}
    assert sorted(row["kind"] for row in found["written.jsonl"]) == ["message", "review"]
    assert "sign_review" in {row["action"] for row in found["trail.jsonl"]}


def test_an_archive_holds_nothing_of_a_patient_and_nothing_that_lets_in(before: Practice, archived: bytes) -> None:
    content = orjson.dumps(records(archived))
    for words in (before.ada.id, before.bea.id, before.paul.id, WORDS, before.ada.email, *before.message_ids):
        assert str(words).encode() not in content
    for name in ("password_hash", "code_hash", "salt", "secret"):
        assert f'"{name}"'.encode() not in content


def test_no_installation_takes_a_therapist_s_archive_in(archived: bytes, places: Places, tmp_path: Path) -> None:
    (tmp_path / "archive.zip").write_bytes(archived)
    done = places.installation().run("import-archive", tmp_path / "archive.zip")
    assert done.exit_code == 1
    assert "is there to be read" in done.output


def test_every_device_is_out_and_every_link_has_ended(gone: Practice) -> None:
    assert gone.ines.get("/v1/me").status_code == 401
    login = {"email": gone.ines.email, "password": PASSWORD, "device_name": "phone"}
    assert gone.ines.client.post("/v1/auth/login", json=login).status_code == 401
    for patient in (gone.ada, gone.bea):
        links = patient.get("/v1/patients/{me}/care-links").json["items"]
        of_ines = [link for link in links if link["therapist_id"] == str(gone.ines.id)]
        assert [(link["therapist_name"], link["revoked_at"] is not None) for link in of_ines] == [(FORMER_NAME, True)]
        assert [link["revoked_at"] for link in links if link not in of_ines] == [None]


def test_what_was_written_stays_word_by_word_and_in_its_order_without_the_name(gone: Practice) -> None:
    thread, reviews = gone.words_before
    unnamed = [{**one, "therapist_name": FORMER_NAME if one["therapist_id"] else None} for one in thread]
    assert gone.thread() == unnamed
    assert gone.reviews() == [{**one, "signed_by_name": FORMER_NAME} for one in reviews]
    assert WORDS in {one["text"] for one in gone.thread()}


def test_a_phone_that_reads_anew_reads_no_name_and_one_that_goes_on_reads_only_the_end_of_care(gone: Practice) -> None:
    assert NAME not in Phone(gone.ada).ask().text
    told = [change for page in gone.phone.pages(gone.cursor) for change in page["changes"]]
    assert {change["collection"] for change in told} == {"care_links"}


def test_name_and_address_are_nowhere_any_more(gone: Practice) -> None:
    content = everything(gone.here.database)
    for words in (NAME, gone.ines.email, HOOK):
        assert words.encode() not in content
    if gone.here.database.dialect == "sqlite":
        assert NAME.encode() not in bytes_of(gone.here)


def test_who_looked_and_what_was_done_stay_by_id(gone: Practice) -> None:
    looks = gone.ada.get("/v1/me/access-log").json["items"]
    assert (str(gone.ines.id), FORMER_NAME) in {(look["reader_id"], look["reader_name"]) for look in looks}
    with gone.here.database.reading() as db:
        lines = table_of(TrailRow)
        acts = set(db.execute(select(lines.c.action).where(lines.c.actor_id == gone.ines.id)).scalars())
    assert {"sign_review", "export_me", "erase_me"} <= acts
    assert gone.here.run("audit", "anchor").exit_code == 0
    assert gone.here.run("audit", "verify").exit_code == 0


def test_the_own_clinic_is_closed_and_the_other_goes_on(gone: Practice) -> None:
    members = gone.paul.get(f"/v1/clinics/{gone.other_clinic_id}/members").json["items"]
    assert [member["account_id"] for member in members] == [str(gone.paul.id)]
    joining = gone.paul.get(f"/v1/clinics/{gone.clinic_id}/members")
    assert joining.status_code == 404


def test_a_backup_from_before_does_not_bring_them_back(gone: Practice, places: Places) -> None:
    there = places.installation(places.empty())
    file, erased = there.folder / "before.zip", there.folder / "list"
    shutil.copyfile(gone.here.folder / "before.zip", file)
    shutil.copyfile(gone.here.var_dir / erasure.LIST, erased)
    done = there.run("restore", file, "--erased", erased, "--programs", PROGRAMS)
    assert done.exit_code == 0, done.output
    assert "erased: 1 on the list, 1 of them were in the backup and are gone" in done.output
    content = everything(there.database)
    assert NAME.encode() not in content
    assert WORDS.encode() in content


def test_the_last_admin_names_another_first(here: Installation) -> None:
    ines, paul = here.people.therapist(), here.people.therapist()
    with here.database.writing.begin() as db:
        db.execute(update(AccountRow).where(AccountRow.id == ines.id).values(password_hash=hash_password(PASSWORD)))
    clinic_id = made(ines.post("/v1/clinics", {"id": an_id(), "name": "Two of us"}))["id"]
    joined(ines, clinic_id, paul)
    refused = erase(ines)
    assert (refused.status_code, refused.json["code"]) == (409, "last_admin")
    assert ines.get("/v1/me").status_code == 200


def test_somebody_without_an_account_of_their_own_is_not_asked(here: Installation) -> None:
    assert erase(here.people.admin()).status_code == 403


def test_of_every_table_of_accounts_it_is_said_what_becomes_of_it() -> None:
    assert therapists.undecided() == []


@pytest.mark.deep
@pytest.mark.parametrize(
    ("where", "step", "seen_by"),
    [
        (authors, "rename_author", test_name_and_address_are_nowhere_any_more),
        (therapists, "delete_rows", test_name_and_address_are_nowhere_any_more),
        (consent, "end_care", test_every_device_is_out_and_every_link_has_ended),
    ],
)
def test_a_step_that_is_not_done_is_seen(
    where: Any, step: str, seen_by: Callable[[Practice], None], here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: names that stay, rows that stay, links that stay."""
    practice = Practice(here)
    with monkeypatch.context() as left_out:
        left_out.setattr(where, step, lambda *_: None)
        assert erase(practice.ines).status_code == 204
    with pytest.raises(AssertionError):
        seen_by(practice)
