"""The patient reads who saw what and when; what cannot be written down is not shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, update
from sqlalchemy.exc import DBAPIError, OperationalError

from app.consent.models import AccessRow
from app.db.engine import Database
from app.web import feature
from tests.access.world import let_in
from tests.builders.devices import Phone, a_run, a_score, an_id, put
from tests.builders.people import People, Person
from tests.contract.operations import operations

LOG = "/v1/me/access-log"


@pytest.fixture
def ada(people: People) -> Person:
    found = people.patient()
    found.post("/v1/patients/{me}/runs", {"id": an_id(), **a_run(2)})
    found.post("/v1/patients/{me}/pain-scores", {"id": an_id(), **a_score(2)})
    return found


@pytest.fixture
def ines(people: People, ada: Person) -> Person:
    therapist = people.therapist()
    let_in(ada, therapist)
    return therapist


def read(patient: Person, **query: Any) -> list[dict[str, Any]]:
    """Return the log, newest first."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = patient.get(f"{LOG}?{asked}")
    assert answer.status_code == 200, answer.json
    return list(answer.json["items"])


def test_the_patient_reads_who_saw_what_and_when(ada: Person, ines: Person) -> None:
    ines.get(f"/v1/patients/{ada.id}/pain-scores")
    ines.get(f"/v1/patients/{ada.id}/guidance/advice")
    advice, pain = read(ada)
    assert (pain["reader_id"], pain["reader_name"]) == (str(ines.id), "Test Person")
    assert (pain["operation"], pain["permission"]) == ("list_pain_scores", "pain.read")
    assert pain["what"] == "pain, questionnaires and measurements"
    assert advice["operation"] == "get_advice"
    assert pain["at"] <= advice["at"]
    assert ada.get(LOG, **{"Accept-Language": "de"}).json["items"][1]["what"] == "Schmerz, Fragebögen und Messungen"


def test_one_s_own_reading_and_what_was_refused_leave_no_line(ada: Person, ines: Person, people: People) -> None:
    ada.get("/v1/patients/{me}/pain-scores")
    people.therapist().get(f"/v1/patients/{ada.id}/pain-scores")
    ines.get(f"/v1/patients/{ada.id}/care-links")
    ines.get(f"/v1/patients/{ada.id}/runs/{an_id()}")
    ines.get(f"/v1/patients/{ada.id}/runs?limit=0")
    assert read(ada) == []


def test_what_a_therapist_does_is_written_down_with_it_or_not_done(ada: Person, ines: Person) -> None:
    made = ines.post(f"/v1/patients/{ada.id}/guidance/overrides", {"decision": "pause_and_refer", "reason": "x"})
    assert made.status_code in (201, 422), made.json
    expected = ["create_override"] if made.status_code == 201 else []
    assert [one["operation"] for one in read(ada)] == expected


def test_an_answer_that_nothing_is_new_leaves_no_line(ada: Person, ines: Person) -> None:
    path = f"/v1/patients/{ada.id}/guidance/advice"
    tag = ines.get(path).headers["ETag"]
    assert ines.get(path, **{"If-None-Match": tag}).status_code == 304
    assert len(read(ada)) == 1


def test_a_pull_of_the_stream_is_written_down(ada: Person, ines: Person) -> None:
    phone = Phone(ines, ada.id)
    page = phone.pull()
    phone.digest()
    assert [one["operation"] for one in read(ada)] == ["get_digest", "pull_changes"]
    again = phone.ask(cursor=page["cursor"])
    assert phone.ask(cursor=page["cursor"], etag=again.headers["ETag"]).status_code == 304
    assert len(read(ada)) == 3


def test_a_pull_of_many_streams_leaves_one_line_with_each_patient_who_was_shown(
    ada: Person, ines: Person, people: People, database: Database
) -> None:
    bea, gone = people.patient(), people.patient()
    let_in(bea, ines, "pain.read")
    bea.post("/v1/patients/{me}/pain-scores", {"id": an_id(), **a_score(2)})
    asked = {"streams": [{"patient_id": str(one.id), "cursor": None} for one in (ada, bea, gone)]}
    with counted(database, "INSERT INTO audit_trail") as inserts:
        answer = ines.post("/v1/sync/pull", asked)
    assert answer.status_code == 200
    assert len(inserts) == 1
    assert [[one["operation"] for one in read(patient)] for patient in (ada, bea, gone)] == [
        ["pull_many"],
        ["pull_many"],
        [],
    ]
    asked["streams"] = [
        {"patient_id": item["patient_id"], "cursor": item["page"]["cursor"]}
        for item in answer.json["items"]
        if "page" in item
    ]
    assert all(item["page"]["changes"] == [] for item in ines.post("/v1/sync/pull", asked).json["items"])
    assert [len(read(patient)) for patient in (ada, bea)] == [1, 1]
    ada.send("POST", f"/v1/sync/streams/{ada.id}/ops", _a_push(ada))
    ines.post("/v1/sync/pull", asked)
    assert [len(read(patient)) for patient in (ada, bea)] == [2, 1]


