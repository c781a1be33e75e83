"""A person's archive: all that is kept about them in one zip, which an empty installation can take in again."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.db.synced import lock_stream
from app.keeping.domain import FORMAT, NotImported
from app.keeping.repository import archives
from app.keeping.repository.belongings import told_tables
from app.keeping.service.reading import MANIFEST, Archive, opened
from app.kernel.clock import now
from app.kernel.permissions import Role
from app.sync.service import streams

README = "README.txt"
TABLES, TRAIL, PEOPLE, CLINICS = "tables", "trail.jsonl", "people.jsonl", "clinics.jsonl"
_TEXT = """This archive holds all that is kept about you. Each file in tables/ has one record a line, as JSON.

people.jsonl and clinics.jsonl say who is meant where a record names somebody by id. trail.jsonl says what you did with
your account, and who used what of yours. Passwords, codes and tokens are in no archive. manifest.json says how many
records each file has, and its SHA-256. An empty installation takes all of this in: flask --app wsgi import-archive.

Dieses Archiv enthält alles, was über Sie gespeichert ist. Jede Datei in tables/ enthält einen Eintrag je Zeile, als
JSON. people.jsonl und clinics.jsonl sagen, wer gemeint ist, wo ein Eintrag jemanden mit seiner Kennung nennt.
trail.jsonl sagt, was Sie mit Ihrem Konto getan haben und wer was von Ihnen benutzt hat. Passwörter, Codes und Tokens
stehen in keinem Archiv. manifest.json nennt zu jeder Datei die Zahl der Einträge und ihre SHA-256-Prüfsumme.
"""

Row = dict[str, Any]


def export(db: Session, account_id: UUID, schema: str, at: datetime, out: IO[bytes]) -> None:
    """Write the archive of a patient, as one moment had it; nobody writes into their stream meanwhile."""
    lock_stream(db, account_id)
    files: dict[str, Mapping[str, Any]] = {}
    named: set[UUID] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in told_tables():
            ids = archives.id_columns(table)
            rows = _noting(archives.rows_of(db, table, account_id), ids, named)
            add_file(archive, files, f"{TABLES}/{table.name}.jsonl", rows)
        add_file(archive, files, TRAIL, _noting(archives.trail_about(db, account_id), ["actor_id", "about_id"], named))
        add_file(archive, files, PEOPLE, archives.people_named(db, named - {account_id}))
        add_file(archive, files, CLINICS, archives.clinics_named(db, named))
        archive.writestr(README, _TEXT)
        manifest = {"format": FORMAT, "schema": schema, "made_at": at, "account_id": account_id, "files": files}
        archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))


def _noting(rows: Iterable[Row], columns: Iterable[str], named: set[UUID]) -> Iterator[Row]:
    """Yield the rows, and note every id that they hold."""
    told = list(columns)
    for row in rows:
        named.update(row[name] for name in told if row.get(name) is not None)
        yield row


def add_file(archive: zipfile.ZipFile, files: dict[str, Mapping[str, Any]], name: str, rows: Iterable[Row]) -> None:
    """Write records as a file of JSON lines, and note how many there are and their SHA-256."""
    counted, digest = 0, hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as file:
        for row in rows:
            line = orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
            digest.update(line)
            file.write(line)
            counted += 1
    files[name] = {"records": counted, "sha256": digest.hexdigest()}


def import_archive(db: Session, file: Path, schema: str) -> tuple[UUID, list[str]]:
    """Put an archive into an installation that has no people yet; raise NotImported.

    Return whose it is, and what was left out: a favourite of an exercise that this library does not have. Whoever
    it names cannot log in and sees nothing. The person has no password and every device of theirs reads anew.
    """
    if archives.has_accounts(db):
        raise NotImported("there are people here already; an archive goes into an empty installation")
    names = {name: f"{TABLES}/{name}.jsonl" for name in archives.importable()}
    with opened(file) as packed:
        archive = Archive(packed, schema)
        if archive.manifest.get("role", Role.PATIENT) != Role.PATIENT:
            raise NotImported("a therapist's archive is there to be read; nobody is made of it")
        for name in (PEOPLE, CLINICS, *names.values()):
            archive.check(name)
        try:
            account_id = UUID(archive.manifest["account_id"])
            left_out = _take_in(db, archive, names)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise NotImported("a record is not what this program writes") from None
    streams.begin_epoch(db, account_id)
    return account_id, left_out


def _take_in(db: Session, archive: Archive, names: Mapping[str, str]) -> list[str]:
    """Put in what was checked, a handful of records after the other; return what was left out."""
    at = now()
    left_out: list[str] = []
    for rows in archive.handfuls(PEOPLE):
        archives.put_people(db, rows, at)
    for rows in archive.handfuls(CLINICS):
        archives.put_rows(db, archives.CLINICS, rows)
    for table, name in names.items():
        for rows in archive.handfuls(name):
            if table == archives.LOG:
                archives.put_looks(db, rows)
                continue
            known, unknown = _known(db, rows) if table == "favourites" else (rows, [])
            archives.put_rows(db, table, known)
            left_out += unknown
    return left_out


def _known(db: Session, rows: list[Row]) -> tuple[list[Row], list[str]]:
    there = archives.is_there(db, [row["slug"] for row in rows])
    return [row for row in rows if row["slug"] in there], [row["slug"] for row in rows if row["slug"] not in there]
