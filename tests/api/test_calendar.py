"""The calendar of days with exercises: read by a secret address, revocable, and without a word of health."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from tests.builders.care import let_in
from tests.builders.people import People, Person
from tests.builders.plans import a_plan, an_exercise, prescribed

TODAY = datetime.now(UTC).replace(hour=10)


def opened(patient: Person) -> str:
    """Open the calendar and return its path."""
    answer = patient.post("/v1/me/calendar")
    assert answer.status_code == 201, answer.json
    url: str = answer.json["url"]
    assert url.startswith("http://127.0.0.1:8000/v1/calendars/")
    return url.removeprefix("http://127.0.0.1:8000")


def read(person: Person, path: str, **headers: str) -> Any:
    """Read a calendar as an app does: with the address and no token."""
    return person.client.get(path, headers=headers)


def with_exercises(people: People, days_a_week: int = 7) -> Person:
    """Return a patient with a programme."""
    patient, therapist = people.patient(), people.therapist()
    let_in(patient, therapist)
    prescribed(therapist, patient, plan=a_plan(an_exercise("clamshell", "left", days_per_week=days_a_week)))
    return patient


def test_the_days_with_exercises_stand_there_under_one_word_and_nothing_else(people: People) -> None:
    with time_machine.travel(TODAY, tick=False):
        patient = with_exercises(people)
        path = opened(patient)
        answer = read(patient, path)
        german = read(patient, path, **{"Accept-Language": "de"}).text
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    lines = answer.text.split("\r\n")
    assert (lines[0], lines[1], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR", "")
    days = [line.removeprefix("DTSTART;VALUE=DATE:") for line in lines if line.startswith("DTSTART")]
    assert days == [f"{TODAY + timedelta(days=ahead):%Y%m%d}" for ahead in range(28)]
    assert {line for line in lines if line.startswith("SUMMARY")} == {"SUMMARY:Exercises"}
    assert "SUMMARY:Übungen" in german
    assert len({line for line in lines if line.startswith("UID")}) == 28
    assert not [word for word in ("clamshell", "knee", "left", "Test Person", "Relieve") if word in answer.text]
    assert max(len(line.encode()) for line in lines) <= 75


def test_an_address_is_good_until_another_is_made_or_it_is_closed(people: People) -> None:
    patient = people.patient()
    assert patient.get("/v1/me/calendar").json == {"opened_at": None}
    first = opened(patient)
    second = opened(patient)
    assert [read(patient, path).status_code for path in (first, second)] == [404, 200]
    assert "BEGIN:VEVENT" not in read(patient, second).text
    assert patient.get("/v1/me/calendar").json["opened_at"] is not None
    assert patient.send("DELETE", "/v1/me/calendar").status_code == 204
    assert read(patient, second).status_code == 404


def test_no_other_address_is_good(people: People) -> None:
    patient, other = people.patient(), people.patient()
    token = opened(other).partition(".")[2]
    for name in (f"{patient.id}.{token}", f"{patient.id}.ics", f"{patient.id}..ics", "x.ics", f"{other.id}.{token}x"):
        path = f"/v1/calendars/{name}" if name.endswith(".ics") else f"/v1/calendars/{name}.ics"
        assert read(patient, path).status_code == 404
    assert people.therapist().post("/v1/me/calendar").status_code == 403
