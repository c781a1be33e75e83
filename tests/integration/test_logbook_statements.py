"""The number of statements behind each route of the logbook does not grow with the history, nor with the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.db.engine import Database
from app.kernel.ids import new_id
from app.logbook.domain import Entry
from app.logbook.kinds import KINDS, Kind
from app.logbook.models import RunRow
from tests.benchmarks import histories
from tests.builders.people import People, Person

SHORT, LONG = 10, 200
PATHS = {kind.name: f"/v1/patients/{{me}}/{kind.collection.name.replace('_', '-')}" for kind in KINDS}
ADVICE = "/v1/patients/{me}/guidance/advice"
MOST = {"create": 18, "correct": 17, "delete": 17, "get": 2, "list": 2, "advice": 12, "as_of": 6}
"""Statements a request takes at most, the log-in's check among them; a route that needs more says why here."""

Request = Callable[[Person, list[str]], Any]


def logged(person: Person, database: Database, count: int) -> dict[str, list[str]]:
    """Give a patient so many entries of each kind, and return their ids; the newest day first."""
    told: dict[str, list[Entry]] = {kind.name: histories.entries(kind, count) for kind in KINDS}
    with database.writing.begin() as db:
        histories.write(db, person.id, told)
    return {name: [str(entry.id) for entry in entries] for name, entries in told.items()}


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Gather the statements that are sent, by whichever engine; beginning a transaction is none."""
    sent: list[str] = []

    def listen(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    engines = [database.writer, database.reader]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", listen)


def body_of(kind: Kind[Any]) -> dict[str, Any]:
    """Return a new entry of yesterday as it is sent."""
    shared = {"id": str(new_id()), "performed_at": histories.run(1).performed_at.isoformat(), "zone": histories.ZONE}
    own = {
        "session": {"sets": [{"exercise": "straight_leg_raise", "repetitions": 10}]},
        "run": {"distance_m": 4000},
        "pain_score": {"score": 2, "moment": "during"},
        "check_in": {"morning_pain": 1, "worst_pain": 2},
        "treatment": {"treatment": "brace", "given_by": "self"},
        "skip": {"exercise": "clamshell", "due_on": "2026-01-01", "reason": "time"},
        "intake": {"birth_year": 1985, "declared_longest_m": 5000},
        "red_flag": {"code": "locked_knee", "present": False, "asked_because": "monthly"},
    }
    return {**shared, **own[kind.name]}


def conditional(person: Person, method: str, path: str, body: Any = None) -> Any:
    """Send an edit of what stands at a path, with the tag it has now."""
    tag = person.get(path).headers["ETag"]
    return lambda: person.send(method, path, body, {"If-Match": tag})


def request_of(name: str, kind: Kind[Any], person: Person, ids: list[str]) -> Callable[[], Any]:
    """Return the request to be counted, ready to be sent."""
    path = PATHS[kind.name]
    one = f"{path}/{ids[0]}"
    if name == "correct":
        return conditional(person, "PATCH", one, {"note": "corrected"})
    if name == "delete":
        return conditional(person, "DELETE", one)
    return {
        "create": lambda: person.post(path, body_of(kind)),
        "get": lambda: person.get(one),
        "list": lambda: person.get(f"{path}?limit={len(ids)}"),
        "advice": lambda: person.get(ADVICE),
        "as_of": lambda: person.get(f"{ADVICE}?as_of={histories.run(1).performed_at.date()}"),
    }[name]


def statements_of(name: str, kind: Kind[Any], count: int, database: Database, people: People) -> list[str]:
    """Return what a request sends to the database when so much has been logged before."""
    person = people.patient()
    ids = logged(person, database, count)[kind.name]
    ready = request_of(name, kind, person, ids)
    with counted(database) as sent:
        answer = ready()
    assert answer.status_code in {200, 201, 204}, answer.json
    if name == "list":
        assert len(answer.json["items"]) == count
    return sent


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", ["create", "correct", "delete", "get", "list"])
def test_a_long_history_takes_as_many_statements_as_a_short_one(
    name: str, kind: Kind[Any], database: Database, people: People
) -> None:
    short, long = (statements_of(name, kind, count, database, people) for count in (SHORT, LONG))
    assert len(short) == len(long), long
    assert len(long) <= MOST[name], long


@pytest.mark.parametrize("name", ["advice", "as_of"])
def test_advice_on_a_long_history_takes_as_many_statements_as_on_a_short_one(
    name: str, database: Database, people: People
) -> None:
    short, long = (statements_of(name, KINDS[1], count, database, people) for count in (SHORT, LONG))
    assert len(short) == len(long), long
    assert len(long) <= MOST[name], long


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_large_page_takes_as_many_statements_as_a_small_one(
    kind: Kind[Any], database: Database, people: People
) -> None:
    person = people.patient()
    logged(person, database, LONG)
    sent = []
    for limit in (1, 50, LONG):
        with counted(database) as statements:
            page = person.get(f"{PATHS[kind.name]}?limit={limit}")
        assert len(page.json["items"]) == limit
        sent.append(len(statements))
    assert sent == [sent[0]] * 3


def test_a_planted_statement_for_each_entry_is_seen(
    app: Flask, database: Database, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_by_one(writing: Any, _changed: Any) -> None:
        for key in writing.db.execute(select(RunRow.id).where(RunRow.patient_id == writing.patient_id)).scalars().all():
            writing.db.execute(
                select(RunRow.distance_m).where(RunRow.patient_id == writing.patient_id, RunRow.id == key)
            )

    monkeypatch.setitem(app.extensions, "trochlea.listener", one_by_one)
    short, long = (statements_of("create", KINDS[1], count, database, people) for count in (SHORT, LONG))
    assert len(long) - len(short) == LONG - SHORT
