"""Reads go to a standby only where it shows what the primary would; who may read is never asked of it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app.db.engine import open_database
from app.db.reading import ReadingSession
from app.db.replica import Place, Replica, place_of
from tests.api.test_own_exercises import an_exercise
from tests.builders.browsers import Browser, logged_in
from tests.builders.care import let_in, logged
from tests.builders.devices import a_run
from tests.builders.people import Person
from tests.faults.clusters import DATABASE
from tests.faults.standby import Pair, a_pair

pytestmark = pytest.mark.deep
CHARTS = "/v1/patients/{me}/charts/pain-and-load.json"
RUNS_CSV = "/v1/patients/{me}/runs.csv"
NOBODY_S = 10.0
"""No answer may take longer, whatever the standby does."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """One pair for the module; each test has people of its own."""
    with a_pair(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


@pytest.fixture
def pair(made: Pair) -> Iterator[Pair]:
    """The pair, its standby following and asked."""
    made.await_caught_up()
    made.awake()
    yield made
    made.go_on()


def runs_of(person: Person, patient: Person | None = None) -> int:
    """Return how many runs a table of them shows; the first line is the heading."""
    answer = person.get(RUNS_CSV.replace("{me}", str((patient or person).id)))
    assert answer.status_code == 200, answer.json
    return len(answer.text.splitlines()) - 1


def comes_from_the_standby(pair: Pair, person: Person, path: str, patient: Person | None = None) -> bool:
    """Is this read from the standby, once it has caught up?"""
    path = path.replace("{me}", str((patient or person).id))
    return is_read_there(pair, lambda: person.get(path))


def is_read_there(pair: Pair, read: Callable[[], TestResponse]) -> bool:
    """Is the standby asked, once it has caught up? A server's own notes in its log may come in between."""
    for _ in range(5):
        pair.await_caught_up()
        with pair.heard() as said:
            assert read().status_code == 200
        if said:
            return True
    return False


OF_A_PATIENT = [
    CHARTS,
    RUNS_CSV,
    "/v1/patients/{me}/progress",
    "/v1/patients/{me}/reviews",
    "/v1/patients/{me}/messages",
    "/v1/patients/{me}/data-points",
    "/fhir/Patient/{me}/$everything",
    "/fhir/Observation?patient={me}",
]
READS = [
    *OF_A_PATIENT,
    "/v1/exercises?limit=3",
    "/v1/claims?limit=3",
    "/v1/me/favourites",
    "/v1/protocols",
    "/v1/instruments",
    "/fhir/Patient",
]
PAGES_OF_A_PATIENT = ["/patients/{me}/course", "/patients/{me}/record", "/patients/{me}/report.pdf"]
PAGES = ["/caseload", *PAGES_OF_A_PATIENT]


def test_review_charts_fhir_and_library_are_read_from_a_standby_that_has_caught_up(pair: Pair) -> None:
    patient = pair.people.patient()
    logged(patient, runs=[a_run(3)])
    assert [path for path in READS if not comes_from_the_standby(pair, patient, path)] == []


def test_a_pull_is_answered_by_the_primary(pair: Pair) -> None:
    patient = pair.people.patient()
    pair.await_caught_up()
    with pair.heard() as said:
        assert patient.get("/v1/sync/streams/{me}/changes").status_code == 200
    assert said == []


def test_one_s_own_write_is_read_though_the_standby_does_not_have_it(pair: Pair) -> None:
    patient = pair.people.patient()
    logged(patient, runs=[a_run(3)])
    pair.await_caught_up()
    pair.hold()
    logged(patient, runs=[a_run(2)])
    with pair.heard() as said:
        assert runs_of(patient) == 2
    assert said == []


def test_who_wrote_nothing_is_read_from_a_standby_that_lacks_what_others_wrote(pair: Pair) -> None:
    patient, other = pair.people.patient(), pair.people.patient()
    logged(patient, runs=[a_run(3)])
    pair.await_caught_up()
    pair.hold()
    logged(other, runs=[a_run(2)])
    with pair.heard() as said:
        assert runs_of(patient) == 1
    assert said


