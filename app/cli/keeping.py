"""The commands that look after what is kept: backup, restore."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from app.db.engine import open_database
from app.keeping.domain import Check, NotCopied, NotRestored
from app.keeping.service import backup as backups
from app.keeping.service.finishing import finish
from app.settings import Settings
from migrations import head, migrate

_FILE = click.Path(dir_okay=False, path_type=Path)
_PROGRAMS = click.option(
    "--programs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of pg_dump and pg_restore.",
)


@click.command("backup")
@click.argument("file", type=_FILE)
@_PROGRAMS
def back_up(file: Path, programs: Path | None) -> None:
    """Write a backup to a new FILE while the service runs."""
    try:
        manifest = backups.back_up(_settings().database_url, file, programs)
    except NotCopied as problem:
        raise click.ClickException(str(problem)) from None
    rows = sum(manifest.counts.values())
    click.echo(f"{file}: {rows} rows in {len(manifest.counts)} tables at {manifest.revision}, as of {manifest.made_at}")


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--drill", is_flag=True, help="Into a database beside the one in use, which goes again: a rehearsal.")
@_PROGRAMS
def restore(file: Path, drill: bool, programs: Path | None) -> None:
    """Put the backup FILE back into an empty database, and look it over; exit 1 where anything is not as it was."""
    work = backups.drill if drill else backups.restore
    try:
        done = work(file, _settings().database_url, _finish, programs)
    except (NotRestored, NotCopied) as problem:
        raise click.ClickException(str(problem)) from None
    for check in done.checks:
        click.echo(f"{'ok  ' if check.holds else 'FAIL'}  {check.what}: {check.found}")
    click.echo(f"{'rehearsed' if drill else 'restored'} what was there at {done.manifest.made_at}")
    if not done.holds:
        raise SystemExit(1)


COMMANDS = (back_up, restore)


def _settings() -> Settings:
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    return settings


def _finish(url: str) -> list[Check]:
    database = open_database(url)
    try:
        migrate(database.writer)
        with database.writing.begin() as db:
            return finish(db, head())
    finally:
        database.dispose()
