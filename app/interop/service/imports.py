"""Take in a file of many runs: kept as it was sent, put among what waits, cancelled, deleted; never twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO
from uuid import UUID

from sqlalchemy.orm import Session

from app.db.synced import lock_stream
from app.interop.repository import imports as repository
from app.interop.repository.imports import OPEN, Import, Item
from app.interop.service.originals import digest_of, keep
from app.interop.service.runs import Imported
from app.kernel.errors import Conflict, NotVisible
from app.kernel.ids import new_id

MOST_BYTES = 128 * 1024**2
MOST_KEPT_BYTES = 384 * 1024**2
MOST_OPEN = 3
LONGEST_NAME = 200


class ImportTooLarge(Conflict):
    """More bytes than are taken at once."""

    code = "import_too_large"
    title = "The file is larger than 128 MB; send less at a time"


class OriginalsFull(Conflict):
    """The person's files together would be more than is kept."""

    code = "originals_full"
    title = "Your imported files take 384 MB; delete an import before you send more"


class TooManyImports(Conflict):
    """Enough is being worked on for this person."""

    code = "too_many_imports"
    title = "Three imports are not through yet; wait for one or cancel it"


class ImportOver(Conflict):
    """There is nothing left to cancel."""

    code = "import_over"
    title = "The import is over already"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, and what its sender says of it."""

    file: IO[bytes]
    filename: str | None
    zone: str | None
    treat_as_run: bool


def order_import(db: Session, patient_id: UUID, device_id: UUID, upload: Upload, at: datetime) -> tuple[Import, bool]:
    """Keep a file and let it wait for its turn; the same one again is the import that is there, with False.

    One that was cancelled goes on. Raises ImportTooLarge, OriginalsFull or TooManyImports.
    """
    sha256, size = digest_of(upload.file)
    if size > MOST_BYTES:
        raise ImportTooLarge
    lock_stream(db, patient_id)
    found = repository.find_alike(db, patient_id, sha256, upload.zone, treat_as_run=upload.treat_as_run)
    if found is not None and found.state != "cancelled":
        return found, False
    if repository.count_open(db, patient_id) >= MOST_OPEN:
        raise TooManyImports
    if found is not None:
        return _go_on(db, found, at), False
    if repository.kept_bytes(db, patient_id) + size > MOST_KEPT_BYTES:
        raise OriginalsFull
    one = _made(patient_id, device_id, upload, sha256, size, at)
    repository.add_import(db, one)
    keep(db, patient_id, one.id, upload.file)
    return one, True


def keep_single(
    db: Session, patient_id: UUID, device_id: UUID, upload: Upload, imported: Imported, zone_from: str, at: datetime
) -> Import | None:
    """Keep the file of one run that was imported at once; None where no more of a person's files are kept."""
    sha256, size = digest_of(upload.file)
    lock_stream(db, patient_id)
    found = repository.find_alike(db, patient_id, sha256, upload.zone, treat_as_run=upload.treat_as_run)
    if found is not None:
        return found
    if repository.kept_bytes(db, patient_id) + size > MOST_KEPT_BYTES:
        return None
    over = {"state": "done", "kind": "file", "items_done": 1, "items_total": 1, "next_try_at": None, "settled_at": at}
    made = _made(patient_id, device_id, upload, sha256, size, at)
    one = replace(made, bytes_read=size, bytes_total=size, **over)  # type: ignore[arg-type]
    repository.add_import(db, one)
    keep(db, patient_id, one.id, upload.file)
    outcome = "imported" if imported.is_new else "duplicate"
    item = Item(0, (upload.filename or "file")[:LONGEST_NAME], outcome, None, imported.run.entry.id, zone_from)
    repository.add_items(db, one, [item])
    return one


def read_import(db: Session, patient_id: UUID, import_id: UUID) -> Import:
    """Return an import; raise NotVisible."""
    found = repository.find_import(db, patient_id, import_id)
    if found is None:
        raise NotVisible
    return found


def list_imports(db: Session, patient_id: UUID, after: UUID | None, limit: int) -> list[Import]:
    """Return the imports of a patient, the latest first."""
    return repository.list_imports(db, patient_id, after, limit)


def list_items(
    db: Session, patient_id: UUID, import_id: UUID, outcome: str | None, after: int | None, limit: int
) -> list[Item]:
    """Return what became of things in a file, in its order."""
    return repository.list_items(db, patient_id, import_id, outcome, after, limit)


def count_outcomes(db: Session, patient_id: UUID, imports: Sequence[Import]) -> Mapping[UUID, Mapping[str, int]]:
    """Return for each import how often each outcome came about."""
    return repository.count_outcomes(db, patient_id, [one.id for one in imports])


def cancel_import(db: Session, patient_id: UUID, import_id: UUID, at: datetime) -> Import:
    """Let nobody work on an import any more; runs that are in stay. Raises NotVisible or ImportOver."""
    found = repository.find_import(db, patient_id, import_id, to_change=True)
    if found is None:
        raise NotVisible
    if found.state == "cancelled":
        return found
    if found.state not in OPEN:
        raise ImportOver
    repository.change_import(
        db, patient_id, import_id, state="cancelled", next_try_at=None, lease_id=None, settled_at=at
    )
    return read_import(db, patient_id, import_id)


def delete_import(db: Session, patient_id: UUID, import_id: UUID) -> None:
    """Delete an import with its file and report; its runs stay. Raises NotVisible."""
    if repository.find_import(db, patient_id, import_id, to_change=True) is None:
        raise NotVisible
    repository.delete_import(db, patient_id, import_id)


def _go_on(db: Session, found: Import, at: datetime) -> Import:
    again = {"state": "waiting", "next_try_at": at, "settled_at": None, "tries": 0}
    repository.change_import(db, found.patient_id, found.id, **again)
    return read_import(db, found.patient_id, found.id)


def _made(patient_id: UUID, device_id: UUID, upload: Upload, sha256: str, size: int, at: datetime) -> Import:
    return Import(
        patient_id=patient_id,
        id=new_id(),
        device_id=device_id,
        filename=(upload.filename or "")[:LONGEST_NAME] or None,
        sha256=sha256,
        size_bytes=size,
        zone=upload.zone,
        treat_as_run=upload.treat_as_run,
        made_at=at,
        state="waiting",
        next_try_at=at,
    )