def test_a_new_name_is_shown_though_the_standby_has_the_old_one(pair: Pair) -> None:
    patient = pair.people.patient()
    pair.await_caught_up()
    pair.hold()
    pair.primary.ask(f"UPDATE accounts SET display_name = 'Grace' WHERE id = '{patient.id}'", DATABASE)
    assert patient.get("/v1/patients/{me}/progress").json["display_name"] == "Grace"


def test_a_revoked_link_ends_with_the_next_request_though_the_standby_still_has_it(pair: Pair) -> None:
    patient, therapist = pair.people.patient(), pair.people.therapist()
    link = let_in(patient, therapist)
    logged(patient, runs=[a_run(3)])
    pair.await_caught_up()
    assert runs_of(therapist, patient) == 1
    assert [one["patient_id"] for one in therapist.get("/v1/caseload").json["items"]] == [str(patient.id)]
    pair.hold()
    assert patient.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}").status_code == 204
    for path in OF_A_PATIENT:
        assert therapist.get(path.replace("{me}", str(patient.id))).status_code == 404, path
    assert therapist.get("/v1/caseload").json["items"] == []
    assert not therapist.get("/fhir/Patient").json.get("entry")


def test_a_narrowed_scope_is_held_to_though_the_standby_has_the_wide_one(pair: Pair) -> None:
    patient, therapist = pair.people.patient(), pair.people.therapist()
    link = let_in(patient, therapist, "sessions.read", "pain.read", "notes.read")
    logged(patient, runs=[a_run(3, note="cried on the stairs")])
    pair.await_caught_up()
    path = RUNS_CSV.replace("{me}", str(patient.id))
    assert "cried" in therapist.get(path).text
    pair.hold()
    assert patient.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}").status_code == 204
    let_in(patient, therapist, "sessions.read")
    assert "cried" not in therapist.get(path).text


def test_a_device_that_was_logged_out_reads_nothing_though_the_standby_knows_it(pair: Pair) -> None:
    patient = pair.people.patient()
    pair.await_caught_up()
    pair.hold()
    assert patient.post("/v1/auth/logout").status_code in (200, 204)
    assert patient.get(CHARTS).status_code == 401


