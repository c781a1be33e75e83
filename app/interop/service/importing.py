"""Work on what was sent: read it without holding anything, and write down a handful of things at a time.

A handful is one transaction, with the runs, the report and how far it is; so whoever goes on after a kill begins behind
the last whole handful, and a run that is there already is the same one, for its id follows from the file.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import IO, Any, cast

import structlog
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.db.outbox import Step
from app.interop.exports.found import Contents, Found, Progress
from app.interop.exports.opening import open_export
from app.interop.exports.refusals import ExportInterrupted, ExportRefused
from app.interop.repository import imports as repository
from app.interop.repository.imports import Import, Item
from app.interop.service.originals import PIECE_BYTES, Looking, Original, OriginalGone
from app.interop.service.runs import NotARun, SportUnknown, take_run
from app.interop.zones import zone_of
from app.kernel.clock import now
from app.kernel.errors import Conflict, Invalid
from app.logbook.domain import Entry
from app.logbook.service import IdInUse
from app.logbook.writing import Listener, Writing

LEASE = timedelta(minutes=3)
HANDFUL, HANDFUL_S, HANDFUL_BYTES = 20, 2.0, 8 * 1024 * 1024
"""A handful ends after so many things, so long, or so much that was read: whoever waits sees how far it is."""
MOST_TRIES = 5
NAME_LENGTH = 200


class _Taken(Exception):
    """The import was cancelled, deleted, or taken over: this work on it ends here."""


def work_imports(step: Step, look: Looking, listener: Listener) -> int:
    """Work on imports until none waits; return how many were worked on."""
    worked = 0
    while True:
        with step() as db:
            one = repository.take_import(db, now(), LEASE)
        if one is None:
            return worked
        worked += 1
        _work_on(one, step, look, listener)


def _work_on(one: Import, step: Step, look: Looking, listener: Listener) -> None:
    try:
        if one.tries > MOST_TRIES:
            raise ExportInterrupted
        original = Original(look, one.patient_id, one.id, one.size_bytes)
        with io.BufferedReader(original, PIECE_BYTES) as file:
            contents = open_export(cast("IO[bytes]", file), one.filename or "file", one.items_done)
            done = _take_all(one, contents, step, listener)
        _settle(one, step, state="done", items_total=done)
    except ExportRefused as refusal:
        _settle(one, step, state="refused", refused_as=refusal.code)
    except (_Taken, OriginalGone):
        return
    except Exception as error:
        # Left under its lease: it is tried again, MOST_TRIES times.
        structlog.get_logger().error("bug", error=type(error).__name__, where="interop.importing")


def _settle(one: Import, step: Step, **values: Any) -> None:
    with step() as db:
        repository.change_mine(db, one, next_try_at=None, lease_id=None, settled_at=now(), **values)


def _take_all(one: Import, contents: Contents, step: Step, listener: Listener) -> int:
    """Take what is found, handful by handful; return how many things there were."""
    known = {"kind": contents.kind, "items_total": contents.total, "bytes_total": contents.bytes_total}
    with step() as db:
        _go_on(db, one, **known)
    done = one.items_done
    for found, read in handfuls(contents.found):
        done += len(found)
        with step() as db:
            _take(db, one, found, listener, items_done=done, **_progress(found, read))
    return done


def _progress(found: list[Found], read: int | None) -> dict[str, int]:
    """Return what is noted of the way made; whoever makes some has not tried in vain."""
    return {**({} if read is None else {"bytes_read": read}), **({"tries": 1} if found else {})}


def _go_on(db: Session, one: Import, **values: Any) -> None:
    if not repository.change_mine(db, one, next_try_at=now() + LEASE, **values):
        raise _Taken


def handfuls(found: Iterator[Found | Progress]) -> Iterator[tuple[list[Found], int | None]]:
    """Yield things in handfuls, with how many bytes were read up to there; progress without a thing as well.

    What was found before the rest is refused is yielded before that.
    """
    waiting: list[Found] = []
    read: int | None = None
    noted, began_s = 0, time.monotonic()
    try:
        for one in found:
            if isinstance(one, Found):
                waiting.append(one)
            else:
                read = one.bytes_read
            is_much = (read or 0) - noted >= HANDFUL_BYTES
            if is_much or len(waiting) >= HANDFUL or time.monotonic() - began_s >= HANDFUL_S:
                yield waiting, read
                waiting, noted, began_s = [], read or 0, time.monotonic()
    except ExportRefused:
        yield waiting, read
        raise
    yield waiting, read


def _take(db: Session, one: Import, found: list[Found], listener: Listener, **progress: Any) -> None:
    """Log the runs of a handful and note what became of each; whoever listens is told once."""
    _go_on(db, one, **progress)
    own = accounts.account_of(db, one.patient_id).zone
    entries: list[Entry] = []
    writing = Writing(db, one.patient_id, own, one.device_id, now(), lambda _, new: entries.extend(new))
    repository.add_items(db, one, [_item(writing, one, each) for each in found])
    if entries:
        listener(replace(writing, listener=listener), entries)


def _item(writing: Writing, one: Import, found: Found) -> Item:
    name = found.name[:NAME_LENGTH].replace("\0", "").encode("utf-8", "replace").decode()
    if found.run_file is None:
        return Item(found.number, name, found.outcome or "refused", found.code, None, None)
    file = replace(found.run_file, sport="running") if found.is_run else found.run_file
    zone, zone_from = zone_of(file.started_at, file.first_position, told=one.zone, said=found.zone, own=writing.zone)
    try:
        stored, is_new = take_run(writing, file, zone, treat_as_run=one.treat_as_run)
    except (NotARun, SportUnknown) as other:
        return Item(found.number, name, "skipped", other.code, None, None)
    except IdInUse:
        return Item(found.number, name, "skipped", "deleted_before", None, None)
    except (Invalid, Conflict) as refusal:
        return Item(found.number, name, "refused", refusal.code, None, None)
    return Item(found.number, name, "imported" if is_new else "duplicate", None, stored.entry.id, zone_from)
