"""The demo people, each told from a phone, and the advice of every day of their stories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine

from app.logbook.domain import Entry
from seeds.demo import stories
from seeds.demo.personas import told
from seeds.demo.stories import Persona
from tests.builders.devices import Json, Phone, put
from tests.builders.people import People, Person
from tests.levels import SQLITE_FIRST

TODAY = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
ADVISED = {
    stories.SETTLES_AND_PROGRESSES: """
        23 to 21: reduce PAIN_AMBER
        20: hold PENDING_MORNING
        19 to 18: hold PAIN_HOLD
        17: hold PENDING_MORNING
        16 to 15: hold NOT_ENOUGH_CLEAN
        14: hold PENDING_MORNING
        13 to 12: progress CLEAN
        11: hold PENDING_MORNING
        10 to 9: progress CLEAN
        8: hold PENDING_MORNING
        7 to 6: progress CLEAN
        5: hold PENDING_MORNING
        4 to 3: progress CLEAN
        2: hold PENDING_MORNING
        1 to 0: progress CLEAN
        """,
    stories.FLARES_IN_WEEK_THREE: """
        22: hold PENDING_MORNING
        21 to 20: hold NOT_ENOUGH_CLEAN
        19: hold PENDING_MORNING
        18 to 17: progress CLEAN
        16: hold PENDING_MORNING
        15 to 14: progress CLEAN
        13: hold PENDING_MORNING
        12 to 11: hold TREND_UP
        10: hold PENDING_MORNING
        9 to 8: hold PAIN_HOLD
        7 to 4: reduce PAIN_AMBER
        3 to 0: reduce REPEAT_2
        """,
    stories.RESTS_AND_HURTS_AGAIN: """
        62: hold PENDING_MORNING
        61: hold NOT_ENOUGH_CLEAN
        60: hold PENDING_MORNING
        59: progress CLEAN
        58 to 49: reduce PAIN_AMBER
        48: hold PENDING_MORNING
        47: hold NOT_ENOUGH_CLEAN
        46 to 37: reduce PAIN_AMBER
        36: hold PENDING_MORNING
        35: hold NOT_ENOUGH_CLEAN
        34 to 21: reduce PAIN_AMBER
        20: hold PENDING_MORNING
        19 to 18: hold NOT_ENOUGH_CLEAN
        17: hold PENDING_MORNING
        16 to 15: progress CLEAN
        14: hold PENDING_MORNING
        13 to 12: hold LOAD_WEEK_SPIKE
        11: hold PENDING_MORNING
        10 to 9: progress CLEAN
        8: hold PENDING_MORNING
        7 to 6: progress CLEAN
        5: hold PENDING_MORNING
        4 to 3: progress CLEAN
        2: hold PENDING_MORNING
        1 to 0: progress CLEAN
        """,
    stories.WAS_OFFLINE_FOR_TEN_DAYS: """
        24: hold PENDING_MORNING
        23 to 22: hold NOT_ENOUGH_CLEAN
        21: hold PENDING_MORNING
        20 to 19: progress CLEAN
        18: hold PENDING_MORNING
        17 to 16: progress CLEAN
        15: hold PENDING_MORNING
        14 to 9: progress CLEAN
        8 to 4: hold GAP_HOLD
        3 to 2: rest_day PAIN_RED
        1: hold PENDING_MORNING
        0: hold NOT_ENOUGH_CLEAN
        """,
    stories.BOTH_KNEES: """
        20: hold PENDING_MORNING
        19 to 18: hold NOT_ENOUGH_CLEAN
        17: hold PENDING_MORNING
        16 to 15: progress CLEAN
        14: hold PENDING_MORNING
        13 to 12: progress CLEAN
        11 to 9: reduce PAIN_AMBER
        8: hold PENDING_MORNING
        7 to 6: reduce TREND_LARGE
        5: hold PENDING_MORNING
        4 to 3: hold TREND_UP
        2: hold PENDING_MORNING
        1 to 0: progress CLEAN
        """,
    stories.RED_FLAG: """
        16: hold PENDING_MORNING
        15 to 14: hold NOT_ENOUGH_CLEAN
        13: hold PENDING_MORNING
        12 to 11: progress CLEAN
        10: hold PENDING_MORNING
        9 to 8: progress CLEAN
        7 to 0: pause_and_refer RED_FLAG
        """,
}
"""What was to be advised in the evening of each day, told in days ago."""


def data_of(entry: Entry) -> Json:
    """Return an entry as a phone writes it."""
    return {name: _plain(value) for name, value in asdict(entry).items() if name != "id" and value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, UUID | Enum) else value


def evening(days_ago: int) -> datetime:
    """Return half past ten of an evening in Berlin."""
    return datetime.combine(TODAY.astimezone(ZONE).date() - timedelta(days=days_ago), time(22, 30), ZONE)


def day_of(days_ago: int) -> str:
    on: date = evening(days_ago).date()
    return on.isoformat()


@pytest.fixture
def patient(people: People) -> Person:
    """A patient who registered before the first story begins."""
    with time_machine.travel(evening(70)):
        return people.patient()


def lived(people: People, patient: Person, persona: Persona) -> dict[int, Json]:
    """Send a story as its phone did, and read the advice each evening; return it by days ago."""
    arrivals = told(persona, patient.id, evening(0).astimezone(UTC))
    found = {}
    by_day = {day: list(of_day) for day, of_day in groupby(arrivals, key=lambda one: one[0].astimezone(ZONE).date())}
    for days_ago in range(max(run.days_ago for run in persona.runs), -1, -1):
        for arrived, entries in groupby(by_day.get(evening(days_ago).date(), ()), key=lambda one: one[0]):
            with time_machine.travel(arrived):
                phone = Phone(people.again(patient))
                results = phone.push(
                    *(put(kind.collection.name, data_of(entry), str(entry.id)) for _, kind, entry in entries)
                )
                assert {one["status"] for one in results} == {"applied"}, results
        with time_machine.travel(evening(days_ago)):
            answer = people.again(patient).get("/v1/patients/{me}/guidance/advice")
            assert answer.status_code == 200, answer.json
            found[days_ago] = answer.json
    return found


def days_of(advised: str) -> dict[int, tuple[str, str]]:
    """Read what was to be advised: by days ago the decision and the rule that led to it."""
    found = {}
    for line in advised.strip().splitlines():
        days, said = line.strip().split(": ")
        first, _, last = days.partition(" to ")
        decision, rule = said.split()
        found |= dict.fromkeys(range(int(first), int(last or first) - 1, -1), (decision, rule))
    return found


@pytest.mark.parametrize("persona", ADVISED, ids=lambda persona: persona.name.replace(" ", "_"))
@SQLITE_FIRST
def test_each_day_of_a_story_is_answered_as_the_rules_say(people: People, patient: Person, persona: Persona) -> None:
    found = lived(people, patient, persona)
    said = {day: (advice["decision"], advice["rule"]) for day, advice in found.items()}
    assert said == days_of(ADVISED[persona])
    MORE[persona.email](found)
    kept = {one["as_of"] for one in given(people, patient)}
    assert {day_of(day) for day in found} <= kept


def given(people: People, patient: Person) -> list[Json]:
    """Return every advice that was kept, newest first."""
    with time_machine.travel(evening(0)):
        answer = people.again(patient).get("/v1/patients/{me}/guidance/advice/history?limit=1000")
    items: list[Json] = answer.json["items"]
    return items


def settles(found: dict[int, Json]) -> None:
    """The cap grows with the runs, a tenth beyond the longest."""
    assert [found[day]["session_cap_km"] for day in (13, 7, 4, 1)] == [5.5, 5.5, 5.8, 6.1]
    assert found[23]["session_cap_km"] == 4.0


def flares(found: dict[int, Json]) -> None:
    """The long run holds by itself; pain cuts, and pain twice in a row cuts more."""
    assert "LOAD_SESSION_SPIKE" in found[9]["rules_all"]
    assert [found[day]["change_percent"] for day in (9, 7, 3)] == [0, -20, -30]
    assert "TREND_LARGE" in found[7]["rules_all"]


def rests(found: dict[int, Json]) -> None:
    """The pattern is suspected, then confirmed, and from then on a week grows by half as much."""
    flags = [found[day]["flags"] for day in (47, 45, 33)]
    assert flags[0] == []
    assert "rest_resume_hurt_suspected" in flags[1]
    assert "rest_resume_hurt_confirmed" in flags[2]
    assert [found[day]["change_percent"] for day in (59, 16, 1)] == [10, 5, 5]


def was_away(found: dict[int, Json]) -> None:
    """What was lived without a network counts from when it arrives, by its own days."""
    assert [found[day]["change_percent"] for day in (9, 4, 3)] == [10, 0, -40]
    assert "REPEAT_2" in found[3]["rules_all"]
    assert found[3]["min_rest_days"] == 2


def has_two_sore_knees(found: dict[int, Json]) -> None:
    """Both knees are judged, both are shown, and the stricter one stands."""
    knees = {knee["side"]: knee for knee in found[10]["knees"]}
    assert (knees["left"]["decision"], knees["right"]["rule"]) == ("progress", "PAIN_AMBER")
    assert found[10]["trace"] == knees["right"]["trace"]
    assert {knee["side"]: "PAIN_HOLD" in [one["rule"] for one in knee["trace"]] for knee in found[7]["knees"]} == {
        "left": True,
        "right": False,
    }


def ticks_a_red_flag(found: dict[int, Json]) -> None:
    """While it is open there is nothing but where to go, however calm the runs."""
    for day in range(7, -1, -1):
        assert (found[day]["refer"], found[day]["modifications"], found[day]["knees"]) == ("urgent", [], [])
        assert (found[day]["session_cap_km"], found[day]["week_cap_km"]) == (0.0, 0.0)
        assert [one["rule"] for one in found[day]["pauses"]] == ["RED_FLAG"]


MORE = {
    stories.SETTLES_AND_PROGRESSES.email: settles,
    stories.FLARES_IN_WEEK_THREE.email: flares,
    stories.RESTS_AND_HURTS_AGAIN.email: rests,
    stories.WAS_OFFLINE_FOR_TEN_DAYS.email: was_away,
    stories.BOTH_KNEES.email: has_two_sore_knees,
    stories.RED_FLAG.email: ticks_a_red_flag,
}


def test_six_stories_are_told_and_every_demo_person_has_a_name_of_their_own() -> None:
    assert len(ADVISED) == 6
    assert set(ADVISED) <= set(stories.PATIENTS)
    assert len({persona.email for persona in stories.PATIENTS}) == len(stories.PATIENTS)
