"""An app that the operator calls too old neither sends nor fetches; it loses nothing, and can read why."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from flask import Flask

from app.db.engine import Database
from app.factory import create_app
from app.settings import Settings, SettingsIncomplete, read_settings
from tests.builders.devices import Json, Phone, a_run, fold, put
from tests.builders.people import People, Person

OLDEST = "2.4"
SETTING = "TROCHLEA_MINIMUM_APP_VERSION"


@pytest.fixture(scope="module")
def strict(settings: Settings, database: Database) -> Flask:
    """The application of an operator who serves no app older than 2.4."""
    return create_app(dataclasses.replace(settings, minimum_app_version=OLDEST), database)


@pytest.fixture
def patient(strict: Flask) -> Person:
    """A patient of that operator."""
    return People(strict).patient()


def requests_of(person: Person) -> list[tuple[str, str, Json | None]]:
    """Return every request by which an app sends or fetches."""
    epoch = Phone(person).pull()["epoch"]
    return [
        ("POST", "/v1/sync/streams/{me}/ops", {"epoch": epoch, "ops": [put("runs", a_run())]}),
        ("GET", "/v1/sync/streams/{me}/changes", None),
        ("GET", "/v1/sync/library/changes", None),
        ("POST", "/v1/sync/pull", {"streams": [{"patient_id": str(person.id)}]}),
    ]


def statuses(person: Person, version: str | None) -> set[int]:
    """Return what an app of this version is answered."""
    headers = {} if version is None else {"App-Version": version}
    return {person.send(method, path, body, headers).status_code for method, path, body in requests_of(person)}


@pytest.mark.parametrize("version", ["2.3.9", "2", "1.99.99", "2.3.9.999999", "0.0", "2.3.9-rc.1", "2.3+2401"])
def test_an_app_that_is_too_old_is_told_to_update_whatever_it_asks(patient: Person, version: str) -> None:
    assert statuses(patient, version) == {426}
    answer = patient.get("/v1/sync/streams/{me}/changes", **{"App-Version": version})
    assert (answer.json["code"], answer.json["minimum_app_version"]) == ("app_too_old", OLDEST)
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "version", ["2.4", "2.4.0", "2.4.0.0", "2.10", "3", "2.4-beta", "2.4.1+7", None, "", "newest", "v2", "1.2.3.4.5"]
)
def test_an_app_that_is_new_enough_or_says_nothing_that_can_be_read_is_served(
    patient: Person, version: str | None
) -> None:
    assert statuses(patient, version) == {200}


def test_what_waited_in_an_app_that_was_too_old_is_stored_once_after_its_update(patient: Person) -> None:
    phone, op = Phone(patient), put("runs", a_run())
    body = {"epoch": phone.pull()["epoch"], "ops": [op]}
    path = "/v1/sync/streams/{me}/ops"
    assert patient.send("POST", path, body, {"App-Version": "2.3"}).status_code == 426
    assert phone.pull()["changes"] == []
    updated = patient.send("POST", path, body, {"App-Version": "2.4"})
    assert updated.json["results"][0]["status"] == "applied"
    assert ("runs", op["id"]) in fold(phone.pages())


def test_an_app_is_told_its_age_before_its_body_is_read(patient: Person) -> None:
    headers = {"App-Version": "1.0"}
    assert patient.send("POST", "/v1/sync/streams/{me}/ops", {"of": "another age"}, headers).status_code == 426


def test_an_app_that_is_too_old_can_read_what_it_needs_and_what_is_parked(patient: Person) -> None:
    headers = {"App-Version": "1.0"}
    told = patient.send("GET", "/v1/sync/config", None, headers)
    assert (told.status_code, told.json["minimum_app_version"]) == (200, OLDEST)
    assert patient.send("GET", "/v1/sync/streams/{me}/parked", None, headers).status_code == 200


def test_without_the_setting_every_app_is_served(people: People) -> None:
    person = people.patient()
    assert person.get("/v1/sync/config").json["minimum_app_version"] is None
    assert statuses(person, "0.0.1") == {200}


def test_the_setting_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("TROCHLEA_VAR_DIR", str(tmp_path))
    for given, read in (("2.14.1", "2.14.1"), ("", None)):
        monkeypatch.setenv(SETTING, given)
        assert read_settings().minimum_app_version == read
    monkeypatch.setenv(SETTING, "the newest")
    with pytest.raises(SettingsIncomplete, match=SETTING):
        read_settings()
