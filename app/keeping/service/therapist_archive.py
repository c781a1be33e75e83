"""A therapist's archive: all that their account holds and nothing of a patient's, to be read; nobody takes it in."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from typing import IO, Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.keeping.domain import FORMAT
from app.keeping.repository import archives, therapists
from app.keeping.service.archive import CLINICS, README, TABLES, TRAIL, add_file
from app.keeping.service.reading import MANIFEST
from app.kernel.permissions import Role
from app.review.service import authors

WRITTEN = "written.jsonl"
_TEXT = """This archive holds all that is kept about you as a therapist. Each file in tables/ has one record a line,
as JSON.

written.jsonl says when you signed a review or wrote a message. To whom and what is part of your patients' records, and
is given to them. trail.jsonl says what you did with your account and under which permission you used it, without whose
record it was about. clinics.jsonl names your clinics. Passwords, codes, tokens and keys are in no archive.
manifest.json says how many records each file has, and its SHA-256.

Dieses Archiv enthält alles, was über Sie als Behandelnde gespeichert ist. Jede Datei in tables/ enthält einen Eintrag
je Zeile, als JSON.

written.jsonl sagt, wann Sie eine Durchsicht unterschrieben oder eine Nachricht geschrieben haben. Wem und was, gehört
zur Akte Ihrer Patienten und wird diesen gegeben. trail.jsonl sagt, was Sie mit Ihrem Konto getan haben und mit welcher
Berechtigung, ohne zu sagen, um wessen Akte es ging. clinics.jsonl nennt Ihre Praxen. Passwörter, Codes, Tokens und
Schlüssel stehen in keinem Archiv. manifest.json nennt zu jeder Datei die Zahl der Einträge und ihre SHA-256-Prüfsumme.
"""


def export(db: Session, account_id: UUID, schema: str, at: datetime, out: IO[bytes]) -> None:
    """Write the archive of a therapist."""
    files: dict[str, Any] = {}
    clinic_ids: set[UUID] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in therapists.told_tables():
            rows = list(therapists.rows_of(db, table, account_id))
            clinic_ids.update(row["clinic_id"] for row in rows if row.get("clinic_id") is not None)
            add_file(archive, files, f"{TABLES}/{table.name}.jsonl", rows)
        written = ({"kind": kind, "at": when.astimezone(UTC)} for kind, when in authors.when_written(db, account_id))
        add_file(archive, files, WRITTEN, written)
        add_file(archive, files, TRAIL, therapists.acts_of(db, account_id))
        add_file(archive, files, CLINICS, archives.clinics_named(db, clinic_ids))
        archive.writestr(README, _TEXT)
        manifest = {"format": FORMAT, "schema": schema, "made_at": at, "account_id": account_id, "files": files}
        archive.writestr(MANIFEST, orjson.dumps({**manifest, "role": Role.THERAPIST}, option=orjson.OPT_INDENT_2))
