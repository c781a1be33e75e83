"""The advice that is found standing is the one that the engine would give again, whatever happened before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.engine import Database
from app.guidance.service import current_advice, standing_advice
from app.kernel.clock import now
from tests.builders.people import People
from tests.journeys.runners import advice, calm_runs, check_in, clock, close, grant, log, pauses, run

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


class Story:
    """A patient and a therapist to whom things happen, with a clock of their own."""

    def __init__(self, people: People, database: Database, traveller: Any) -> None:
        self.people, self.database, self.traveller = people, database, traveller
        self.ada, self.ines = people.patient(), people.therapist()
        grant(self.ada, self.ines, "plan.write", "advice.read")
        self.runs: list[dict[str, Any]] = []

    def wait(self, **time: float) -> None:
        """Let time pass; both log in again."""
        self.traveller.shift(timedelta(**time))
        self.ada, self.ines = self.people.again(self.ada), self.people.again(self.ines)

    def standing(self) -> Any:
        """Return what is found standing, asserting that it is what the engine gives."""
        with self.database.reading() as db:
            found = standing_advice(db, self.ada.id, now())
        if found is not None:
            with self.database.writing() as db:
                again = current_advice(db, self.ada.id, now())
                db.rollback()
            assert (found.id, found.inputs_hash, found.body) == (again.id, again.inputs_hash, again.body)
        return found


def take_back(story: Story) -> None:
    """Delete the last run."""
    if story.runs:
        path = f"/v1/patients/{{me}}/runs/{story.runs.pop()['id']}"
        version = story.ada.get(path).headers["ETag"]
        assert story.ada.send("DELETE", path, headers={"If-Match": version}).status_code == 204


def set_policy(story: Story) -> None:
    """Let the therapist choose a stricter policy."""
    path = f"/v1/patients/{story.ada.id}/guidance/policy"
    body = {"preset": "esculier_2018", "reason": "sore"}
    answer = story.ines.send("PUT", path, body, {"If-Match": story.ines.get(path).headers["ETag"]})
    assert answer.status_code == 200, answer.json


def close_one(story: Story) -> None:
    """Let the therapist close a pause, if one is open."""
    for pause in pauses(story.ada):
        if pause["closed_at"] is None:
            assert close(story.ines, story.ada.id, pause["id"])[0] == 201
            return


def log_ahead(story: Story) -> None:
    """Log a score by a clock that runs an hour ahead."""
    log(story.ada, "pain-scores", now() + timedelta(hours=1), score=5, moment="during", side="right")


EVENTS: dict[str, Callable[[Story], Any]] = {
    "a calm run": lambda story: story.runs.append(run(story.ada, 0)),
    "a run of a week ago": lambda story: story.runs.append(run(story.ada, 7, 4)),
    "a run that hurt": lambda story: story.runs.append(run(story.ada, 0, 9)),
    "the run is taken back": take_back,
    "a score": lambda story: log(story.ada, "pain-scores", clock(0, 9), score=6, moment="during", side="left"),
    "a clock that runs ahead": log_ahead,
    "a sore morning": lambda story: check_in(story.ada, 0, morning_pain=6, worst_pain=7),
    "a sign": lambda story: check_in(story.ada, 0, red_flags=["locked_knee"]),
    "a pause is closed": close_one,
    "a policy": set_policy,
    "a session": lambda story: log(story.ada, "sessions", clock(0, 6), duration_s=600, sets=[]),
    "an hour": lambda story: story.wait(hours=1),
    "a night": lambda story: story.wait(hours=14),
    "three days": lambda story: story.wait(days=3),
    "the advice is read": lambda story: advice(story.ada),
}


@given(st.lists(st.sampled_from(sorted(EVENTS)), max_size=8))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_stands_is_what_the_engine_would_give(people: People, database: Database, events: list[str]) -> None:
    with time_machine.travel(NOON) as traveller:
        story = Story(people, database, traveller)
        for event in events:
            EVENTS[event](story)
            story.standing()


MATTERING = ["a calm run", "a sore morning", "a policy", "a clock that runs ahead", "a night", "three days"]
"""What no advice stands after, or only a new one."""


@pytest.mark.parametrize("event", MATTERING)
def test_an_advice_stands_until_something_happens_that_matters(people: People, database: Database, event: str) -> None:
    with time_machine.travel(NOON) as traveller:
        story = Story(people, database, traveller)
        calm_runs(story.ada)
        first = advice(story.ada)
        for harmless in ("a session", "an hour", "the advice is read"):
            EVENTS[harmless](story)
            found = story.standing()
            assert found is not None
            assert str(found.id) == first["id"]
        EVENTS[event](story)
        found = story.standing()
        assert found is None or str(found.id) != first["id"]
        assert advice(story.ada)["id"] != first["id"]


def test_reading_what_stands_takes_no_lock(people: People, database: Database) -> None:
    with time_machine.travel(NOON):
        ada = people.patient()
        calm_runs(ada)
        first = advice(ada)
        with database.writing() as db:
            current_advice(db, ada.id, now())  # holds the patient's stream, and on SQLite the whole database
            assert advice(ada)["id"] == first["id"]
            db.rollback()


def test_somebody_else_s_zone_says_which_day_it_is(people: People) -> None:
    with time_machine.travel(NOON):
        kiri, ada = people.patient("Pacific/Kiritimati"), people.patient("Europe/Berlin")
        assert [advice(person)["as_of"] for person in (kiri, ada, kiri, ada)] == ["2026-11-21", "2026-11-20"] * 2


def test_an_entry_that_lay_ahead_changes_the_advice_once_its_time_has_come(people: People, database: Database) -> None:
    with time_machine.travel(NOON) as traveller:
        story = Story(people, database, traveller)
        calm_runs(story.ada)
        log(story.ada, "runs", now() + timedelta(hours=1), distance_m=5000, duration_s=1800)
        first = advice(story.ada)
        story.wait(hours=2)
        story.standing()
        second = advice(story.ada)
        assert ["FUTURE_DATED" in found["rules_all"] for found in (first, second)] == [True, False]
