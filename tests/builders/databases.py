"""Databases for tests: empty, migrated, or with what every installation has; made once a run, and copied after that.

What is copied is what the migrations and the seeds made: nothing of it is written down a second time.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from app.db.engine import Database, open_database
from migrations import migrate
from seeds.demo.personas import load_demo
from seeds.load import load_all

SERVER = "TROCHLEA_TEST_POSTGRESQL"
"""Where the environment says the address of the run's own PostgreSQL server."""
PLACE = "TROCHLEA_TEST_FOLDER"
"""Where the environment names the run's own folder, shared by its workers."""
_PREFIX = "trochlea-tests-"
MEMORY = Path("/dev/shm")
LEAST_FREE_BYTES = 2**31
"""How much room a file system in memory has to have before databases are put there."""


def make_folder() -> Path:
    """Make the run's own folder, in memory where that has room.

    Nothing that is tested there is about what a disk keeps; the tests that are (of crashes) use the disk.
    """
    place = MEMORY if _has_room() else Path(tempfile.gettempdir())
    _sweep(place)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))


def _sweep(place: Path) -> None:
    """Remove what runs left that were killed; in memory it would stay there."""
    for folder in place.glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def new_folder() -> Path:
    """Make a folder in the run's own."""
    return Path(tempfile.mkdtemp(dir=os.environ[PLACE]))


def _has_room() -> bool:
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= LEAST_FREE_BYTES


def empty_database(backend: str, folder: Path, name: str) -> str:
    """Make an empty database, in a folder or on the run's server, and return its address."""
    if backend == "sqlite":
        return f"sqlite:///{folder / 'trochlea.sqlite3'}"
    drop_database(name)
    on_server(f"CREATE DATABASE {name}")
    return _on_the_server(name)


def drop_database(name: str) -> None:
    """Drop a database of the run's server, whoever uses it."""
    on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def on_server(statement: str) -> None:
    """Do something on the run's server that is no transaction."""
    with psycopg.connect(os.environ[SERVER], autocommit=True) as connection:
        connection.execute(statement)


def prepare(url: str) -> None:
    """Migrate an empty database and load what every installation has."""
    _fill(url, "seeded", _seed)


def prepare_schema(url: str) -> None:
    """Migrate an empty database; it holds nothing."""
    _fill(url, "migrated", _migrate)


def prepare_demo(url: str) -> None:
    """Migrate an empty database, load what every installation has, and the demo people, whose stories end now."""
    _fill(url, "demo", _demo)


def _migrate(database: Database) -> None:
    migrate(database.writer)


def _seed(database: Database) -> None:
    migrate(database.writer)
    with database.writing.begin() as db:
        load_all(db)


def _demo(database: Database) -> None:
    _seed(database)
    load_demo(database)


def _fill(url: str, kind: str, make: Callable[[Database], None]) -> None:
    """Copy what was made once to an empty database; where it is none of this run's, make it there."""
    backend = make_url(url).get_backend_name()
    if PLACE not in os.environ or (backend == "postgresql" and not _is_on_the_server(url)):
        _make(url, make)
        return
    with _one_at_a_time(backend, kind) as folder:
        original = f"sqlite:///{folder / 'original.sqlite3'}" if backend == "sqlite" else f"original_{kind}"
        if not (folder / "made").exists():
            if backend == "postgresql":
                on_server(f"CREATE DATABASE {original}")
            _make(original if backend == "sqlite" else _on_the_server(original), make)
            (folder / "made").touch()
    if backend == "sqlite":
        _copy_file(original, url)
    else:
        name = make_url(url).database
        drop_database(str(name))
        # Its files are copied as they are: a third of the time of writing each page to the journal.
        on_server(f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY FILE_COPY")


def _make(url: str, make: Callable[[Database], None]) -> None:
    database = open_database(url)
    try:
        make(database)
    finally:
        database.dispose()


def _copy_file(original: str, url: str) -> None:
    """Copy a database that nobody uses: the last to close it has put its journal into the file."""
    source, target = (Path(str(make_url(named).database)) for named in (original, url))
    assert not source.with_name(source.name + "-wal").exists()
    assert not target.exists() or target.stat().st_size == 0
    shutil.copyfile(source, target)


@contextmanager
def _one_at_a_time(backend: str, kind: str) -> Iterator[Path]:
    """Yield the folder of an original; of the run's workers one at a time is there."""
    folder = Path(os.environ[PLACE]) / f"{backend}-{kind}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _on_the_server(name: str) -> str:
    return os.environ[SERVER].replace("/postgres?", f"/{name}?")


def _is_on_the_server(url: str) -> bool:
    return SERVER in os.environ and url == _on_the_server(str(make_url(url).database))
