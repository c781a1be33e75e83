"""An override of a therapist comes with the advice that a push is answered with, from the very next push on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from tests.builders.devices import Phone, put
from tests.builders.people import People
from tests.journeys.runners import grant, run

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


def told(phone: Phone, days_ago: int) -> Any:
    """Push a calm run and return the override that comes with the advice."""
    at = datetime(2026, 11, 20 - days_ago, 7, 0, tzinfo=UTC).isoformat()
    entry = {"performed_at": at, "zone": "Europe/Berlin", "distance_m": 5000, "duration_s": 1800}
    answer = phone.send([put("runs", entry)])
    return answer.json["advice"]["override"]


@pytest.mark.parametrize("runs_before", [0, 4])
def test_an_override_that_came_since_the_last_push_is_told_with_the_next(people: People, runs_before: int) -> None:
    """Whoever wrote several times is remembered with all that advice is made from; an override came after that."""
    ada, ines = people.patient(), people.therapist()
    grant(ada, ines, "plan.write", "advice.read")
    for back in range(runs_before):
        run(ada, 9 - back)
    phone = Phone(ada)
    assert told(phone, 4) is None
    path = f"/v1/patients/{ada.id}/guidance/overrides"
    order = {"decision": "hold", "reason": "a race on Sunday", "ends_on": "2026-11-29"}
    made = ines.post(path, order)
    assert made.status_code == 201, made.json
    assert told(phone, 3)["decision"] == "hold"
    assert told(phone, 2)["id"] == made.json["id"]
    ines.post(f"{path}/{made.json['id']}/withdrawal", {"because": "it was called off"})
    assert told(phone, 1) is None
