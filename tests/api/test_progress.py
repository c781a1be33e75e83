"""A patient's progress over a window: whole for the patient, and for a therapist what the link opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.test_plan import (
    START,
    _begin,  # noqa: F401 - begins each test on the first day
    a_run,
    begun,
    day_of,
    log,
    on_day,
    percents,
    sets,
)
from tests.builders.care import ALL_SCOPES, let_in
from tests.builders.people import People, Person
from tests.builders.plans import an_exercise

Json = dict[str, Any]
TODAY = 20
SECTIONS_OF = {
    "sessions.read": {"check_ins", "weeks", "runs", "treatments", "flags"},
    "pain.read": {"pain", "outcomes", "flags"},
    "notes.read": set(),
    "advice.read": {"limits", "pauses", "overrides", "decisions"},
    "plan.write": {"limits", "pauses", "overrides", "stages"},
    "message": set(),
}
"""What each scope opens alone."""
SECTIONS = {"adherence", "flares", "notes", *(name for listed in SECTIONS_OF.values() for name in listed)}


def progress(reader: Person, patient: Person, query: str = "") -> Json:
    """Return a patient's progress as somebody reads it."""
    answer = reader.get(f"/v1/patients/{patient.id}/progress{query}")
    assert answer.status_code == 200, answer.json
    told: Json = answer.json
    return told


def told(people: People) -> tuple[Person, Person]:
    """Return a patient who did much of everything in three weeks, and a therapist with all scopes."""
    patient, therapist, _ = begun(people, an_exercise("clamshell", "left"))
    with on_day(TODAY):
        for day in range(0, TODAY - 2, 2):
            a_run(patient, day, 1, 0)
            log(patient, "sessions", day, duration_s=1200, sets=sets("clamshell", "left"), note=f"session {day}")
        a_run(patient, TODAY - 1, 9)
        log(patient, "check-ins", 5, hour=8, morning_pain=1, worst_pain=3, side="left", note="stairs hurt")
        log(patient, "treatments", 6, treatment="taping", side="left", given_by="self")
        log(patient, "red-flags", 7, code="locked_knee", present=False, asked_because="monthly")
        log(patient, "pain-scores", 8, moment="stairs", score=4, side="right", note="right one")
        log(patient, "pain-scores", 8, moment="stairs", score=2, side="right", hour=11)
        log(patient, "pain-scores", 8, moment="stairs", score=0, side="left")
    return patient, therapist


def test_the_patient_reads_all_of_it(people: People) -> None:
    patient, _ = told(people)
    with on_day(TODAY):
        found = progress(patient, patient)
        adherence = percents(patient, TODAY)[0]
    assert {name for name in SECTIONS if found[name] is None} == set()
    assert (found["until"], found["as_of"]) == (day_of(TODAY), day_of(TODAY))
    assert found["since"] == (START.date() + timedelta(days=TODAY - 83)).isoformat()
    stairs = {(one["side"], one["score"], one["scores"]) for one in found["pain"] if one["moment"] == "stairs"}
    assert stairs == {("right", 4, 2), ("left", 0, 1)}, "the worst of each knee, and 0 is a score"
    assert found["check_ins"] == [{"on": day_of(5), "side": "left", "morning_pain": 1, "worst_pain": 3}]
    assert [len(found["weeks"]), found["weeks"][-1]["ends_on"]] == [12, day_of(TODAY)]
    last = found["weeks"][-1]
    assert (last["runs"], last["sessions"], last["session_duration_s"]) == (3, 2, 2400)
    assert last["distance_m"] == sum(one["distance_m"] for one in found["runs"] if one["on"] >= last["begins_on"])
    assert found["weeks"][0]["distance_m"] == 0
    assert found["decisions"][-1]["decision"] == "pause_and_refer"
    assert [(one["rule"], one["closed_on"]) for one in found["pauses"]] == [("PAIN_PAUSE", None)]
    assert found["flares"] == [{"on": day_of(TODAY - 1), "score": 9}]
    assert found["limits"][0]["acceptable_max"] == 3
    assert [(one["stage"], one["status"]) for one in found["stages"]] == [("relieve", "active"), ("relieve", "stopped")]
    assert [one["treatment"] for one in found["treatments"]] == ["taping"]
    assert {one["note"] for one in found["notes"]} >= {"session 0", "stairs hurt", "right one"}
    assert found["adherence"][-1]["percent"] == adherence