def breaking(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    """Let each session on the standby break after it was lent; return the places that it was lent at."""
    lend, broken = Replica.session_at, list[Place]()

    def lend_one_that_breaks(replica: Replica, place: Place) -> ReadingSession | None:
        session = lend(replica, place)
        if session is not None:
            pair.standby.ask(f"SELECT pg_terminate_backend({session.driver().info.backend_pid})")
            broken.append(place)
        return session

    monkeypatch.setattr(Replica, "session_at", lend_one_that_breaks)
    return broken


def test_a_look_is_written_down_once_though_the_standby_broke_in_the_middle(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, therapist = pair.people.patient(), pair.people.therapist()
    let_in(patient, therapist)
    pair.await_caught_up()
    broken = breaking(pair, monkeypatch)
    assert therapist.get(f"/fhir/Observation?patient={patient.id}").status_code == 200
    assert broken
    assert len(patient.get("/v1/me/access-log").json["items"]) == 1


def own_exercise(therapist: Person) -> dict[str, Any]:
    """Return an own exercise of a therapist, as it is stored."""
    made = therapist.post("/v1/own-exercises", an_exercise())
    assert made.status_code == 201, made.json
    return dict(made.json)


def test_own_exercises_and_favourites_are_one_s_own_writes_though_the_standby_lacks_them(pair: Pair) -> None:
    therapist = pair.people.therapist()
    first = own_exercise(therapist)
    path = f"/v1/own-exercises/{first['id']}"
    assert comes_from_the_standby(pair, therapist, path)
    pair.hold()
    tag = {"If-Match": therapist.get(path).headers["ETag"]}
    assert therapist.send("PATCH", path, {"name": "Slower stair walk"}, tag).status_code == 200
    second = own_exercise(therapist)
    for one in (first, second):
        assert therapist.send("PUT", f"/v1/me/favourites/{one['slug']}").status_code == 204
    with pair.heard() as said:
        assert therapist.get(path).json["name"] == "Slower stair walk"
        assert therapist.get(f"/v1/own-exercises/{second['id']}").status_code == 200
        kept = [one["slug"] for one in therapist.get("/v1/me/favourites").json["items"]]
    assert (kept, said) == ([second["slug"], first["slug"]], [])


# The console's pages


def opened(browser: Browser, path: str, patient: Person) -> TestResponse:
    """Load a page about a patient."""
    return browser.get(path.replace("{me}", str(patient.id)))


@pytest.mark.parametrize("path", PAGES)
def test_pages_of_the_console_are_read_from_a_standby_that_has_caught_up(pair: Pair, path: str) -> None:
    patient, therapist = pair.people.patient(), pair.people.therapist()
    let_in(patient, therapist)
    logged(patient, runs=[a_run(3)])
    browser = logged_in(pair.app, therapist)
    assert is_read_there(pair, lambda: opened(browser, path, patient))


def test_a_page_shows_what_was_written_though_the_standby_lacks_it(pair: Pair) -> None:
    patient, therapist = pair.people.patient(), pair.people.therapist()
    let_in(patient, therapist)
    browser = logged_in(pair.app, therapist)
    pair.await_caught_up()
    pair.hold()
    logged(patient, runs=[a_run(3, note="cried on the stairs")])
    with pair.heard() as said:
        assert "cried on the stairs" in opened(browser, "/patients/{me}/record", patient).text
        assert [opened(browser, path, patient).status_code for path in PAGES] == [200] * len(PAGES)
    assert said == []


def test_a_page_is_the_primary_s_while_the_standby_lacks_anything_at_all(pair: Pair) -> None:
    """What stands in it about the link, the clinic and whoever asks is in no patient's stream."""
    patient, other, therapist = pair.people.patient(), pair.people.patient(), pair.people.therapist()
    let_in(patient, therapist)
    browser = logged_in(pair.app, therapist)
    pair.await_caught_up()
    pair.hold()
    logged(other, runs=[a_run(2)])
    with pair.heard() as said:
        assert [opened(browser, path, patient).status_code for path in PAGES] == [200] * len(PAGES)
    assert said == []


def test_no_page_shows_anything_through_a_link_that_was_ended_though_the_standby_still_has_it(pair: Pair) -> None:
    patient, therapist = pair.people.patient(), pair.people.therapist()
    link = let_in(patient, therapist)
    browser = logged_in(pair.app, therapist)
    pair.await_caught_up()
    assert str(patient.id) in browser.get("/caseload").text
    pair.hold()
    assert patient.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}").status_code == 204
    for path in PAGES_OF_A_PATIENT:
        assert opened(browser, path, patient).status_code == 404, path
    assert str(patient.id) not in browser.get("/caseload").text


def test_a_page_holds_to_a_narrowed_scope_though_the_standby_has_the_wide_one(pair: Pair) -> None:
    patient, therapist = pair.people.patient(), pair.people.therapist()
    link = let_in(patient, therapist, "sessions.read", "pain.read", "notes.read")
    logged(patient, runs=[a_run(3, note="cried on the stairs")])
    browser = logged_in(pair.app, therapist)
    pair.await_caught_up()
    assert "cried" in opened(browser, "/patients/{me}/record", patient).text
    pair.hold()
    assert patient.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}").status_code == 204
    let_in(patient, therapist, "sessions.read")
    with pair.heard() as said:
        shown = opened(browser, "/patients/{me}/record", patient)
    assert shown.status_code == 200
    assert "cried" not in shown.text
    assert said == []  # what the link opens stands at the top, and is in nobody's stream


def test_a_browser_that_was_logged_out_reads_nothing_though_the_standby_knows_it(pair: Pair) -> None:
    therapist = pair.people.therapist()
    browser = logged_in(pair.app, therapist)
    pair.await_caught_up()
    assert browser.get("/caseload").status_code == 200
    pair.hold()
    assert therapist.post("/v1/auth/logout").status_code in (200, 204)
    assert browser.get("/caseload").headers["Location"].startswith("/console/login")


