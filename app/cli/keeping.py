"""The commands that look after what is kept: backup, restore, tidy, import-archive, audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.db.engine import open_database
from app.keeping.domain import Check, NotCopied, NotImported, NotRestored
from app.keeping.repository.erasing import clear_rests
from app.keeping.repository.erasing import tidy as rewrite
from app.keeping.service import archive
from app.keeping.service import backup as backups
from app.keeping.service.anchors import ANCHORS, read_anchors
from app.keeping.service.erasure import LIST, keep_list, read_list
from app.keeping.service.finishing import finish
from app.keeping.service.trail import note_restored, walk, write_anchor
from app.settings import Settings
from app.web.transaction import database
from migrations import head, migrate

audit = AppGroup("audit", help="The trail of who did what and who saw whom.")
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
        keep_list(database(), _settings().var_dir)
        write_anchor(_settings().database_url, _settings().var_dir)
        manifest = backups.back_up(_settings().database_url, file, programs)
    except NotCopied as problem:
        raise click.ClickException(str(problem)) from None
    rows = sum(manifest.counts.values())
    click.echo(f"{file}: {rows} rows in {len(manifest.counts)} tables at {manifest.revision}, as of {manifest.made_at}")


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--drill", is_flag=True, help="Into a database beside the one in use, which goes again: a rehearsal.")
@click.option("--erased", type=_FILE, help="The list of erasures; else the one in the folder of settings.")
@_PROGRAMS
def restore(file: Path, drill: bool, erased: Path | None, programs: Path | None) -> None:
    """Put the backup FILE back into an empty database, and look it over; exit 1 where anything is not as it was."""
    work = backups.drill if drill else backups.restore
    finish_with = partial(_finish, _list(erased or _settings().var_dir / LIST))
    try:
        done = work(file, _settings().database_url, finish_with, programs)
    except (NotRestored, NotCopied) as problem:
        raise click.ClickException(str(problem)) from None
    for check in done.checks:
        click.echo(f"{'ok  ' if check.holds else 'FAIL'}  {check.what}: {check.found}")
    click.echo(f"{'rehearsed' if drill else 'restored'} what was there at {done.manifest.made_at}")
    if not done.holds:
        raise SystemExit(1)
    if not drill:
        note_restored(_settings().var_dir, done.manifest.heads)


@click.command("tidy")
def tidy() -> None:
    """Write the database anew without what was deleted; at night, for on SQLite nobody else writes meanwhile."""
    rewrite(database().writer)
    keep_list(database(), _settings().var_dir)
    click.echo("tidied")


@click.command("import-archive")
@click.argument("file", type=_FILE)
def import_archive(file: Path) -> None:
    """Put a person's archive FILE into an installation that has no people yet."""
    try:
        with database().writing.begin() as db:
            account_id, left_out = archive.import_archive(db, file, head())
    except NotImported as problem:
        raise click.ClickException(str(problem)) from None
    for slug in left_out:
        click.echo(f"left out: the favourite {slug}, which this library does not have")
    click.echo(f"imported {account_id}; a password is set by resetting it")


@audit.command("verify")
@click.option("--anchors", type=_FILE, help="Heads that were written down; else those in the folder of settings.")
def verify_trail(anchors: Path | None) -> None:
    """Look the trail over; exit 1 where a line is not the one that was written, or is missing."""
    file = anchors or _settings().var_dir / ANCHORS
    if not file.exists():
        raise click.ClickException(f"{file} is missing: without it nobody sees that the end was cut off (audit anchor)")
    check = walk(_settings().database_url, _settings().var_dir, read_anchors(file))
    click.echo(f"{'ok  ' if check.holds else 'FAIL'}  {check.what}: {check.found}")
    if not check.holds:
        raise SystemExit(1)


@audit.command("anchor")
def anchor_trail() -> None:
    """Write the heads of the trail down outside of the database, and tell them."""
    for trail, found in write_anchor(_settings().database_url, _settings().var_dir).items():
        click.echo(f"{trail} {found}")


COMMANDS = (back_up, restore, tidy, import_archive, audit)


def _settings() -> Settings:
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    return settings


def _list(file: Path) -> Mapping[bytes, datetime]:
    """Return who was erased; without the list, whoever was erased since the backup would be back."""
    if not file.exists():
        raise click.ClickException(
            f"{file} is missing: it says who was erased since; copy it here, or name it (--erased)"
        )
    return read_list(file)


def _finish(erased: Mapping[bytes, datetime], url: str) -> list[Check]:
    restored = open_database(url)
    try:
        migrate(restored.writer)
        with restored.writing.begin() as db:
            done = finish(db, head(), erased, _settings().secret_key)
        clear_rests(restored.writer)
        return done
    finally:
        restored.dispose()
