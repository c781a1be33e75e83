"""Copies a whole database while it is used, and puts a copy back: SQLite by its backup API, PostgreSQL by pg_dump.

A copy holds all that was committed before it began, and nothing by halves.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, make_url

from app.keeping.domain import NotCopied, NotRestored, State
from app.keeping.repository.state import check_integrity, is_empty, state_of

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BUSY_S = 30.0


def dialect_of(url: str) -> str:
    """Return 'sqlite' or 'postgresql'."""
    return make_url(url).get_backend_name()


@contextmanager
def looked_into(url: str) -> Iterator[Connection]:
    """Lend a connection that reads one moment's state for as long as it takes."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == SQLITE:
                connection.exec_driver_sql("BEGIN")
            yield connection
    finally:
        engine.dispose()


def copy_database(url: str, target: Path, programs: Path | None = None) -> State:
    """Copy the database to a new file and return what the copy holds; raise NotCopied.

    `programs` is the folder of pg_dump where it is not on the path.
    """
    return _copy_sqlite(url, target) if dialect_of(url) == SQLITE else _dump_postgresql(url, target, programs)


def put_back(copy: Path, url: str, programs: Path | None = None) -> None:
    """Make the copy the database at an address where there is none yet; raise NotRestored."""
    if dialect_of(url) == SQLITE:
        _put_back_sqlite(copy, url)
    else:
        _put_back_postgresql(copy, url, programs)


def refuse_used(url: str) -> None:
    """Raise NotRestored unless nothing is kept at this address yet."""
    if dialect_of(url) == SQLITE:
        left = [path.name for path in _files_of(url) if path.exists() and path.stat().st_size]
        if left:
            raise NotRestored(f"{', '.join(left)} is there already: move it away first")
        return
    with looked_into(url) as connection:
        if not is_empty(connection):
            raise NotRestored("the database holds tables already: restore into an empty one (createdb)")


def set_aside(url: str) -> str:
    """Return where a database is made ready: on SQLite a file that nobody opens, on PostgreSQL the database itself."""
    if dialect_of(url) != SQLITE:
        return url
    file = _files_of(url)[0]
    return f"sqlite:///{file.with_name(f'{file.name}.restoring')}"


def take_place(aside: str, url: str) -> None:
    """Give what was made ready the name under which it is opened; everyone who used it has closed it."""
    if aside != url:
        _files_of(aside)[0].rename(_files_of(url)[0])


def leave_nothing(aside: str, url: str) -> None:
    """Take away what a restore that was refused has made: on SQLite what was set aside, and a file that is empty.

    On PostgreSQL the tables are where they were put: only its operator drops a database.
    """
    if aside == url:
        return
    for file in _files_of(aside):
        file.unlink(missing_ok=True)
    opened = _files_of(url)[0]
    if opened.exists() and opened.stat().st_size == 0:
        opened.unlink()


@contextmanager
def scratch(url: str) -> Iterator[str]:
    """Lend the address of an empty database of the same kind, gone afterwards."""
    if dialect_of(url) == SQLITE:
        with TemporaryDirectory(prefix="trochlea-drill-") as folder:
            yield f"sqlite:///{Path(folder) / 'drill.sqlite3'}"
        return
    name = f"trochlea_drill_{uuid4().hex[:12]}"
    _on_server(url, f"CREATE DATABASE {name}")
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _engine(url: str) -> Engine:
    """Return an engine without the time limits of a request."""
    parsed = make_url(url)
    if parsed.get_backend_name() == SQLITE:
        return create_engine(parsed.set(drivername="sqlite+pysqlite"), poolclass=NullPool, hide_parameters=True)
    return create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level="REPEATABLE READ",
        connect_args={"prepare_threshold": None},  # what is asked once is not worth it, and a pooler knows none
    )


def _files_of(url: str) -> list[Path]:
    """Return the file of a SQLite database and those that its journal leaves beside it."""
    file = Path(str(make_url(url).database))
    return [file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")]


# SQLite


def _copy_sqlite(url: str, target: Path) -> State:
    file = _files_of(url)[0]
    if not file.exists():
        raise NotCopied(f"there is no database at {file}")
    with closing(sqlite3.connect(file, timeout=BUSY_S)) as source, closing(sqlite3.connect(target)) as copy:
        # All pages in one step: one moment's state, and writers go on beside it.
        source.backup(copy)
        copy.isolation_level = None
        copy.execute("PRAGMA journal_mode=DELETE")
        # Written anew, the copy has no free pages in which something deleted might be left.
        copy.execute("VACUUM")
    with looked_into(f"sqlite:///{target}") as connection:
        broken = check_integrity(connection)
        if broken:
            raise NotCopied(f"the database is damaged: {broken[0]}")
        return state_of(connection)


def _put_back_sqlite(copy: Path, url: str) -> None:
    file = _files_of(url)[0]
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(copy, file)
    file.chmod(0o600)


# PostgreSQL


def _dump_postgresql(url: str, target: Path, programs: Path | None) -> State:
    program = _program("pg_dump", programs)
    with looked_into(url) as connection:
        # The dump and the counts are of the same moment.
        snapshot = str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        said = _run([program, *options, f"--file={target}"], url)
        if said is not None:
            raise NotCopied(f"pg_dump: {said}")
        return state_of(connection)


def _put_back_postgresql(copy: Path, url: str, programs: Path | None) -> None:
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    said = _run([_program("pg_restore", programs), *options, str(copy)], url)
    if said is not None:
        raise NotRestored(f"pg_restore: {said}")


def _program(name: str, programs: Path | None) -> str:
    found = shutil.which(name, path=str(programs) if programs else None)
    if found is None:
        raise NotCopied(f"{name} is needed: install PostgreSQL's client programs, or name their folder (--programs)")
    return found


def _run(command: list[str], url: str) -> str | None:
    """Run one of PostgreSQL's programs on a database; return what it complains of, None where all is well.

    The password goes by a file that only this user reads: arguments are seen by everybody on the machine.
    """
    parsed = make_url(url)
    with TemporaryDirectory(prefix="trochlea-pass-") as folder:
        secret = Path(folder) / "pass"
        secret.touch(0o600)
        secret.write_text(f"*:*:*:*:{_escaped(parsed.password)}\n")
        named = URL.create(
            "postgresql",
            username=parsed.username,
            host=parsed.host,
            port=parsed.port,
            database=parsed.database,
            query={**parsed.query, "passfile": str(secret)},
        )
        # Our own arguments, no shell; the address holds no password.
        done = subprocess.run(  # noqa: S603
            [*command, f"--dbname={named.render_as_string()}"], capture_output=True, text=True, check=False
        )
    if done.returncode == 0:
        return None
    return (done.stderr.strip().splitlines() or ["it failed"])[0]


def _escaped(password: object) -> str:
    return str(password or "").replace("\\", "\\\\").replace(":", "\\:")


def _on_server(url: str, statement: str) -> None:
    engine = _engine(url).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
