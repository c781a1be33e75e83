"""Messages and the report in the console: the same thread, the same marks and the same paper as over the API."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from app.console.routes import messages as pages
from app.console.words import LANGUAGES
from app.review.domain.attention import ReasonCode, Urgency
from tests.api.test_caseload import case_of, reasons
from tests.api.test_messages import listed, marked, written
from tests.builders.browsers import Browser, logged_in
from tests.builders.care import ALL_SCOPES, let_in, logged
from tests.builders.devices import a_run, an_id
from tests.builders.papers import text_of
from tests.builders.people import People, Person

OPEN = re.compile(r'<li(?: class="own")?>(.*?)</li>', re.DOTALL)


@pytest.fixture
def ada(people: People) -> Person:
    """A patient."""
    return people.patient()


@pytest.fixture
def ines(people: People, ada: Person) -> Person:
    """Her therapist."""
    therapist = people.therapist()
    let_in(ada, therapist)
    return therapist


@pytest.fixture
def browser(app: Flask, ines: Person) -> Browser:
    """The therapist's browser."""
    return logged_in(app, ines)


def thread_of(patient: Person) -> str:
    """Return where the thread is."""
    return f"/patients/{patient.id}/messages"


def shown(page: str) -> list[str]:
    """Return the messages of a thread's page, as markup, newest first."""
    return OPEN.findall(page.split('class="thread"')[1].split("</ol>")[0]) if 'class="thread"' in page else []


def marks_of(reader: Person, patient: Person) -> dict[str, str]:
    """Return up to which message each reader has read."""
    return {mark["reader_id"]: mark["message_id"] for mark in listed(patient, patient)["marks"]}


def waits(ines: Person, ada: Person) -> bool:
    """Does the therapist's caseload say that something is unread?"""
    return "unread_message" in reasons(case_of(ines, ada))


def operations_of(ada: Person) -> list[tuple[str, str]]:
    """Return what the patient reads of who looked."""
    return [(one["operation"], one["permission"]) for one in ada.get("/v1/me/access-log").json["items"]]


def test_the_caseload_leads_to_the_thread_and_looking_at_it_marks_it_read(
    browser: Browser, ada: Person, ines: Person
) -> None:
    written(ada, ada, "May I run on <b>Sunday</b>?")
    newest = written(ada, ada, "Or on Monday?").json["id"]
    for path in ("/caseload", f"/patients/{ada.id}"):
        page = browser.get(path).text
        assert f'<a href="/console{thread_of(ada)}">Messages that you have not read: 2.</a>' in page, path
    assert waits(ines, ada)
    lines = shown(browser.get(thread_of(ada)).text)
    assert ["Or on Monday?" in lines[0], "May I run on &lt;b&gt;Sunday&lt;/b&gt;?" in lines[1]] == [True, True]
    assert ["unread" in line for line in lines] == [True, True]
    assert "Test Person" in lines[0]
    assert marks_of(ines, ada) == {str(ines.id): newest}
    assert not waits(ines, ada)
    assert ["unread" in line for line in shown(browser.get(thread_of(ada)).text)] == [False, False]
    assert ("console_thread", "messages.read") in operations_of(ada)


def test_a_message_is_written_once_reaches_the_patient_and_tells_when_it_was_read(
    browser: Browser, ada: Person
) -> None:
    assert "Nothing has been written yet." in browser.get(thread_of(ada)).text
    order = {"id": an_id(), "text": "Rest for a day.\r\nThen run."}
    for _ in range(2):
        done = browser.send(thread_of(ada), order)
        assert done.headers["Location"] == f"/console{thread_of(ada)}?done=message_sent"
    (found,) = listed(ada, ada)["items"]
    assert (found["text"], found["therapist_name"]) == ("Rest for a day.\nThen run.", "Test Person")
    (line,) = shown(browser.get(f"{thread_of(ada)}?done=message_sent").text)
    assert ("Not read yet" in line, "unread" in line) == (True, False)
    marked(ada, ada, found["id"])
    assert "Read by Test Person" in shown(browser.get(thread_of(ada)).text)[0]
    assert operations_of(ada).count(("console_send_message", "messages.write")) == 2


def test_an_empty_message_is_not_sent_and_the_form_says_so_without_reading_for_anybody(
    browser: Browser, ada: Person, ines: Person
) -> None:
    browser.get(thread_of(ada))
    written(ada, ada, "Just come in.")
    answer = browser.send(thread_of(ada), {"id": an_id(), "text": " "})
    assert answer.status_code == 422
    assert re.search(r'id="text-fault">Please fill this in', answer.text)
    assert [one["text"] for one in listed(ada, ada)["items"]] == ["Just come in."]
    assert waits(ines, ada)


@pytest.mark.parametrize("kind", ["fetched ahead", "head alone"])
def test_what_nobody_has_looked_at_stays_unread(browser: Browser, ada: Person, ines: Person, kind: str) -> None:
    written(ada, ada, "May I run?")
    if kind == "fetched ahead":
        browser.get(thread_of(ada), headers={"Sec-Purpose": "prefetch;prerender"})
    else:
        browser._remember()
        browser.client.head(f"/console{thread_of(ada)}")
    assert marks_of(ines, ada) == {}
    assert waits(ines, ada)


