"""The number of statements behind what needs plan and log grows with neither."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.db.engine import Database
from app.kernel.clock import now
from app.programmes import service as programmes
from app.programmes.domain.programme import Author
from app.programmes.domain.words import AuthorRole
from tests.benchmarks import histories
from tests.builders.people import People, Person
from tests.builders.plans import prescribed
from tests.integration.test_logbook_statements import counted, logged

PATHS = {
    "due": "/v1/patients/{me}/programmes/due",
    "adherence": "/v1/patients/{me}/adherence",
    "doses": "/v1/patients/{me}/programmes/dose-proposals",
    "stage": "/v1/patients/{me}/programmes/stage",
    "programmes": "/v1/patients/{me}/programmes",
}
MOST = {"due": 11, "adherence": 10, "doses": 15, "stage": 17, "programmes": 2}
"""Statements a request takes at most, the log-in's check among them, and one that reads how much a squat hurt."""


def followed(people: People, database: Database, entries: int, revisions: int) -> Person:
    """Return a patient with so many entries of each kind and so many revisions."""
    person = people.patient()
    made = prescribed(person, person)
    logged(person, database, entries)
    author = Author(id=None, role=AuthorRole.ENGINE)
    with database.writing.begin() as db:
        (found,) = programmes.list_programmes(db, person.id)
        for number in range(revisions):
            change = programmes.Change(reason=f"revision {number}")
            programmes.revise(db, person.id, found.id, change, author, now() - timedelta(days=1), lambda _: None)
    assert made["number"] == 1
    return person


@pytest.mark.parametrize("name", list(PATHS))
def test_a_long_history_takes_as_many_statements_as_a_short_one(name: str, people: People, database: Database) -> None:
    sent = []
    for entries, revisions in ((10, 1), (120, 20)):
        person = followed(people, database, entries, revisions)
        with counted(database) as statements:
            answer = person.get(PATHS[name])
        assert answer.status_code == 200, answer.json
        sent.append(statements)
    assert len(sent[0]) == len(sent[1]), sent[1]
    assert len(sent[1]) <= MOST[name], sent[1]


def test_a_run_of_somebody_with_a_programme_takes_as_many_statements_however_long_the_history(
    people: People, database: Database
) -> None:
    sent = []
    for entries in (10, 120):
        person = followed(people, database, entries, 1)
        body = {"id": str(histories.run(1).id), "performed_at": now().isoformat(), "zone": "UTC", "distance_m": 4000}
        with counted(database) as statements:
            assert person.post("/v1/patients/{me}/runs", body).status_code == 201
        sent.append(statements)
    assert len(sent[0]) == len(sent[1]), sent[1]
    assert len(sent[1]) <= 18, sent[1]