def test_a_look_at_a_page_is_written_down_once_though_the_standby_broke_in_the_middle(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient, therapist = pair.people.patient(), pair.people.therapist()
    let_in(patient, therapist)
    browser = logged_in(pair.app, therapist)
    path = "/patients/{me}/record"
    assert opened(browser, path, patient).status_code == 200
    looks = len(patient.get("/v1/me/access-log").json["items"])
    pair.await_caught_up()
    broken = breaking(pair, monkeypatch)
    assert opened(browser, path, patient).status_code == 200
    assert broken
    assert len(patient.get("/v1/me/access-log").json["items"]) == 2 * looks


# When it fails


def test_an_answer_broken_off_for_going_on_does_not_end_the_use_of_the_standby(pair: Pair) -> None:
    conflict = psycopg.errors.SerializationFailure()
    pair.replica.note_failure(OperationalError("select", {}, conflict))
    assert comes_from_the_standby(pair, pair.people.patient(), RUNS_CSV)


def test_while_the_standby_is_down_the_primary_answers_and_nobody_waits(pair: Pair) -> None:
    patient = pair.people.patient()
    pair.await_caught_up()
    pair.standby.stop("immediate")
    try:
        began_at = time.monotonic()
        for path in READS:
            assert patient.get(path).status_code == 200
        assert time.monotonic() - began_at < NOBODY_S
    finally:
        pair.standby.start()
    pair.awake()
    assert comes_from_the_standby(pair, patient, RUNS_CSV)


def test_a_standby_that_stands_still_holds_nobody_up_for_long(pair: Pair) -> None:
    patient = pair.people.patient()
    pair.await_caught_up()
    assert runs_of(patient) == 0
    with pair.standing_still():
        began_at = time.monotonic()
        for path in READS:
            assert patient.get(path).status_code == 200
        assert time.monotonic() - began_at < NOBODY_S
    pair.awake()
    assert comes_from_the_standby(pair, patient, RUNS_CSV)


def at(pair: Pair, replica: Replica, person: Person, **otherwise: object) -> bool:
    """Is a server believed to have come where the primary is, or to a place that differs in this?"""
    with pair.database.reading() as db:
        session = replica.session_at(dataclasses.replace(place_of(db, person.id), **otherwise))
    if session is not None:
        session.close()
    return session is not None


def test_a_server_that_follows_nobody_is_not_believed(pair: Pair) -> None:
    """One that was promoted has a life of its own: what it shows is not what the primary knows."""
    opened = open_database(pair.primary.url(), replica_url=pair.primary.url())
    try:
        assert opened.replica is not None
        assert not at(pair, opened.replica, pair.people.patient())
    finally:
        opened.dispose()


def test_only_a_standby_of_this_very_installation_and_timeline_is_believed(pair: Pair) -> None:
    patient = pair.people.patient()
    pair.await_caught_up()
    ahead = {"position": "FF/0", "epoch": str(uuid4())}
    assert at(pair, pair.replica, patient)
    assert not at(pair, pair.replica, patient, installation="7 trochlea")
    assert not at(pair, pair.replica, patient, timeline=2)
    assert not at(pair, pair.replica, patient, **ahead)
    assert not at(pair, pair.replica, patient, **{**ahead, "patient_id": None})


def test_a_role_without_privileges_may_ask_how_far_the_servers_are(pair: Pair) -> None:
    pair.primary.ask("CREATE ROLE plain LOGIN")
    pair.primary.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain", DATABASE)
    plain = [one.url().replace("postgres@", "plain@") for one in (pair.primary, pair.standby)]
    opened = open_database(plain[0], replica_url=plain[1])
    pair.await_caught_up()
    try:
        with opened.reading() as db:
            session = opened.replica.session_at(place_of(db, None))  # type: ignore[union-attr]
        assert session is not None
        session.close()
    finally:
        opened.dispose()