def _a_push(person: Person) -> dict[str, Any]:
    return {"epoch": Phone(person).pull(limit=1)["epoch"], "ops": [put("runs", a_run(1))]}


def test_a_read_costs_two_statements_more(ada: Person, ines: Person, database: Database) -> None:
    with counted(database, "audit_") as told:
        ines.get(f"/v1/patients/{ada.id}/runs")
    assert len(told) == 2


def test_the_log_comes_in_pages_and_its_cursor_is_one_patient_s(ada: Person, ines: Person, people: People) -> None:
    for _ in range(5):
        ines.get(f"/v1/patients/{ada.id}/runs")
    whole, pages, cursor = read(ada), [], ""
    while cursor is not None:
        page = ada.get(f"{LOG}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        pages.append(page["items"])
        cursor = page["next_cursor"]
        if cursor is not None:
            assert people.patient().get(f"{LOG}?cursor={cursor}").status_code == 400
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [one for page in pages for one in page] == whole


def test_the_log_is_the_patient_s_alone(ines: Person, people: People) -> None:
    assert ines.get(LOG).status_code == 403
    assert people.admin().get(LOG).status_code == 403


# What cannot be written down is not shown


@contextmanager
def failing(database: Database, needle: str) -> Iterator[None]:
    """Let every statement fail that holds these words."""

    def fail(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if needle in statement:
            raise OperationalError(statement, {}, Exception("disk full"))

    event.listen(database.writer, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(database.writer, "before_cursor_execute", fail)


@contextmanager
def counted(database: Database, needle: str) -> Iterator[list[str]]:
    """Gather the writer's statements that hold these words."""
    sent: list[str] = []

    def listen(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if needle in statement:
            sent.append(statement)

    event.listen(database.writer, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        event.remove(database.writer, "before_cursor_execute", listen)


def test_a_read_that_cannot_be_written_down_does_not_happen(ada: Person, ines: Person, database: Database) -> None:
    paths = ("runs", "guidance/advice", "outcomes")
    with failing(database, "INSERT INTO audit_trail"):
        answers = [ines.get(f"/v1/patients/{ada.id}/{path}") for path in paths]
        answers.append(Phone(ines, ada.id).ask())
        own = ada.get("/v1/patients/{me}/runs")
    assert {(answer.status_code, answer.json["code"]) for answer in answers} == {(503, "not_logged")}
    assert all("Retry-After" in answer.headers and b"distance" not in answer.data for answer in answers)
    assert own.status_code == 200
    assert read(ada) == []


def test_a_write_that_cannot_be_written_down_does_not_happen(ada: Person, ines: Person, database: Database) -> None:
    body = {"id": an_id(), "protocol": "runners_knee_standard", "reason": "x"}
    with failing(database, "INSERT INTO audit_trail"):
        assert ines.post(f"/v1/patients/{ada.id}/programmes", body).status_code == 503
    assert ada.get("/v1/patients/{me}/programmes").json["items"] == []
    assert ines.post(f"/v1/patients/{ada.id}/programmes", body).status_code == 201


@pytest.mark.parametrize("change", [update(AccessRow).values(operation="x"), delete(AccessRow)])
def test_the_database_refuses_to_change_the_log(ada: Person, ines: Person, database: Database, change: Any) -> None:
    ines.get(f"/v1/patients/{ada.id}/runs")
    with database.writing() as db, pytest.raises(DBAPIError, match="append only"):
        db.execute(change.where(AccessRow.patient_id == ada.id))
    assert len(read(ada)) == 1


# Nothing is forgotten


def silent_reads(app: Flask, patient: Person, therapist: Person) -> list[str]:
    """Return the operations by which a therapist reads of a patient without a line in the log."""
    found = []
    for operation in operations(app):
        if operation.method != "GET" or "patient_id" not in operation.path_names:
            continue
        before = len(read(patient, limit=1000))
        answer = therapist.get(operation.url(patient.id))
        expected = 1 if answer.status_code == 200 else 0
        if len(read(patient, limit=1000)) != before + expected:
            found.append(operation.name)
    return found


def test_no_operation_reads_of_a_patient_without_a_line(app: Flask, ada: Person, ines: Person) -> None:
    assert silent_reads(app, ada, ines) == []
    assert len(read(ada, limit=1000)) >= 25


def test_a_line_that_is_missing_is_seen(app: Flask, ada: Person, ines: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: an operation whose line is left out."""
    honest = feature.log_looks
    monkeypatch.setattr(
        feature, "log_looks", lambda answer, name: None if name == "list_skips" else honest(answer, name)
    )
    assert silent_reads(app, ada, ines) == ["list_skips"]
