"""Runs the migrations on the database the program is set to, or on the engine a caller hands over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.db.base import Base
from app.db.engine import open_database
from app.settings import read_settings


def run() -> None:
    """Migrate in one transaction."""
    engine = context.config.attributes.get("engine")
    if engine is None:
        settings = read_settings()
        engine = open_database(settings.database_url, behind_pooler=settings.behind_pooler).writer
    with engine.connect() as connection, _keys_looked_at_in_the_end(connection):
        # alembic takes SQLite for a database that cannot take back what was done to a table; with our BEGIN it can.
        context.configure(
            connection=connection, target_metadata=Base.metadata, compare_type=True, transactional_ddl=True
        )
        before = context.get_context().get_current_heads()
        with context.begin_transaction():
            context.run_migrations()
            if context.get_context().get_current_heads() != before:
                _check_keys(connection)
        connection.commit()


@contextmanager
def _keys_looked_at_in_the_end(connection: Connection) -> Iterator[None]:
    """Let rows point nowhere for a moment on SQLite, which changes a table by making it anew and dropping the old one.

    With its keys on, dropping a table deletes its rows first: what points to them keeps that from happening, or is
    deleted as well. They can only be turned off outside a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


def _check_keys(connection: Connection) -> None:
    """Raise where a row points to one that is not there."""
    if connection.dialect.name == "sqlite":
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if loose is not None:
            raise IntegrityError(f"a row of {loose[0]} points to none of {loose[2]}", None, ValueError("foreign key"))


run()
