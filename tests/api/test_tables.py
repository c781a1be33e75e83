"""CSV out: what was logged, row by row, in numbers a spreadsheet reads and text that it does not calculate."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from app.interop.tables import TABLES, cell
from tests.builders.care import let_in, logged
from tests.builders.devices import a_run, a_score, a_session
from tests.builders.people import People, Person

FORMULAS = [
    start + rest
    for start in ("=", "+", "-", "@", "\t=", "\n=", "=cmd|' /C calc'!", "=HYPERLINK(")
    for rest in ("1+1", "A1", "SUM(A1:A9)", '"x"', "-2+3")
]


def table(person: Person, path: str) -> list[dict[str, str]]:
    """Return the rows of a table."""
    answer = person.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_a_run_is_a_row_with_its_units_and_its_time_as_it_was_told(people: People) -> None:
    person = people.patient()
    logged(person, runs=[a_run(performed_at="2026-11-03T07:00:00+01:00", note="by the river")])
    (row,) = table(person, "/v1/patients/{me}/runs.csv")
    assert (row["performed_at"], row["performed_at_local"]) == (
        "2026-11-03T06:00:00+00:00",
        "2026-11-03T07:00:00+01:00",
    )
    assert (row["distance_m"], row["limp"], row["note"]) == (str(a_run()["distance_m"]), "false", "by the river")


def test_a_session_has_a_row_for_each_set(people: People) -> None:
    person = people.patient()
    session = a_session()
    logged(person, sessions=[session])
    rows = table(person, "/v1/patients/{me}/sessions.csv")
    assert [row["set_exercise"] for row in rows] == [done["exercise"] for done in session["sets"]]
    assert [row["set_number"] for row in rows] == [str(number) for number, _ in enumerate(rows, 1)]
    assert len({row["id"] for row in rows}) == 1


def test_no_pain_is_a_0_and_no_score_is_no_row(people: People) -> None:
    person = people.patient()
    logged(person, pain_scores=[a_score(score=0)])
    (row,) = table(person, "/v1/patients/{me}/pain-scores.csv")
    assert row["score"] in ("0", "0.0")
    assert row["run_id"] == ""


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_calculated(text: str) -> None:
    assert str(cell(text)).startswith("'")


@pytest.mark.parametrize(("value", "written"), [(-1.5, -1.5), (0, 0), ("5 < 6", "5 < 6"), (None, ""), (True, "true")])
def test_numbers_stay_numbers_and_plain_text_stays_as_it_is(value: Any, written: Any) -> None:
    assert cell(value) == written


def test_a_note_that_looks_like_a_formula_arrives_behind_an_apostrophe(people: People) -> None:
    person = people.patient()
    logged(person, runs=[a_run(note=one) for one in FORMULAS[:8]])
    assert {row["note"][0] for row in table(person, "/v1/patients/{me}/runs.csv")} == {"'"}


def test_a_span_leaves_out_what_lies_outside(people: People) -> None:
    person = people.patient()
    logged(person, runs=[a_run(performed_at=f"2026-11-0{day}T07:00:00+01:00") for day in (1, 2, 3)])
    rows = table(person, "/v1/patients/{me}/runs.csv?since=2026-11-02T00:00:00Z&until=2026-11-03T00:00:00Z")
    assert [row["performed_at"][:10] for row in rows] == ["2026-11-02"]


def test_a_therapist_gets_the_tables_that_the_link_opens_and_no_words_without_their_scope(people: People) -> None:
    person, therapist = people.patient(), people.therapist()
    logged(person, runs=[a_run(note="between us")], pain_scores=[a_score()])
    let_in(person, therapist, "sessions.read")
    (row,) = table(therapist, f"/v1/patients/{person.id}/runs.csv")
    assert row["note"] == ""
    assert therapist.get(f"/v1/patients/{person.id}/pain-scores.csv").status_code == 403
    assert "export_runs" in {one["operation"] for one in person.get("/v1/me/access-log").json["items"]}


@pytest.mark.parametrize("name", TABLES)
def test_each_table_has_its_headings_also_when_nothing_was_logged(people: People, name: str) -> None:
    answer = people.patient().get(f"/v1/patients/{{me}}/{name}.csv")
    assert answer.text.strip() == ",".join(TABLES[name].columns)
