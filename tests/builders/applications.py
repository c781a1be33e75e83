"""The application in this process, quiet and without limits, on a database that is ready: one way to make it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from app.db.engine import Database, open_database
from app.factory import create_app
from app.settings import Mode, Settings
from tests.builders.people import People
from tests.builders.servers import SECRET

DAY_S = 86_400


@dataclass(frozen=True)
class Application:
    """The application, its database, and who makes people in it."""

    app: Flask
    database: Database
    people: People


def settings_of_tests(url: str, var_dir: Path, **otherwise: Any) -> Settings:
    """Return the settings of an application under test; `otherwise` says which differ."""
    usual: dict[str, Any] = {"secret_key": SECRET, "log_level": "critical", "rate_limits": False}
    return Settings(mode=Mode.TEST, database_url=url, var_dir=var_dir, **{**usual, **otherwise})


def application_on(url: str, var_dir: Path, *, pool_size: int = 10, **otherwise: Any) -> Application:
    """Return the application on the database at an address; who asks for it disposes of that."""
    database = open_database(url, pool_size=pool_size)
    app = create_app(settings_of_tests(url, var_dir, **otherwise), database)
    return Application(app, database, People(app))


@contextmanager
def lent_application(url: str, var_dir: Path, *, pool_size: int = 10, **otherwise: Any) -> Iterator[Application]:
    """Lend the same, for as long as it takes."""
    made = application_on(url, var_dir, pool_size=pool_size, **otherwise)
    try:
        yield made
    finally:
        made.database.dispose()
