"""A patient's charts: as Vega-Lite with figures and sentences, drawn, tagged, and no further open than the link."""

from __future__ import annotations

import struct
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.api.test_plan import (
    _begin,  # noqa: F401 - begins each test on the first day
    a_run,
    begun,
    day_of,
    log,
    on_day,
    sets,
)
from tests.api.test_progress import TODAY, told
from tests.builders.care import ALL_SCOPES, let_in
from tests.builders.people import People, Person
from tests.builders.plans import an_exercise
from tests.levels import SQLITE_FIRST

Json = dict[str, Any]
NAMES = ("pain-and-load", "adherence", "outcomes")
OPENED_BY = {
    "pain-and-load": {"sessions.read", "pain.read", "advice.read"},
    "adherence": set(),
    "outcomes": {"pain.read"},
}
"""Which scopes alone open something of a chart."""
SVG = "{http://www.w3.org/2000/svg}"


def ask(reader: Person, patient: Person, chart: str, **headers: str) -> Any:
    """Ask for a chart."""
    return reader.send("GET", f"/v1/patients/{patient.id}/charts/{chart}", headers=headers)


def spec(reader: Person, patient: Person, name: str, query: str = "", language: str = "en") -> Json:
    """Return a chart as Vega-Lite."""
    answer = ask(reader, patient, f"{name}.json{query}", **{"Accept-Language": language})
    assert answer.status_code == 200, answer.json
    made: Json = answer.json
    return made


def rows_of(chart: Json) -> list[Json]:
    """Return the rows of a chart's table, each by its headings."""
    table = chart["usermeta"]["table"]
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]


def drawn_rows(part: Any) -> list[Json]:
    """Return all data that a chart draws."""
    if isinstance(part, list):
        return [row for one in part for row in drawn_rows(one)]
    if not isinstance(part, dict):
        return []
    own = part["data"]["values"] if "data" in part else []
    return own + [row for name, one in part.items() if name not in ("data", "usermeta") for row in drawn_rows(one)]


def test_pain_and_load_say_the_same_in_the_picture_the_table_and_the_sentences(people: People) -> None:
    patient, therapist = told(people)
    with on_day(TODAY):
        chart = spec(therapist, patient, "pain-and-load")
        german = spec(therapist, patient, "pain-and-load", language="de")
    assert chart["$schema"].endswith("vega-lite/v5.json")
    last = rows_of(chart)[-1]
    assert (last["to"], last["flares"]) == (day_of(TODAY), 1)
    assert max(score or 0 for heading, score in last.items() if heading.startswith("worst pain")) == 9
    assert (last["most careful advice"], last["runs"], last["sessions"]) == ("pause", 3, 2)
    assert "The worst score was 9" in chart["description"]
    assert "The last advice was pause" in chart["description"]
    values = drawn_rows(chart)
    assert {one["limit"] for one in values if "limit" in one} == {3}
    assert [one["score"] for one in values if one.get("text") == "flare"] == [9]
    assert {one["decision"] for one in values if "decision" in one} == {"pause"}
    assert max(one["load"] for one in values if "load" in one) == max(
        one["distance, km"] or 0 for one in rows_of(chart)
    )
    assert "Die letzte Empfehlung war: pausieren" in german["description"]
    assert [list(row.values())[2:5] for row in rows_of(german)] == [list(row.values())[2:5] for row in rows_of(chart)]


def test_pain_that_a_check_in_tells_of_is_drawn_where_check_ins_are_open(people: People) -> None:
    patient, therapist, _ = begun(people)
    reader = people.therapist()
    with on_day(3):
        let_in(patient, reader, "pain.read")
        log(patient, "check-ins", 1, morning_pain=2, worst_pain=6, side="left")
        log(patient, "check-ins", 2, morning_pain=None, worst_pain=0, side="left")
        found = spec(therapist, patient, "pain-and-load")
        assert sorted(one["score"] for one in drawn_rows(found) if "series" in one) == [0, 2, 6]
        assert "The worst score was 6" in found["description"]
        assert rows_of(found)[-1]["worst pain left"] == 6
        closed = spec(reader, patient, "pain-and-load")
        assert "The worst score" not in closed["description"]


def test_weeks_before_the_first_entry_are_unknown_and_a_week_without_a_run_after_it_is_none(people: People) -> None:
    patient = people.patient()
    with on_day(30):
        log(patient, "sessions", 8, sets=sets("clamshell", "left"))
        log(patient, "runs", 24, distance_m=5000)
        chart = spec(patient, patient, "pain-and-load", f"?since={day_of(0)}&until={day_of(27)}")
        later = spec(patient, patient, "pain-and-load", f"?since={day_of(14)}&until={day_of(27)}")
    assert [row["runs"] for row in rows_of(chart)] == [None, 0, 0, 1]
    assert [row["distance, km"] for row in rows_of(chart)] == [None, 0, 0, 5]
    assert [one["load"] for one in drawn_rows(chart) if "load" in one] == [0, 0, 5]
    assert [one["not_yet"] for one in drawn_rows(chart) if "not_yet" in one] == ["nothing logged yet"] * 2
    assert "in the week before 0 km; most in a week 5 km" in chart["description"]
    assert [row["runs"] for row in rows_of(later)] == [0, 1], "the first entry lies before this window"
    assert not any("not_yet" in one for one in drawn_rows(later))


