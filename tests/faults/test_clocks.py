"""Wrong clocks, a phone's by years, the server's by an hour: nothing is lost, no token is good for longer (G34)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from app.web.auth import LEEWAY_S
from tests.builders.devices import Phone, a_run, put
from tests.builders.people import People, Person

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WRONG = {"ten years ahead": 3652, "a day ahead": 1, "a day behind": -1, "ten years behind": -3652}
EXPIRES_S = 600


@pytest.fixture
def ada(app: Flask) -> Person:
    """A patient who logged in at noon."""
    with time_machine.travel(NOON, tick=False):
        return People(app).patient()


@pytest.mark.parametrize("days", WRONG.values(), ids=WRONG)
def test_what_a_phone_with_a_wrong_clock_sends_is_kept_and_what_lies_ahead_is_marked(ada: Person, days: int) -> None:
    with time_machine.travel(NOON, tick=False):
        at = (NOON + timedelta(days=days)).isoformat()
        phone = Phone(ada)
        sent = put("runs", a_run(performed_at=at))
        score = {"performed_at": at, "zone": "Europe/Berlin", "moment": "during", "run_id": sent["id"], "score": 0}
        assert [one["status"] for one in phone.push(sent, put("pain_scores", score))] == ["applied", "applied"]
        (shown,) = ada.get("/v1/patients/{me}/runs").json["items"]
        assert shown["id"] == sent["id"]
        assert datetime.fromisoformat(shown["performed_at"]) == NOON + timedelta(days=days)
        assert shown["flags"] == (["clock_suspect"] if days > 0 else [])
        assert ada.get("/v1/patients/{me}/guidance/advice").json["decision"] != "progress"


def held(pages: list[dict[str, Any]]) -> list[str]:
    """Return the runs that came, in their order."""
    return [one["id"] for page in pages for one in page["changes"] if one["collection"] == "runs"]


def test_a_server_whose_clock_steps_loses_nothing_and_no_cursor_runs_back(people: People) -> None:
    sent, seen, cursor, numbers = [], [], None, []
    person: Person | None = None
    for step in (timedelta(0), -HOUR, timedelta(0), HOUR, -HOUR, timedelta(0)):
        with time_machine.travel(NOON + step, tick=False):
            person = people.again(person) if person else people.patient()
            phone = Phone(person)
            ops = [put("runs", a_run(number)) for number in range(3)]
            numbers += [one["seq"] for one in phone.push(*ops)]
            sent += [op["id"] for op in ops]
            pages = phone.pages(cursor)
            seen += held(pages)
            cursor = pages[-1]["cursor"]
    assert seen == sent
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("after_s", [0, EXPIRES_S - 1, EXPIRES_S + LEEWAY_S + 1, -LEEWAY_S - 1, -3600])
def test_a_token_is_good_for_ten_minutes_by_the_servers_clock_and_a_refresh_helps(ada: Person, after_s: int) -> None:
    with time_machine.travel(NOON + timedelta(seconds=after_s), tick=False):
        assert ada.get("/v1/me").status_code == (200 if 0 <= after_s < EXPIRES_S else 401)
        given = ada.client.post("/v1/auth/token", json={"refresh_token": ada.refresh_token})
        assert given.status_code == 200, given.json
        headers = {"Authorization": f"Bearer {given.json['access_token']}"}
        assert ada.client.get("/v1/me", headers=headers).status_code == 200


def test_a_step_back_makes_no_ended_token_good_beyond_its_time(ada: Person) -> None:
    with time_machine.travel(NOON + HOUR, tick=False) as clock:
        late = ada.client.post("/v1/auth/token", json={"refresh_token": ada.refresh_token}).json["access_token"]
        clock.move_to(NOON)
        assert ada.client.get("/v1/me", headers={"Authorization": f"Bearer {late}"}).status_code == 401
        assert ada.get("/v1/me").status_code == 200
        clock.move_to(NOON + timedelta(seconds=EXPIRES_S + LEEWAY_S + 1))
        assert ada.get("/v1/me").status_code == 401
