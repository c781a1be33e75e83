"""What the tests of sync share: a phone of a new patient, and counted statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import event

from app.db.engine import Database
from tests.builders.devices import Phone
from tests.builders.people import People

Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def phone(people: People) -> Phone:
    """The phone of a new patient."""
    return Phone(people.patient())


@pytest.fixture
def counted(database: Database) -> Counted:
    """Gather the statements that are sent; one for many rows counts once."""
    engines = {database.writer, database.reader}

    @contextmanager
    def gather() -> Iterator[list[str]]:
        sent: list[str] = []

        def listen(_conn: object, _cursor: object, statement: str, *_: object) -> None:
            sent.append(statement)

        for engine in engines:
            event.listen(engine, "before_cursor_execute", listen)
        try:
            yield sent
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", listen)

    return gather