def test_a_score_of_nothing_is_drawn_and_a_missing_one_is_not(people: People) -> None:
    patient, _, _ = begun(people, an_exercise())
    with on_day(2):
        log(patient, "pain-scores", 1, moment="worst", score=0, side="left")
        chart = spec(patient, patient, "pain-and-load")
    assert [one["score"] for one in drawn_rows(chart) if "series" in one] == [0]
    assert [(row["worst pain left"], row["worst pain right"]) for row in rows_of(chart)][-1] == (0, None)


def test_adherence_tells_a_week_without_anything_due_from_one_in_which_nothing_was_done(people: People) -> None:
    patient, therapist, _ = begun(people, an_exercise("clamshell", "left"))
    with on_day(16):
        for day in range(7):
            log(patient, "sessions", day, sets=sets("clamshell", "left"))
        chart = spec(therapist, patient, "adherence", f"?since={day_of(-7)}&until={day_of(13)}")
    assert [row["adherence, percent"] for row in rows_of(chart)] == [None, 100, 0]
    assert [one["text"] for one in drawn_rows(chart) if "middle" in one] == ["-", "100", "0"]


def test_outcomes_show_the_change_that_matters(people: People) -> None:
    patient, therapist, _ = begun(people, an_exercise())
    with on_day(30):
        of = {"instrument": "nrs_worst", "instrument_version": "0_to_10", "side": "left"}
        for day, score in ((1, 7), (20, 4)):
            log(patient, "questionnaire-responses", day, **of, items={"score": score})
        let_in(patient, therapist)
        chart = spec(therapist, patient, "outcomes")
    assert "Worst pain, left: 7 at first, 4 now, better, a change that matters." in chart["description"]
    assert [(row["score"], row["change that matters"]) for row in rows_of(chart)] == [(7, None), (4, "yes")]
    assert [(one["low"], one["high"]) for one in drawn_rows(chart) if "low" in one] == [(5, 9)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("is_empty", [True, False])
@SQLITE_FIRST
def test_every_chart_is_drawn_also_of_nothing(people: People, name: str, is_empty: bool) -> None:
    patient = people.patient() if is_empty else told(people)[0]
    with on_day(TODAY):
        svg = ask(patient, patient, f"{name}.svg")
        png = ask(patient, patient, f"{name}.png")
        chart = spec(patient, patient, name)
    root = ElementTree.fromstring(svg.data)
    assert (svg.mimetype, root.tag, root.attrib["role"]) == ("image/svg+xml", f"{SVG}svg", "img")
    assert root.find(f"{SVG}desc").text == chart["description"]
    assert "script-src" not in svg.headers["Content-Security-Policy"]
    assert (png.mimetype, png.data[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png.data[16:24])
    assert width > 400
    assert height > 100


@pytest.mark.parametrize("scope", ALL_SCOPES)
@SQLITE_FIRST
def test_a_chart_draws_no_more_than_the_link_opens(people: People, scope: str) -> None:
    patient, _ = told(people)
    reader = people.therapist()
    with on_day(TODAY):
        let_in(patient, reader, scope)
        for name in NAMES:
            answer = ask(reader, patient, f"{name}.json")
            assert (answer.status_code == 200) == (scope in OPENED_BY[name]), name
        if scope in OPENED_BY["pain-and-load"]:
            shown = {member for row in drawn_rows(spec(reader, patient, "pain-and-load")) for member in row}
            hidden = {"sessions.read": {"score", "decision", "limit"}, "pain.read": {"load", "decision", "limit"}}
            assert not shown & hidden.get(scope, {"score", "load"})


def test_a_chart_is_the_same_until_something_is_told_and_never_another_reader_s(people: People) -> None:
    patient, therapist = told(people)
    narrow = people.therapist()
    with on_day(TODAY):
        let_in(patient, narrow, "pain.read")
        chart = "pain-and-load.svg"
        tag = ask(therapist, patient, chart).headers["ETag"]
        again = ask(therapist, patient, chart, **{"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        for other in (
            ask(narrow, patient, chart, **{"If-None-Match": tag}),
            ask(therapist, patient, "pain-and-load.png", **{"If-None-Match": tag}),
            ask(therapist, patient, chart, **{"If-None-Match": tag, "Accept-Language": "de"}),
            ask(therapist, patient, f"{chart}?until={day_of(10)}", **{"If-None-Match": tag}),
        ):
            assert other.status_code == 200
        a_run(patient, TODAY - 2, 2)
        assert ask(therapist, patient, chart, **{"If-None-Match": tag}).status_code == 200


def test_a_revoked_reader_is_told_nothing_with_the_tag_they_have(people: People) -> None:
    patient, reader = people.patient(), people.therapist()
    link = let_in(patient, reader, "pain.read")
    tag = ask(reader, patient, "outcomes.json").headers["ETag"]
    assert patient.send("DELETE", f"/v1/patients/{{me}}/care-links/{link}").status_code == 204
    assert ask(reader, patient, "outcomes.json", **{"If-None-Match": tag}).status_code == 404


@pytest.mark.parametrize("chart", ["weight.svg", "adherence.gif", "adherence.json.svg", "pain_and_load.png"])
def test_what_cannot_be_drawn_does_not_exist(people: People, chart: str) -> None:
    patient = people.patient()
    assert ask(patient, patient, chart).status_code == 404
