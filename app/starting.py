"""What keeps the product from starting in production: fourteen conditions, each with what to do about it.

Source: SECURITY 4.10. Routes without a permission (12) and settings that are missing (1, 6) are refused before that,
where they are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app.accounts import service as accounts
from app.accounts.password_policy import is_guessable
from app.consent import service as consent
from app.db.engine import Database
from app.db.safety import OTHERS, Found, is_open_to_others, lacks_password, look_at
from app.keeping.service.trail import verify_new
from app.kernel.clock import now
from app.settings import Settings

LEAST_SECRET_BYTES = 32
LEAST_DIFFERENT = 10
"""So many different characters a secret that was drawn by chance always has."""
MOST_OFF_S = 30.0
_STRANGER = "https://stranger.example"

BANNER = """
****************************************************************************
*  NOT SAFE FOR PEOPLE'S DATA. Started with --allow-insecure: whoever       *
*  reaches this machine may read or change what is stored. Loopback only.   *
****************************************************************************
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One condition that does not hold: its number in SECURITY 4.10, and the sentence that says what to do."""

    number: int
    sentence: str


def refusals(app: Flask, sample_people: tuple[str, ...]) -> list[Refusal]:
    """Return what keeps an application from starting in production; `sample_people` are addresses of demo people."""
    settings: Settings = app.config["TROCHLEA_SETTINGS"]
    database: Database = app.extensions["trochlea.database"]
    of_settings = [*_of_settings(app, settings), *_of_files(settings)]
    found = look_at(database, consent.APPEND_ONLY)
    if found is None:
        told = "The database does not answer: check TROCHLEA_DATABASE_URL and that the server runs."
        return sorted([*of_settings, Refusal(5, told)], key=lambda one: one.number)
    of_database = [*_of_database(app, found), *_of_people(database, found, sample_people)]
    if found.revision == app.config["TROCHLEA_SCHEMA"]:
        of_database.extend(_of_trail(settings, database))
    return sorted([*of_settings, *of_database], key=lambda one: one.number)


def _of_settings(app: Flask, settings: Settings) -> Iterator[Refusal]:
    secret = settings.secret_key
    if len(secret.encode()) < LEAST_SECRET_BYTES or len(set(secret)) < LEAST_DIFFERENT or is_guessable(secret):
        yield Refusal(1, "TROCHLEA_SECRET_KEY can be guessed: set it to what `openssl rand -hex 32` prints.")
    if app.debug or app.testing:
        yield Refusal(2, "Debug or testing mode is on: unset FLASK_DEBUG, and start without --debug.")
    for name, url in [("TROCHLEA_DATABASE_URL", settings.database_url), ("TROCHLEA_REPLICA_URL", settings.replica_url)]:
        if url is not None and lacks_password(url):
            yield Refusal(3, f"{name} has no password: give the role one, and put it into the URL.")
    if _lets_any_page_read(app):
        yield Refusal(7, "Any web page may read the answers (Access-Control-Allow-Origin): take that header out.")
    if not settings.external_url.startswith("https://"):
        yield Refusal(8, "TROCHLEA_EXTERNAL_URL is not https: put a TLS proxy in front, and set its address.")
    if not settings.rate_limits:
        yield Refusal(9, "Tries are not counted: unset TROCHLEA_RATE_LIMITS; they are counted in the database.")


def _of_files(settings: Settings) -> Iterator[Refusal]:
    if is_open_to_others(settings.database_url):
        yield Refusal(3, "Others on this machine may read the SQLite file: chmod 600 it, and its -wal and -shm.")
    for file in sorted(_secret_files(settings)):
        if file.stat().st_mode & OTHERS:
            yield Refusal(14, f"Others on this machine may read {file.name}: chmod 600 it, and rotate the key.")


def _secret_files(settings: Settings) -> list[Path]:
    single = [settings.var_dir / "secret", settings.push_key_file]
    return [file for file in [*single, *settings.keys_dir.glob("*.pem")] if file.exists()]


def _of_database(app: Flask, found: Found) -> Iterator[Refusal]:
    if found.not_durable:
        names = ", ".join(found.not_durable)
        yield Refusal(4, f"What was answered could be lost in a power cut: turn {names} on in the database.")
    if found.revision != app.config["TROCHLEA_SCHEMA"]:
        yield Refusal(5, "The database is not at this program's schema: flask --app wsgi migrate")
    off_s = abs((found.time - now()).total_seconds())
    if off_s > MOST_OFF_S:
        yield Refusal(13, f"This machine's clock is {off_s:.0f} s off from the database's: set both by NTP.")


def _of_people(database: Database, found: Found, sample_people: tuple[str, ...]) -> Iterator[Refusal]:
    if found.revision is None:
        return
    for table in found.unguarded:
        yield Refusal(10, f"Rows of {table} can be changed or deleted: bring its triggers back (migrate down and up).")
    with database.reading() as db:
        samples = accounts.which_have_accounts(db, sample_people)
    if samples:
        yield Refusal(11, "Demo people have accounts here, with a password that everybody knows: use a fresh database.")


def _of_trail(settings: Settings, database: Database) -> Iterator[Refusal]:
    """Look over what was added since `audit verify` last held; without that in the last days, every line."""
    check = verify_new(database.writer.url.render_as_string(hide_password=False), settings.var_dir)
    if not check.holds:
        told = f"The trail of who saw what is not as it was written ({check.found})"
        yield Refusal(10, f"{told}: keep a copy, find out who changed it, and restore a backup.")


def _lets_any_page_read(app: Flask) -> bool:
    """Would a page of somebody else's be allowed to read an answer?"""
    answer = app.test_client().get("/health/live", headers={"Origin": _STRANGER})
    return answer.headers.get("Access-Control-Allow-Origin") in ("*", _STRANGER)
