"""The number of statements behind the caseload and a patient's progress grows with neither people nor histories."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.db.engine import Database
from app.kernel.clock import now
from app.programmes import service as programmes
from app.programmes.domain.programme import Author
from app.programmes.domain.words import AuthorRole
from tests.builders.care import let_in, logged
from tests.builders.devices import a_check_in
from tests.builders.people import People, Person
from tests.builders.plans import standard_order
from tests.integration.test_logbook_statements import counted
from tests.integration.test_logbook_statements import logged as entries_of

MOST_CASELOAD, TRAIL = 12, 2
"""Statements of a caseload in which every pain rises: those that read, and those that write down who looked."""


def rising(people: People, database: Database, therapist: Person) -> Person:
    """Return a patient of three weeks with a programme and pain that rises, let in by links of one scope each."""
    patient = people.patient()
    let_in(patient, therapist)
    author = Author(id=therapist.id, role=AuthorRole.THERAPIST)
    with database.writing.begin() as db:
        programmes.prescribe(db, patient.id, standard_order(), author, now() - timedelta(days=21))
    logged(patient, check_ins=[a_check_in(ago, worst_pain=4 if ago < 6 else 1) for ago in range(14)])
    return patient


@pytest.mark.parametrize("scopes", [(), ("pain.read", "sessions.read")])
def test_many_patients_take_as_many_statements_as_one(
    people: People, database: Database, scopes: tuple[str, ...]
) -> None:
    sent = []
    for count in (1, 12):
        therapist = people.therapist()
        for _ in range(count):
            patient = rising(people, database, people.therapist())
            let_in(patient, therapist, *scopes)
        with counted(database) as statements:
            answer = therapist.get("/v1/caseload")
        assert len(answer.json["items"]) == count
        sent.append(statements)
    assert len(sent[0]) == len(sent[1]), sent[1]
    reads = [statement for statement in sent[1] if "audit_" not in statement]
    assert len(sent[1]) - len(reads) == TRAIL
    assert len(reads) <= MOST_CASELOAD, sent[1]
    assert (len(reads) > 4) == (not scopes), "who sees no plan is asked for no adherence"


MOST_PROGRESS = 38
"""Statements of a whole progress: each section's own, and eighteen that put plan and log side by side."""


def test_a_long_history_takes_as_many_statements_as_a_short_one(people: People, database: Database) -> None:
    sent = []
    for entries in (10, 120):
        patient = rising(people, database, people.therapist())
        entries_of(patient, database, entries)
        with counted(database) as statements:
            answer = patient.get("/v1/patients/{me}/progress")
        assert answer.status_code == 200
        sent.append(statements)
    assert len(sent[0]) == len(sent[1]), sent[1]
    assert len(sent[1]) <= MOST_PROGRESS, sent[1]
