"""The report: one or two pages of PDF/UA in two languages and registers, no further open than the link."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_plan import (
    _begin,  # noqa: F401 - begins each test on the first day
    day_of,
    log,
    on_day,
)
from tests.api.test_progress import TODAY, told
from tests.builders.care import ALL_SCOPES, let_in
from tests.builders.devices import an_id
from tests.builders.papers import pages_of, text_of
from tests.builders.people import People, Person
from tests.levels import SQLITE_FIRST

HOSTILE = '#import "@preview/x:1.0.0" *bold* _em_ $x^2$ `raw` <label> @ref // gone? \\ #sys.inputs [b] = no heading'
MOST_PAGES = 2
PARTS = {
    "pain.read": "Worst pain, last 7 days",
    "sessions.read": "Running, last week",
    "advice.read": "Latest advice",
    "plan.write": "Stage",
}
"""A part of the report that this scope alone opens."""
OPENED_BY = frozenset(PARTS)


def ask(reader: Person, patient: Person, query: str = "", **headers: str) -> Any:
    """Ask for the report."""
    return reader.send("GET", f"/v1/patients/{patient.id}/report.pdf{query}", headers=headers)


def paper(reader: Person, patient: Person, query: str = "", language: str = "en") -> str:
    """Return the text of the report, its lines joined."""
    answer = ask(reader, patient, query, **{"Accept-Language": language})
    assert answer.status_code == 200, answer.json
    assert answer.mimetype == "application/pdf"
    assert 1 <= pages_of(answer.data) <= MOST_PAGES
    return " ".join(text_of(answer.data).split())


@SQLITE_FIRST
def test_the_report_says_what_the_progress_says_in_both_languages_and_to_either_reader(people: People) -> None:
    patient, therapist = told(people)
    with on_day(TODAY):
        review = {"id": an_id(), "next_on": day_of(TODAY + 7), "note": "Stairs only."}
        assert therapist.post(f"/v1/patients/{patient.id}/reviews", review).status_code == 201
        english, german = paper(therapist, patient), paper(therapist, patient, language="de")
        plain, schlicht = (paper(patient, patient, "?register=patient", language) for language in ("en", "de"))
    for text in (
        "Progress report",
        "Worst pain, last 7 days 9 of 10",
        "Latest advice pause",
        "Running is paused since",
    ):
        assert text in english
    for text in (
        "Verlaufsbericht",
        "Stärkster Schmerz, 7 Tage 9 von 10",
        "Letzte Empfehlung pausieren",
        "Laufpause seit",
    ):
        assert text in german
    assert "stage Relieve, stopped" in english
    assert "taping: 1, last on" in english
    assert "Test Person. Next on" in english
    assert "Stairs only." in english
    assert "right one" in english, "a note of the patient's own"
    assert "Days with pain above the highest limit: 1, the last" in english
    assert "How your knee is doing" in plain
    assert "Wie es Ihrem Knie geht" in schlicht
    assert "Stairs only." in plain, "a word for the patient"
    assert not [text for text in ("taping", "right one", "stage Relieve") if text in plain]


@SQLITE_FIRST
def test_it_is_pdf_ua_with_a_language_a_title_and_a_text_for_each_picture(people: People) -> None:
    patient, therapist = told(people)
    with on_day(TODAY):
        made = ask(therapist, patient, **{"Accept-Language": "de"}).data
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    assert b"/Lang(de)" in made.replace(b" ", b"")
    assert b"Verlaufsbericht: Test Person" in made
    assert made.count(b"/Alt") >= 2, "pain and load, and adherence"


@SQLITE_FIRST
def test_what_people_wrote_stands_there_as_they_wrote_it(people: People) -> None:
    patient, therapist = told(people)
    with on_day(TODAY):
        log(patient, "check-ins", TODAY, hour=6, note=HOSTILE)
        log(patient, "check-ins", TODAY, hour=7, note="endless " + "w" * 300)
        text = paper(therapist, patient)
        assert HOSTILE in text
        log(patient, "check-ins", TODAY, hour=9, note="膝が痛い \u202eright to left\u202c עברית 🦵")
        assert "right to left" in paper(therapist, patient), "what no font can show spoils nothing else"


@SQLITE_FIRST
def test_even_all_that_can_be_written_down_fits_on_two_pages(people: People) -> None:
    patient, therapist = told(people)
    with on_day(TODAY):
        for hour in range(10):
            log(patient, "check-ins", TODAY, hour=hour, note="A long story of a knee and of stairs. " * 100)
        for name in ("taping", "brace", "orthosis", "shoes", "needling", "acupuncture", "manual_therapy"):
            log(patient, "treatments", TODAY - 1, treatment=name, side="left", given_by="self")
        for _ in range(4):
            signed = {"id": an_id(), "next_on": day_of(TODAY + 7), "note": "Go on like this, and well. " * 100}
            assert therapist.post(f"/v1/patients/{patient.id}/reviews", signed).status_code == 201
        assert "and 1" in paper(therapist, patient), "the other notes are counted"


def test_one_scope_opens_its_own_parts_and_notes_need_the_scope_for_notes(people: People) -> None:
    patient, therapist = told(people)
    with on_day(TODAY):
        signed = {"id": an_id(), "next_on": None, "note": "secret word"}
        assert therapist.post(f"/v1/patients/{patient.id}/reviews", signed).status_code == 201
        for scope in ALL_SCOPES:
            reader = people.therapist()
            let_in(patient, reader, scope)
            if scope not in OPENED_BY:
                assert ask(reader, patient).status_code == 403, scope
                continue
            text = paper(reader, patient)
            shown = {name for name, part in PARTS.items() if part in text}
            assert shown == {scope}
            assert "consent does not open:" in text
            assert not [note for note in ("right one", "session 0", "stairs hurt", "secret word") if note in text]


def test_the_tag_holds_until_the_data_the_reader_or_the_question_change_and_a_stranger_finds_nothing(
    people: People,
) -> None:
    patient, therapist = told(people)
    with on_day(TODAY):
        first = ask(therapist, patient)
        again = ask(therapist, patient, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert first.data == ask(therapist, patient).data, "the same bytes, whenever they are set"
        other = ask(therapist, patient, "?register=patient", **{"If-None-Match": first.headers["ETag"]})
        assert other.status_code == 200
        log(patient, "check-ins", TODAY, hour=6, note="new")
        assert ask(therapist, patient, **{"If-None-Match": first.headers["ETag"]}).status_code == 200
        assert ask(people.therapist(), patient).status_code == 404
        seen = patient.get("/v1/me/access-log").json["items"]
        assert [one["what"] for one in seen[:1]] == ["your progress"]


@pytest.mark.parametrize("query", ["?since=2026-02-01&until=2026-01-01", "?register=doctor", "?form=png"])
def test_a_question_that_cannot_be_meant_is_refused(people: People, query: str) -> None:
    patient = people.patient()
    assert ask(patient, patient, query).status_code == 422


def test_a_patient_who_wrote_nothing_gets_a_report_that_says_so(people: People) -> None:
    patient = people.patient()
    assert "Worst pain, last 7 days not known before: not known" in paper(patient, patient)


def test_the_document_names_every_content_type_that_charts_and_the_report_have(people: People) -> None:
    document = people.patient().get("/openapi.json").json
    told_of = {path.rsplit("/", 1)[1]: item["get"] for path, item in document["paths"].items() if "get" in item}
    chart, report = (told_of[name]["responses"]["200"]["content"] for name in ("{name}.{form}", "report.pdf"))
    assert set(chart) == {"application/json", "image/svg+xml", "image/png"}
    assert set(report) == {"application/pdf"}
