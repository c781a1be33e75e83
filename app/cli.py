"""The commands of `flask --app wsgi`: serve, migrate, seed, keys, accounts, guidance conformance."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.accounts import service as accounts_service
from app.accounts.domain import PASSWORD_LEAST, Account
from app.accounts.service import second_factor
from app.guidance.domain.conformance import run_vectors
from app.guidance.service.recall import advised_patients, recall_stored
from app.kernel.clock import is_zone, now
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.settings import Mode, Settings
from app.web.keyring import create_key
from app.web.transaction import database
from migrations import head, migrate
from seeds.demo.personas import DEMO_PASSWORD, load_demo
from seeds.load import load_all

keys = AppGroup("keys", help="Signing keys of access tokens.")
accounts = AppGroup("accounts", help="Accounts that are made on the server.")
guidance = AppGroup("guidance", help="The rule engine.")


def register_commands(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
    for command in (migrate_database, seed, serve, keys, accounts, guidance):
        app.cli.add_command(command)


@click.command("migrate")
def migrate_database() -> None:
    """Bring the database to this program's schema."""
    migrate(database().writer)
    click.echo(f"database at {head()}")


@click.command("seed")
@click.option("--demo", is_flag=True, help="Also the demo people (development only).")
def seed(demo: bool) -> None:
    """Load the library; again changes nothing."""
    with database().writing.begin() as db:
        report = load_all(db)
    click.echo(f"library: {report}")
    if demo:
        _refuse_demo_in_production()
        for person in load_demo(database()):
            click.echo(f"demo {person.role.value}: {person.email}")


@click.command("serve")
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
def serve(port: int, workers: int, threads: int) -> None:
    """Migrate, seed (with demo people in development), and serve on 127.0.0.1."""
    migrate(database().writer)
    with database().writing.begin() as db:
        load_all(db)
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    people = load_demo(database()) if settings.mode is Mode.DEVELOPMENT else []
    database().dispose()
    _say_where(f"http://127.0.0.1:{port}", people)
    options = [f"--bind=127.0.0.1:{port}", f"--workers={workers}", f"--threads={threads}", "--worker-class=gthread"]
    command = [sys.executable, "-m", "gunicorn", *options, "--log-level=warning", "--graceful-timeout=10", "wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 - the server takes this process's place


@keys.command("create")
def create_signing_key() -> None:
    """Make a signing key; the newest one signs after a restart."""
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    click.echo(create_key(settings.keys_dir))


@accounts.command("forget-second-factor")
@click.argument("email")
def forget_second_factor(email: str) -> None:
    """Take the second factor off somebody who has lost the app and the recovery codes; make sure who asks."""
    with database().writing.begin() as db:
        account = accounts_service.account_with(db, email.lower())
        if account is None:
            raise click.UsageError("nobody has this address")
        second_factor.forget(db, account.id)
        accounts_service.end_sessions(db, account.id, now(), "second_factor")
    click.echo(f"second factor of {account.id} is off, and all sessions are ended")


@accounts.command("create-admin")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.option("--zone", prompt=True, default="UTC")
@click.password_option()
def create_admin(email: str, name: str, zone: str, password: str) -> None:
    """Make an admin account."""
    if len(password) < PASSWORD_LEAST or not is_zone(zone):
        raise click.UsageError(f"the password needs {PASSWORD_LEAST} characters, and the zone an IANA name")
    account = Account(
        id=new_id(),
        role=Role.ADMIN,
        email=email.lower(),
        display_name=name,
        zone=zone,
        professional_role=None,
        created_at=now(),
    )
    with database().writing.begin() as db:
        accounts_service.register(db, account, password)
    click.echo(f"admin {account.id}")


@guidance.command("conformance")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One line a vector: id and output or error.")
def conformance(file: Path, as_json: bool) -> None:
    """Run golden vectors through the product's own functions; exit 1 on any difference."""
    results = run_vectors(_read_vectors(file))
    for result in results:
        if as_json:
            told = {"output": result.output} if result.error is None else {"error": result.error}
            click.echo(json.dumps({"id": result.id, **told}))
        for difference in result.differences:
            click.echo(f"{result.id} ({result.kind}): {difference}", err=as_json)
    failed = sum(1 for result in results if result.differences)
    click.echo(f"{len(results)} vectors, {failed} differ", err=as_json)
    if failed:
        raise SystemExit(1)


@guidance.command("replay-stored")
def replay_stored() -> None:
    """Ask again for every stored advice from the data of then; exit 1 where the engine's bytes differ."""
    counts: Counter[str] = Counter()
    with database().reading() as db:
        for patient_id in advised_patients(db):
            for found in recall_stored(db, patient_id):
                counts[found.verdict] += 1
                if found.verdict == "differs":
                    click.echo(f"{patient_id} {found.id} differs")
    click.echo(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())) or "nothing was advised")
    if counts["differs"]:
        raise SystemExit(1)


def _read_vectors(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{file.name} is no JSON: {error}") from None


def _refuse_demo_in_production() -> None:
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    if settings.mode is Mode.PRODUCTION:
        raise click.UsageError("demo people have a known password; they are for development only")


def _say_where(base: str, people: list[Account]) -> None:
    click.echo(f"\nTrochlea serves on {base}\n")
    click.echo(f"  console           {base}/console   (for therapists, in a browser)")
    click.echo(f"  docs page         {base}/docs")
    click.echo(f"  OpenAPI document  {base}/openapi.json")
    click.echo(f"  health            {base}/health/ready\n")
    for person in people:
        click.echo(f"  demo {person.role.value:<12} {person.email:<28} password: {DEMO_PASSWORD}")
    click.echo("\nStop with Ctrl-C.\n")
