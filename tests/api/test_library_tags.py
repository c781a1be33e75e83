"""Whoever holds a list of the library asks again for two look-ups, and hears of every change all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event

from app.db.engine import Database
from app.kernel.clock import now
from app.library import service
from app.library.domain.questions import EXERCISE_ORDERS, ExerciseFilter, Order, Window
from app.library.domain.texts import Language
from tests.builders.people import People, Person

LISTS = ["/v1/exercises?limit=100", "/v1/exercise-groups", "/v1/references?limit=100"]
WHO_AND_WHICH = 2
"""Statements of an answer that says only that nothing is new: who asks, and the head of the library."""


@pytest.fixture
def ada(app: Flask) -> Person:
    """A patient who reads the library."""
    return People(app).patient()


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Gather the statements that are read with."""
    said: list[str] = []

    def listen(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(database.reader, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(database.reader, "before_cursor_execute", listen)


@pytest.mark.parametrize("path", LISTS)
def test_asked_again_nothing_is_made_only_to_be_thrown_away(ada: Person, database: Database, path: str) -> None:
    tag = ada.get(path).headers["ETag"]
    first = ada.get(path, **{"If-None-Match": tag})
    with counted(database) as said:
        again = ada.get(path, **{"If-None-Match": tag})
    assert len(said) == WHO_AND_WHICH
    assert (again.status_code, again.data) == (304, b"")
    told = [{name: value for name, value in one.headers.items() if name != "X-Request-Id"} for one in (first, again)]
    assert told[0] == told[1]


@pytest.mark.parametrize("path", LISTS)
def test_whoever_holds_something_else_is_told_the_whole(ada: Person, path: str) -> None:
    whole = ada.get(path)
    for _ in range(2):
        for held in ('"something else"', 'W/"older", "older still"'):
            answer = ada.get(path, **{"If-None-Match": held})
            assert (answer.status_code, answer.data) == (200, whole.data)


def test_a_tag_is_good_for_its_own_question_alone(ada: Person) -> None:
    path = LISTS[0]
    tag = ada.get(path).headers["ETag"]
    assert ada.get(path, **{"If-None-Match": tag}).status_code == 304
    for other in ("/v1/exercises?limit=50", "/v1/exercises?limit=100&register=patient", "/v1/references?limit=100"):
        assert ada.get(other, **{"If-None-Match": tag}).status_code == 200
    assert ada.get(path, **{"If-None-Match": tag, "Accept-Language": "de"}).status_code == 200
    assert ada.get(f"{path}&group=nowhere", **{"If-None-Match": tag}).status_code == 422


def test_a_changed_exercise_is_heard_of_at_once(ada: Person, database: Database) -> None:
    path = LISTS[0]
    tag = ada.get(path).headers["ETag"]
    for _ in range(2):
        assert ada.get(path, **{"If-None-Match": tag}).status_code == 304
    with database.writing.begin() as db:
        window = Window(Order.of(EXERCISE_ORDERS[0], Language.EN), None, 1000)
        stored = list(service.list_exercises(db, ExerciseFilter(), window).items)
        service.put_exercises(db, [replace(stored[0], name="Another name"), *stored[1:]], now())
    try:
        fresh = ada.get(path, **{"If-None-Match": tag})
        assert fresh.status_code == 200
        assert "Another name" in fresh.text
    finally:
        with database.writing.begin() as db:
            service.put_exercises(db, stored, now())
    assert ada.get(path).headers["ETag"] == tag


def test_what_hangs_on_who_asks_is_never_remembered(app: Flask, people: People, database: Database) -> None:
    path = "/v1/exercises?origin=own&limit=100"
    therapist = people.therapist()
    tag = therapist.get(path).headers["ETag"]
    with counted(database) as said:
        for _ in range(2):
            assert therapist.get(path, **{"If-None-Match": tag}).status_code == 304
    assert len(said) > 2 * WHO_AND_WHICH