def test_what_lies_on_a_page_further_down_is_not_read_by_opening_the_first(
    browser: Browser, ada: Person, ines: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "A_PAGE", 2)
    ids = [written(ada, ada, f"Line {number}.").json["id"] for number in range(3)]
    first = browser.get(thread_of(ada)).text
    assert len(shown(first)) == 2
    assert marks_of(ines, ada) == {}
    (following,) = re.findall(r'href="(\?cursor=[^"]+)">Older messages', first)
    second = browser.get(thread_of(ada) + following).text
    assert ["Line 0." in line for line in shown(second)] == [True]
    assert marks_of(ines, ada) == {str(ines.id): ids[0]}
    assert waits(ines, ada)
    browser.get(thread_of(ada))
    assert marks_of(ines, ada) == {str(ines.id): ids[2]}
    browser.get(thread_of(ada) + following)
    assert marks_of(ines, ada) == {str(ines.id): ids[2]}


def test_one_takes_back_one_s_own_message_and_no_other(
    app: Flask, people: People, browser: Browser, ada: Person, ines: Person
) -> None:
    kim = people.therapist()
    let_in(ada, kim)
    mine, hers = (written(sender, ada, "Rest.").json["id"] for sender in (ines, ada))
    page = browser.get(thread_of(ada)).text
    assert page.count(">Take back</a>") == 1
    assert "Rest." in browser.get(f"{thread_of(ada)}/{mine}").text
    for reader, message_id in ((logged_in(app, kim), mine), (browser, hers)):
        assert reader.get(f"{thread_of(ada)}/{message_id}").status_code == 403
        assert reader.send(f"{thread_of(ada)}/{message_id}").status_code == 403
    assert len(listed(ada, ada)["items"]) == 2
    assert browser.send(f"{thread_of(ada)}/{mine}").headers["Location"].endswith("done=message_taken_back")
    assert [one["id"] for one in listed(ada, ada)["items"]] == [hers]
    assert browser.get(f"{thread_of(ada)}/{mine}").status_code == 404


def test_without_the_scope_nothing_tells_of_messages(app: Flask, people: People, ada: Person) -> None:
    guest = people.therapist()
    let_in(ada, guest, *(scope for scope in ALL_SCOPES if scope != "message"))
    written(ada, ada, "kestrel")
    browser = logged_in(app, guest)
    told = browser.get("/caseload").text + browser.get(f"/patients/{ada.id}").text
    assert ("kestrel" in told, "/messages" in told, "have not read" in told) == (False, False, False)
    assert browser.get(thread_of(ada)).status_code == 403
    assert browser.send(thread_of(ada), {"id": an_id(), "text": "x"}).status_code == 403
    assert len(listed(ada, ada)["items"]) == 1


def test_a_thread_that_cannot_be_written_down_is_neither_shown_nor_marked(
    app: Flask, browser: Browser, ada: Person, ines: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def broken(*_: object) -> None:
        raise OperationalError("no", {}, Exception())

    written(ada, ada, "May I run?")
    monkeypatch.setitem(app.extensions, "trochlea.witness", broken)
    answer = browser.get(thread_of(ada))
    assert (answer.status_code, "May I run?" in answer.text) == (503, False)
    monkeypatch.undo()
    assert marks_of(ines, ada) == {}


def test_the_report_is_the_api_s_for_the_weeks_shown_and_is_written_down(
    browser: Browser, ada: Person, ines: Person
) -> None:
    logged(ada, runs=[a_run(2, note="kestrel"), a_run(40)])
    page = browser.get(f"/patients/{ada.id}/course?weeks=4").text
    path, plain = (link.replace("&amp;", "&") for link in re.findall(r'href="/console([^"]+report\.pdf[^"]*)"', page))
    query = path.split("?")[1]
    answer = browser.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == "inline; filename=report.pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    told = text_of(answer.data)
    assert "kestrel" in told
    over_api = ines.send("GET", f"/v1/patients/{ada.id}/report.pdf?{query}")
    assert answer.headers["ETag"] == over_api.headers["ETag"]
    assert told == text_of(over_api.data)
    for_ada, read_by_ada = browser.get(plain), ada.send("GET", f"/v1/patients/{{me}}/report.pdf?{plain.split('?')[1]}")
    assert "register=patient" in plain
    assert ("kestrel" in text_of(for_ada.data), text_of(for_ada.data)) == (False, text_of(read_by_ada.data))
    assert ("console_report", "progress.read") in operations_of(ada)
    again = browser.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    whole: Any = browser.get(f"/patients/{ada.id}/report.pdf", headers={"Accept-Language": "de"})
    assert (whole.headers["Content-Language"], "Verlaufsbericht" in text_of(whole.data)) == ("de", True)
    for wrong in ("?since=2026-13-01", "?since=2026-11-02&until=2026-11-01", "?register=nobody"):
        assert browser.get(f"/patients/{ada.id}/report.pdf{wrong}").status_code == 422, wrong


def test_where_nothing_of_a_report_is_open_no_link_leads_to_it(app: Flask, people: People, ada: Person) -> None:
    guest = people.therapist()
    let_in(ada, guest, "message")
    browser = logged_in(app, guest)
    assert "report.pdf" not in browser.get(f"/patients/{ada.id}").text
    assert browser.get(f"/patients/{ada.id}/report.pdf").status_code == 403


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_reason_and_how_soon_has_a_name(language: str) -> None:
    said = LANGUAGES[language]
    assert set(said["reasons"]) == set(ReasonCode)
    assert set(said["urgency"]) == {*Urgency, "none"}
