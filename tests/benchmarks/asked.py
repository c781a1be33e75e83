"""The statements that an answer is made from: noted once, and asked again by the bare driver."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import psycopg
from sqlalchemy import event

from tests.benchmarks.grounds import Ground

Asked = list[tuple[str, Any]]


def file_of(work: str) -> str:
    """Return the name of the file that holds a work's statements."""
    return f"{work.replace(' ', '-')}.statements"


def write_asked(folder: Path, work: str, asked: Asked) -> None:
    """Keep a work's statements for another process."""
    (folder / file_of(work)).write_bytes(pickle.dumps(asked))


def read_asked(folder: Path, name: str) -> Asked:
    """Return the statements that this program wrote there."""
    found: Asked = pickle.loads((folder / name).read_bytes())
    return found


def statements_of(ground: Ground, work: Callable[[], Any]) -> Asked:
    """Return what some work asks the database, with what."""
    asked: Asked = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append((statement, _kept(parameters)))

    both = ground.database.writer, ground.database.reader
    engines = list({id(one.pool): one for one in both}.values())  # on PostgreSQL they are one
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    return asked


def _kept(parameters: Any) -> Any:
    """Return parameters as they can be kept for later, and for another process."""
    if isinstance(parameters, dict):
        return parameters
    return tuple(bytes(one) if isinstance(one, memoryview) else one for one in parameters)


def opened(url: str) -> Any:
    """Return a bare connection to a database."""
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"), check_same_thread=False)
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def raw(connection: Any, asked: Asked) -> bytes:
    """Return all rows of the same statements as JSON."""
    told = []
    for statement, parameters in asked:
        cursor = connection.execute(statement, parameters)
        names = [column[0] for column in cursor.description]
        told.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
    return orjson.dumps(told, default=repr, option=orjson.OPT_PASSTHROUGH_SUBCLASS)
