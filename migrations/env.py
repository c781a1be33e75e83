"""Runs the migrations on the database the program is set to, or on the engine a caller hands over."""

from __future__ import annotations

from alembic import context

from app.db.base import Base
from app.db.engine import open_database
from app.settings import read_settings


def run() -> None:
    """Migrate in one transaction."""
    engine = context.config.attributes.get("engine")
    if engine is None:
        settings = read_settings()
        engine = open_database(settings.database_url, behind_pooler=settings.behind_pooler).writer
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
