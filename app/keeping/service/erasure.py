"""Erase a person at once and for good, and see to it that no backup brings them back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.consent import service as consent
from app.db.engine import Database
from app.db.synced import lock_stream
from app.db.trail import Line, append
from app.keeping.domain import Check, pseudonym
from app.keeping.repository import erasing
from app.keeping.service.leaving import erase_therapist_again
from app.kernel.permissions import Role

LIST = "erasures"
"""The file beside the database (in the folder of settings) that says who was erased: a keyed hash and a time a line."""


def erase(db: Session, account_id: UUID, secret: str, at: datetime) -> None:
    """Delete a patient's account, sessions, and everything that is theirs, in this transaction.

    Whoever writes into their stream just now is waited for; whoever comes later finds nobody.
    """
    lock_stream(db, account_id)
    consent.remember_readers(db, account_id)
    erasing.erase_person(db, account_id)
    erasing.note_erasure(db, pseudonym(secret, account_id), at)


def after_erasure(database: Database, var_dir: Path) -> None:
    """Let nothing of what was deleted stay in the journal, and write the list outside of the database."""
    erasing.clear_rests(database.writer)
    keep_list(database, var_dir)


def keep_list(database: Database, var_dir: Path) -> None:
    """Add to the list in the file whoever is missing there: the database says who, and is asked each time."""
    with database.reading() as db:
        erased = erasing.find_erasures(db)
    file = var_dir / LIST
    var_dir.mkdir(parents=True, exist_ok=True)
    known = read_list(file) if file.exists() else {}
    missing = [f"{found.hex()} {at.isoformat()}\n" for found, at in erased if found not in known]
    if _is_cut_off(file):
        missing.insert(0, "\n")
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, "".join(missing).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_cut_off(file: Path) -> bool:
    """Does the file end in the middle of a line?"""
    content = file.read_bytes() if file.exists() else b""
    return content != b"" and not content.endswith(b"\n")


def read_list(file: Path) -> Mapping[bytes, datetime]:
    """Return who was erased, and when; a last line that was cut off by a crash is written again the next time."""
    lines = [line.split(" ") for line in file.read_text().splitlines()]
    return {bytes.fromhex(words[0]): datetime.fromisoformat(words[1]) for words in lines if _is_whole(words)}


def _is_whole(words: list[str]) -> bool:
    try:
        return len(words) == 2 and len(bytes.fromhex(words[0])) == 32 and datetime.fromisoformat(words[1]) is not None
    except ValueError:
        return False


def erase_again(db: Session, erased: Mapping[bytes, datetime], secret: str, at: datetime) -> Check:
    """Erase everybody on the list from a restored database, and return how many that were."""
    listed = dict(erasing.find_erasures(db)) | dict(erased)
    back = [found for found in erasing.account_ids(db) if pseudonym(secret, found) in listed]
    for account_id in back:
        if accounts.account_of(db, account_id).role is Role.PATIENT:
            consent.remember_readers(db, account_id)
            erasing.erase_person(db, account_id)
        else:
            erase_therapist_again(db, account_id, at)
        append(db, [Line(at=at, actor_id=account_id, device_id=None, action="erase_again", about_id=account_id)])
    for found, erased_at in listed.items():
        erasing.note_erasure(db, found, erased_at)
    left = [found for found in erasing.account_ids(db) if pseudonym(secret, found) in listed]
    return Check("erased", not left, f"{len(listed)} on the list, {len(back)} of them were in the backup and are gone")
