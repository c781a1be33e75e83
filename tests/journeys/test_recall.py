"""Every advice that was ever given can be had again, byte for byte, from what was stored before it (G21)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from app.db.engine import Database
from app.guidance.service.recall import recall_stored
from app.kernel.clock import now
from app.web.auth import issue_access_token
from tests.builders.people import People, Person
from tests.journeys.runners import advice, calm_runs, check_in, clock, close, grant, history, log, pauses, run, score

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


def renew(app: Flask, *people: Person) -> None:
    """Give everybody a token of this hour."""
    with app.app_context():
        for person in people:
            person.token = issue_access_token(person.id, person.device_id, now())


def verdicts(database: Database, person: Person) -> list[str]:
    with database.reading() as db:
        return [found.verdict for found in recall_stored(db, person.id)]


def eventful(app: Flask, people: People) -> Person:
    """Return somebody who ran, was late, corrected, took back, was paused, returned, and was under two policies."""
    ada, ines = people.patient(), people.therapist()
    grant(ada, ines, "plan.write", "advice.read")
    run(ada, 400)
    advice(ada)
    calm_runs(ada, (60, 58, 29, 27, 25, 9, 7, 5))
    sore = run(ada, 3, 4, 2)
    told = score(ada, sore, clock(3, 10), "after_60_min", 3)
    path = f"/v1/patients/{{me}}/pain-scores/{told['id']}"
    assert ada.send("PATCH", path, {"score": 5}, {"If-Match": f'"{told["ver"]}"'}).status_code == 200
    policy = f"/v1/patients/{ada.id}/guidance/policy"
    body = {"preset": "esculier_2018", "reason": "sore"}
    assert ines.send("PUT", policy, body, {"If-Match": ada.get(policy).headers["ETag"]}).status_code == 200
    check_in(ada, 1, worst_pain=3, side="right", red_flags=["locked_knee"])
    assert close(ines, ada.id, pauses(ada)[0]["id"])[0] == 201
    last = run(ada, 1, 9)
    log(ada, "pain-scores", clock(200, 9), score=9, moment="during")
    version = ada.get(f"/v1/patients/{{me}}/runs/{last['id']}").headers["ETag"]
    assert (
        ada.send("DELETE", f"/v1/patients/{{me}}/runs/{last['id']}", headers={"If-Match": version}).status_code == 204
    )
    log(ada, "pain-scores", NOON + timedelta(minutes=30), score=0, moment="worst")
    for days in (1, 2, 35):
        with time_machine.travel(NOON + timedelta(days=days)):
            renew(app, ada, ines)
            advice(ada)
            run(ada, 0, 1, None)
    renew(app, ada)
    return ada


def test_every_stored_advice_is_had_again_byte_for_byte(app: Flask, people: People, database: Database) -> None:
    ada = eventful(app, people)
    found = verdicts(database, ada)
    assert len(found) == len(history(ada)) > 30
    assert set(found) == {"same"}


def test_an_advice_that_was_tampered_with_is_seen(
    people: People, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = people.patient()
    calm_runs(ada)
    monkeypatch.setattr("app.guidance.domain.caps.round_down_to_tenth", lambda load: load)
    run(ada, 0, 1, None, distance_m=5555)
    monkeypatch.undo()
    assert "differs" in verdicts(database, ada)
