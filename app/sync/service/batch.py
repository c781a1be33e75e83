"""A push as it is worked through: all it can ask for, read in a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.db.synced import Collection, Write
from app.logbook import service as logbook
from app.logbook.domain import Entry
from app.logbook.writing import Writing
from app.sync import repository
from app.sync.domain import Done, Version
from app.sync.operations import Operation, Records, Sent
from app.sync.repository import Stream

RecordKey = tuple[str, UUID]


@dataclass(slots=True)
class Batch:
    """A push as it is worked through: what is stored by now, and what is to be written at its end."""

    writing: Writing
    records: Records
    head: int
    schema_version: int
    base_cursor: int | None
    done: dict[UUID, Done]
    newest: dict[RecordKey, Version]
    versions: dict[UUID, Version]
    by_seq: dict[int, Version]
    then: dict[RecordKey, Version]
    counts: dict[str, dict[date, int]]
    writes: list[tuple[Collection, Write]] = field(default_factory=list)
    parked: list[dict[str, Any]] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)


def load_batch(
    writing: Writing,
    stream: Stream,
    sent: Sequence[Sent],
    records: Records,
    schema_version: int,
    base_cursor: int | None,
) -> Batch:
    """Read all that the batch can ask for, in a constant number of statements."""
    db, patient_id = writing.db, writing.patient_id
    ops = [item.op for item in sent if item.op is not None]
    op_ids, ids = {item.op_id for item in sent}, {op.id for op in ops}
    names = {op.collection.name for op in ops}
    base_vers = {item.base_ver for item in sent if item.base_ver is not None}
    known = repository.find_known(db, patient_id, op_ids, names, ids)
    newest = known.newest
    parked = repository.find_parked(db, patient_id, op_ids | base_vers) if known.is_any_parked else {}
    done = {op_id: before for op_id, before in parked.items() if op_id in op_ids} | known.done
    stand_ins = {op_id: before.base for op_id, before in parked.items() if before.base is not None}
    seqs = {op.base.seq for op in ops if op.base.seq is not None}
    vers = base_vers | set(stand_ins.values()) | {before.ver for before in done.values() if before.ver is not None}
    found = repository.find_versions(db, patient_id, vers, seqs, names, ids, base_cursor)
    versions = {version.ver: version for version in [*newest, *found]}
    versions |= {op_id: versions[ver] for op_id, ver in stand_ins.items() if ver in versions}
    return Batch(
        writing=writing,
        records=records,
        head=stream.head,
        schema_version=schema_version,
        base_cursor=base_cursor,
        done=done,
        newest={(version.collection, version.id): version for version in newest},
        versions=versions,
        by_seq={version.seq: version for version in [*newest, *found]},
        then=_held_then(found, base_cursor),
        counts=_counts(writing, ops),
    )


def _counts(writing: Writing, ops: Iterable[Operation]) -> dict[str, dict[date, int]]:
    """Return how many entries of each kind there are on the days that the batch may add to."""
    told = {str(op.data.get("performed_at"))[:10] for op in ops}
    days = {day for first_letters in told for day in _days_near(first_letters)}
    kinds = {op.collection.name: op.collection.kind for op in ops if op.collection.kind is not None}
    return logbook.count_by_day(writing.db, writing.patient_id, list(kinds.values()), days)


def _days_near(told: str) -> Iterable[date]:
    """Return the days that a time can fall on, whatever its zone; none for what is no time."""
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return ()
    return (day + timedelta(days=shift) for shift in (-1, 0, 1) if date.min < day < date.max)


def _held_then(found: Iterable[Version], base_cursor: int | None) -> dict[RecordKey, Version]:
    """Return of each record the newest version up to the cursor."""
    if base_cursor is None:
        return {}
    held = sorted((version for version in found if version.seq <= base_cursor), key=lambda version: version.seq)
    return {(version.collection, version.id): version for version in held}


def base_of(batch: Batch, op: Operation, stored: Version | None) -> Version | None:
    """Return the version that an edit began from, or None where it is unknown or was none."""
    if op.base.ver is not None:
        base = batch.versions.get(op.base.ver)
    elif op.base.seq is not None:
        base = batch.by_seq.get(op.base.seq) or (stored if stored and stored.seq == op.base.seq else None)
    else:
        base = _as_of_cursor(batch, op, stored)
    return base if base is None or (base.collection, base.id) == (op.collection.name, op.id) else None


def _as_of_cursor(batch: Batch, op: Operation, stored: Version | None) -> Version | None:
    """Return what a client that knows only its cursor held of the record, or what it wrote earlier in the batch."""
    if batch.base_cursor is None or stored is None:
        return None
    if stored.seq <= batch.base_cursor or stored.seq > batch.head:
        return stored
    return batch.then.get((op.collection.name, op.id))
