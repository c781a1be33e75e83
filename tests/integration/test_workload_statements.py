"""What the benchmarks' works ask of the database depends neither on how much there is nor on how many people there are.

W6 is in test_review_statements.py, with more of W5; tests/sync/test_push.py has more of W1 and W7.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.db.engine import Database
from app.kernel.clock import now
from app.logbook.kinds import RUN
from tests.builders.devices import Phone, a_run, a_score, put
from tests.builders.people import People, Person
from tests.integration.test_logbook_statements import counted, logged

SHORT, LONG, OTHERS = 5, 150, 6
CHANGES = "/v1/sync/streams/{me}/changes"

Request = Callable[[], Any]


def pull(person: Person, _: list[str]) -> Request:
    """W2, and each page of W8: a page of a thousand changes."""
    return lambda: person.get(f"{CHANGES}?limit=1000")


def read_one(person: Person, runs: list[str]) -> Request:
    """W4: one run."""
    return lambda: person.get(f"/v1/patients/{{me}}/runs/{runs[0]}")


def nothing_new(person: Person, _: list[str]) -> Request:
    """W4: a pull where there is nothing new."""
    page = person.get(f"{CHANGES}?limit=1000")
    cursor = f"{CHANGES}?cursor={page.json['cursor']}"
    tag = person.get(cursor).headers["ETag"]
    return lambda: person.get(cursor, **{"If-None-Match": tag})


def push_one(person: Person, _: list[str]) -> Request:
    """W3: a push of one run."""
    phone = Phone(person)
    epoch = phone.pull()["epoch"]
    return lambda: phone.send([put("runs", a_run())], epoch=epoch)


def push_many(person: Person, runs: list[str]) -> Request:
    """W1 and W7: a push of as many runs and scores as were logged before, with its advice."""
    phone = Phone(person)
    epoch, days = phone.pull()["epoch"], range(len(runs))
    ops = [put("runs", a_run(day)) for day in days] + [put("pain_scores", a_score(day)) for day in days]

    def send() -> Any:
        answer = phone.send(ops, epoch=epoch)
        assert {one["status"] for one in answer.json["results"]} == {"applied"}
        return answer

    return send


def progress(person: Person, _: list[str]) -> Request:
    """W5: the progress of a year."""
    return lambda: person.get("/v1/patients/{me}/progress")


def replay(person: Person, runs: list[str]) -> Request:
    """What the rules say of each of many days, a year of them at most."""
    today = now().date()
    asked = {"since": str(today - timedelta(days=min(2 * len(runs), 360))), "until": str(today)}
    return lambda: person.post("/v1/patients/{me}/guidance/replay", asked)


WORKS: dict[str, tuple[Callable[[Person, list[str]], Request], int, int]] = {
    "pull": (pull, 200, 4),
    "read one": (read_one, 200, 2),
    "nothing new": (nothing_new, 304, 2),
    "push one": (push_one, 200, 24),
    "push many": (push_many, 200, 24),
    "progress": (progress, 200, 38),
    "replay": (replay, 200, 8),
}
"""Each work, how it is answered, and the statements it takes at most, the log-in's check among them."""


@pytest.mark.parametrize("name", WORKS)
def test_much_and_many_take_as_many_statements_as_little_and_few(name: str, database: Database, people: People) -> None:
    work, status, most = WORKS[name]
    sent = []
    for count in (SHORT, LONG):
        person = people.patient()
        runs = logged(person, database, count)[RUN.name]
        person.get("/v1/patients/{me}/guidance/advice")
        ready = work(person, runs)
        with counted(database) as statements:
            answer = ready()
        assert answer.status_code == status
        sent.append(statements)
        for _ in range(OTHERS):
            logged(people.patient(), database, SHORT)
    assert len(sent[0]) == len(sent[1]), sent[1]
    assert len(sent[1]) <= most, sent[1]
