"""One stream a patient: numbers without gaps, in the order of commits, every version kept, few statements."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.consent.domain import CareLink, Scope
from app.consent.models import CARE_LINKS, CareLinkRow
from app.consent.repository import store_link
from app.db.engine import Database
from app.db.synced import FIRST_HEAD, SyncChange, SyncStream, Write, lock_stream, store
from app.kernel.ids import new_id
from tests.builders.people import People

WRITERS, TIMES = 8, 10
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def patient(people: People) -> UUID:
    """A patient whose stream nobody else writes to."""
    return people.patient().id


def columns(**changes: object) -> dict[str, object]:
    """Return the own columns of a care link."""
    return {
        "therapist_id": new_id(),
        "scopes": ["pain.read"],
        "purpose": "knee",
        "consent_text_version": "2026-11",
        "granted_at": AT,
        "expires_at": AT + timedelta(days=30),
        "revoked_at": None,
        "clinic_id": None,
        "ended_because": None,
        "asked_because": None,
        **changes,
    }


def writes(count: int, *, deleted: bool = False) -> list[Write]:
    """Return new rows to be stored; with `deleted` every other one is a tombstone."""
    gone = [AT if deleted and index % 2 else None for index in range(count)]
    return [Write(new_id(), columns(), deleted_at=at) for at in gone]


def put(database: Database, patient: UUID, some: list[Write]) -> list[int]:
    """Store rows in a transaction of their own, as a request does, and return their numbers."""
    with database.writing.begin() as db:
        lock_stream(db, patient)
        return [row["seq"] for row in store(db, CARE_LINKS, patient, some, device_id=None, at=AT)]


def head(database: Database, patient: UUID) -> int:
    """Return the last number given."""
    with database.reading() as db:
        return int(db.execute(select(SyncStream.head).where(SyncStream.patient_id == patient)).scalar_one())


def versions(database: Database, patient: UUID) -> list[SyncChange]:
    """Return every version, in the order of their numbers."""
    statement = select(SyncChange).where(SyncChange.patient_id == patient).order_by(SyncChange.seq)
    with database.reading() as db:
        return list(db.execute(statement).scalars())


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Gather the statements that are sent; one for many rows counts once."""
    sent: list[str] = []

    def listen(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(database.writer, "before_cursor_execute", listen)
    try:
        yield sent
    finally:
        event.remove(database.writer, "before_cursor_execute", listen)


def test_many_writers_get_numbers_without_a_gap_or_a_double(database: Database, patient: UUID) -> None:
    def work(_: int) -> list[int]:
        return [seq for size in range(1, TIMES + 1) for seq in put(database, patient, writes(size % 3 + 1))]

    with ThreadPoolExecutor(WRITERS) as pool:
        given = [seq for numbers in pool.map(work, range(WRITERS)) for seq in numbers]
    expected = list(range(FIRST_HEAD + 1, FIRST_HEAD + 1 + len(given)))
    assert sorted(given) == expected
    assert head(database, patient) == expected[-1]
    assert [version.seq for version in versions(database, patient)] == expected


def test_whoever_reads_meanwhile_never_sees_a_number_before_the_one_below_it(database: Database, patient: UUID) -> None:
    def work(_: int) -> None:
        for _ in range(TIMES):
            put(database, patient, writes(2))

    seen: list[int] = []
    with ThreadPoolExecutor(WRITERS) as pool:
        running = [pool.submit(work, number) for number in range(4)]
        while not all(future.done() for future in running):
            found = [version.seq for version in versions(database, patient)]
            assert found == list(range(FIRST_HEAD + 1, FIRST_HEAD + 1 + len(found)))
            seen.append(len(found))
        for future in running:
            future.result()
    assert seen == sorted(seen)


def test_two_patients_do_not_share_numbers(database: Database, people: People) -> None:
    ada, ben = people.patient().id, people.patient().id
    assert put(database, ada, writes(2)) == put(database, ben, writes(2)) == [FIRST_HEAD + 1, FIRST_HEAD + 2]


def test_a_rollback_takes_its_numbers_back(database: Database, patient: UUID) -> None:
    before = head(database, patient)
    with database.writing() as db:
        lock_stream(db, patient)
        store(db, CARE_LINKS, patient, writes(3), device_id=None, at=AT)
        db.rollback()
    assert head(database, patient) == before
    assert versions(database, patient) == []
    assert put(database, patient, writes(1)) == [before + 1]


def test_every_version_is_kept_with_what_it_said(database: Database, patient: UUID) -> None:
    link = new_id()
    for purpose in ("first", "second"):
        put(database, patient, [Write(link, columns(purpose=purpose))])
    put(database, patient, [Write(link, columns(), deleted_at=AT)])
    kept = versions(database, patient)
    assert [(version.id, version.deleted) for version in kept] == [(link, False), (link, False), (link, True)]
    assert [version.data["purpose"] if version.data else None for version in kept] == ["first", "second", None]
    assert {version.collection for version in kept} == {"care_links"}


def test_a_row_holds_the_number_and_the_version_of_its_newest_change(database: Database, patient: UUID) -> None:
    link, ver = new_id(), new_id()
    put(database, patient, [Write(link, columns())])
    put(database, patient, [Write(link, columns(purpose="newest"), ver=ver, flags=("clock_suspect",))])
    with database.reading() as db:
        row = db.execute(select(CareLinkRow).where(CareLinkRow.patient_id == patient)).scalar_one()
    assert (row.seq, row.ver, row.purpose, row.flags) == (FIRST_HEAD + 2, ver, "newest", ["clock_suspect"])


def test_one_row_stored_twice_in_a_batch_keeps_its_last_state(database: Database, patient: UUID) -> None:
    link = new_id()
    put(database, patient, [Write(link, columns(purpose="first")), Write(link, columns(purpose="last"))])
    with database.reading() as db:
        row = db.execute(select(CareLinkRow).where(CareLinkRow.patient_id == patient)).scalar_one()
    assert (row.seq, row.purpose) == (FIRST_HEAD + 2, "last")
    assert len(versions(database, patient)) == 2


def test_the_same_id_of_two_patients_is_two_rows(database: Database, people: People) -> None:
    shared = new_id()
    ada, ben = people.patient().id, people.patient().id
    put(database, ada, [Write(shared, columns(purpose="ada's"))])
    put(database, ben, [Write(shared, columns(purpose="ben's"))])
    with database.reading() as db:
        found = db.execute(select(CareLinkRow.patient_id, CareLinkRow.purpose).where(CareLinkRow.id == shared)).all()
    assert dict(map(tuple, found)) == {ada: "ada's", ben: "ben's"}


@pytest.mark.parametrize("deleted", [False, True], ids=["all live", "every other one a tombstone"])
def test_a_hundred_rows_take_as_many_statements_as_one(database: Database, patient: UUID, deleted: bool) -> None:
    sent = []
    for count in (1, 100):
        with counted(database) as statements:
            put(database, patient, writes(count, deleted=deleted))
        sent.append(statements)
    assert [len(statements) for statements in sent] == [len(sent[0])] * 2, sent
    assert len([statement for statement in sent[1] if not statement.startswith("BEGIN")]) == 4


def test_nothing_to_store_takes_no_number_and_no_statement(database: Database, patient: UUID) -> None:
    with database.writing() as db, counted(database) as statements:
        assert store(db, CARE_LINKS, patient, [], device_id=None, at=AT) == []
    assert statements == []


def test_granting_a_care_link_writes_to_the_patient_s_stream(app: Flask, database: Database, people: People) -> None:
    ada, therapist = people.patient(), people.therapist()
    link = CareLink(
        id=new_id(),
        therapist_id=therapist.id,
        scopes=frozenset({Scope.PAIN_READ}),
        purpose="knee",
        consent_text_version="2026-11",
        granted_at=AT,
        expires_at=AT + timedelta(days=30),
    )
    with database.writing.begin() as db:
        store_link(db, ada.id, link, ada.device_id, AT)
    (version,) = versions(database, ada.id)
    assert (version.id, version.device_id, version.seq) == (link.id, ada.device_id, FIRST_HEAD + 1)