@pytest.mark.parametrize("scope", ALL_SCOPES)
def test_one_scope_opens_its_own_sections(people: People, scope: str) -> None:
    patient, _ = told(people)
    reader = people.therapist()
    with on_day(TODAY):
        let_in(patient, reader, scope)
        found = progress(reader, patient)
    assert {name for name in SECTIONS if found[name] is not None} == SECTIONS_OF[scope]


@pytest.mark.parametrize(
    ("scopes", "collections"),
    [
        (("notes.read", "pain.read"), {"pain_scores"}),
        (("notes.read", "sessions.read"), {"sessions", "check_ins"}),
    ],
)
def test_notes_are_those_of_entries_that_are_open(
    people: People, scopes: tuple[str, ...], collections: set[str]
) -> None:
    patient, _ = told(people)
    reader = people.therapist()
    with on_day(TODAY):
        let_in(patient, reader, *scopes)
        assert {one["collection"] for one in progress(reader, patient)["notes"]} == collections


def test_a_window_holds_its_days_alone_and_compares_runs_with_those_before_it(people: People) -> None:
    patient, therapist = told(people)
    with on_day(TODAY):
        found = progress(therapist, patient, f"?since={day_of(4)}&until={day_of(12)}")
    assert [(one["begins_on"], one["days"]) for one in found["weeks"]] == [(day_of(4), 2), (day_of(6), 7)]
    assert [one["on"] for one in found["runs"]] == [day_of(day) for day in (4, 6, 8, 10, 12)]
    assert {one["spike"] for one in found["runs"]} == {"reference"}
    assert found["flares"] == []
    assert found["pauses"] == []
    assert [one["on"] for one in found["stages"]] == [day_of(0)], "where the window begins"


def test_a_deleted_entry_is_gone_and_a_week_of_unknown_distance_is_not_nothing(people: People) -> None:
    patient, _, _ = begun(people, an_exercise())
    with on_day(3):
        gone = log(patient, "runs", 1, distance_m=9000)
        log(patient, "runs", 2, duration_s=1800)
        tag = {"If-Match": f'"{gone["ver"]}"'}
        assert patient.send("DELETE", f"/v1/patients/{{me}}/runs/{gone['id']}", headers=tag).status_code in (200, 204)
        found = progress(patient, patient)
    assert [one["on"] for one in found["runs"]] == [day_of(2)]
    assert (found["weeks"][-1]["runs"], found["weeks"][-1]["distance_m"]) == (1, None)
    assert found["weeks"][-1]["run_duration_s"] == 1800


def test_an_outcome_tells_its_change_and_whether_it_matters(people: People) -> None:
    patient, therapist, _ = begun(people, an_exercise())
    with on_day(30):
        told_of = {"instrument": "nrs_worst", "instrument_version": "0_to_10", "side": "left"}
        for day, score in ((1, 7), (20, 4), (29, 6)):
            log(patient, "questionnaire-responses", day, **told_of, items={"score": score})
        let_in(patient, therapist)
        (series,) = progress(therapist, patient, f"?since={day_of(10)}&until={day_of(25)}")["outcomes"]
    assert (series["change"], series["towards"], series["is_important"]) == (-3, "better", True)
    assert [one["score"] for one in series["points"]] == [4]


@pytest.mark.parametrize("days", [-1, 366])
def test_a_window_of_no_day_or_of_more_than_a_year_is_refused(people: People, days: int) -> None:
    patient = people.patient()
    last = START.date() + timedelta(days=days)
    answer = patient.get(f"/v1/patients/{{me}}/progress?since={START.date()}&until={last}")
    assert (answer.status_code, answer.json["code"]) == (422, "progress_window")


def test_nobody_without_a_link_reads_it(people: People) -> None:
    patient = people.patient()
    for stranger in (people.patient(), people.therapist(), people.admin()):
        assert stranger.get(f"/v1/patients/{patient.id}/progress").status_code == 404
