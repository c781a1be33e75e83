"""The commands of `flask --app wsgi`: serve, worker, migrate, seed, keys, accounts, guidance, and of `keeping`."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from app.accounts import service as accounts_service
from app.accounts.domain import Account
from app.accounts.password_policy import PasswordRefused, check_new_password, own_words_of
from app.accounts.service import second_factor
from app.accounts.service.resets import make_reset
from app.cli.keeping import COMMANDS as KEEPING
from app.db.trail import Line, append
from app.guidance.domain.conformance import run_vectors
from app.guidance.service.recall import advised_patients, recall_stored
from app.interop.importer import work_on_imports
from app.kernel.clock import is_zone, now
from app.kernel.ids import new_id
from app.kernel.permissions import Role
from app.settings import Mode, Settings, SettingsIncomplete, environment_of_a_server
from app.starting import BANNER, refusals
from app.web.auth import LEEWAY_S
from app.web.keyring import NoSuchKey, TooEarly, create_key, revoke, rotate, standings
from app.web.transaction import database
from migrations import head, migrate
from seeds.demo.personas import DEMO_PASSWORD, THERAPIST_EMAIL, load_demo
from seeds.demo.stories import PATIENTS
from seeds.load import load_all

UNSAFE = 3
"""The exit status of a start that would not be safe."""
_ALLOW_INSECURE = click.option("--allow-insecure", is_flag=True, help="Start in spite of that, on loopback only.")

keys = AppGroup("keys", help="Signing keys of access tokens.")
accounts = AppGroup("accounts", help="Accounts that are made on the server.")
guidance = AppGroup("guidance", help="The rule engine.")


def register_commands(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
    for command in (migrate_database, seed, serve, check, worker, keys, accounts, guidance, *KEEPING):
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
@_ALLOW_INSECURE
@with_appcontext
def serve(port: int, workers: int, threads: int, allow_insecure: bool) -> None:
    """Serve on 127.0.0.1; outside production also migrate and seed, in development with demo people."""
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    people: list[Account] = []
    if settings.mode is Mode.PRODUCTION:
        refuse_unsafe_start(current_app, allow_insecure=allow_insecure)
    else:
        migrate(database().writer)
        with database().writing.begin() as db:
            load_all(db)
        people = load_demo(database()) if settings.mode is Mode.DEVELOPMENT else []
    database().dispose()
    _say_where(f"http://127.0.0.1:{port}", people)
    options = [f"--bind=127.0.0.1:{port}", f"--workers={workers}", f"--threads={threads}"]
    options += ["--config=python:app.serving", "--log-level=warning", "--graceful-timeout=10"]
    command = [sys.executable, "-m", "gunicorn", *options, "wsgi:app"]
    environment = environment_of_a_server(TROCHLEA_ALLOW_INSECURE="1" if allow_insecure else "0")
    os.execve(sys.executable, command, environment)  # noqa: S606 - the server takes this process's place


@click.command("check")
@_ALLOW_INSECURE
@with_appcontext
def check(allow_insecure: bool) -> None:
    """Say what keeps the product from starting in production; exit 3 where something does."""
    refuse_unsafe_start(current_app, allow_insecure=allow_insecure)


def refuse_unsafe_start(app: Flask, *, allow_insecure: bool = False) -> None:
    """End this process with a sentence for each condition of production that does not hold.

    Outside production nothing is asked. `allow_insecure` is for a server that only this machine reaches.
    """
    settings: Settings = app.config["TROCHLEA_SETTINGS"]
    if settings.mode is not Mode.PRODUCTION:
        return
    found = refusals(app, (THERAPIST_EMAIL, *(one.email for one in PATIENTS)))
    for refusal in found:
        click.echo(f"  {refusal.number:>2}. {refusal.sentence}", err=True)
    if found and allow_insecure:
        click.echo(BANNER, err=True)
    elif found:
        click.echo("Trochlea does not start in production before this is mended.", err=True)
        raise SystemExit(UNSAFE)


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, and stop.")
def worker(once: bool) -> None:
    """Send reminders and notices, and work on imports: at once, and then each minute."""
    from app.outreach.worker import run_worker, work  # no web worker needs the queue's library

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.config["TROCHLEA_SETTINGS"]
    try:
        if once:
            click.echo(f"{work(settings)} sent")
            work_on_imports(app)
        else:
            run_worker(settings, app.app_context, partial(work_on_imports, app))
    except SettingsIncomplete as error:
        raise click.ClickException(str(error)) from None


@keys.command("create")
def create_signing_key() -> None:
    """Make a signing key: the first one signs at once, another one is published as the next."""
    click.echo(create_key(_keys_dir()))


@keys.command("list")
def list_keys() -> None:
    """Say what each key is for, and since when."""
    for kid, one in standings(_keys_dir()).items():
        click.echo(f"{kid}  {one.state:<11}  {one.since.isoformat(timespec='seconds')}")


@keys.command("rotate")
def rotate_keys() -> None:
    """Let the next key sign and publish another; running workers notice by themselves."""
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    try:
        rotate(settings.keys_dir, timedelta(seconds=settings.access_token_s + LEEWAY_S), now())
    except TooEarly as early:
        raise click.UsageError(f"a key is published 24 hours before it signs; {early}") from None


@keys.command("revoke")
@click.argument("kid")
def revoke_key(kid: str) -> None:
    """Let no token of a key that was seen by others be good, and end every access token of today."""
    try:
        revoke(_keys_dir(), kid, now())
    except NoSuchKey:
        raise click.UsageError("there is no living key of this id; see keys list") from None
    with database().writing.begin() as db:
        accounts_service.end_access_tokens(db)
    click.echo("revoked; devices get their next access token with their refresh token")


def _keys_dir() -> Path:
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    return settings.keys_dir


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
        append(
            db,
            [Line(at=now(), actor_id=account.id, device_id=None, action="forget_second_factor", about_id=account.id)],
        )
    click.echo(f"second factor of {account.id} is off, and all sessions are ended")


@accounts.command("create-admin")
@click.option("--email", prompt=True)
@click.option("--name", prompt=True)
@click.option("--zone", prompt=True, default="UTC")
@click.password_option()
def create_admin(email: str, name: str, zone: str, password: str) -> None:
    """Make an admin account."""
    if not is_zone(zone):
        raise click.UsageError("the zone needs an IANA name, like Europe/Berlin")
    account = Account(
        id=new_id(),
        role=Role.ADMIN,
        email=email.lower(),
        display_name=name,
        zone=zone,
        professional_role=None,
        created_at=now(),
    )
    try:
        check_new_password(password, own_words_of(account))
    except PasswordRefused as refused:
        raise click.UsageError(refused.faults[0].detail) from None
    with database().writing.begin() as db:
        accounts_service.register(db, account, password)
        made = Line(at=now(), actor_id=account.id, device_id=None, action="create_admin", about_id=account.id)
        append(db, [made])
    click.echo(f"admin {account.id}")


@accounts.command("reset")
@click.option("--email", prompt=True)
def reset_password(email: str) -> None:
    """Print a token that sets a new password, once, within half an hour; hand it to nobody but the person."""
    with database().writing.begin() as db:
        account = accounts_service.account_with(db, email.lower())
        if account is None:
            raise click.UsageError("nobody has this address")
        token = make_reset(db, account.id, now())
    click.echo(f"POST /v1/auth/reset/completion with this token and the new password: {token}")


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
