"""Push: decide on each operation of a batch under the stream's lock, store what wins, park the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.db.synced import Collection, Write, store_all
from app.guidance.service import reconsider
from app.guidance.values import GivenAdvice
from app.kernel.clock import day_in_zone
from app.kernel.errors import Conflict
from app.logbook import service as logbook
from app.logbook.domain import MOST_A_DAY, MOST_IN_ALL, Entry, flags_of
from app.logbook.writing import Writing
from app.sync import repository
from app.sync.domain import Action, Outcome, Status, Version, decide_delete, decide_edit
from app.sync.operations import Operation, OperationRefused, Records, Sent, refuse
from app.sync.repository import Done, Stream

RecordKey = tuple[str, UUID]


class ResyncRequired(Conflict):
    """The stream began anew: pull without a cursor, keep the outbox, push again."""

    code = "resync_required"
    title = "The stream began anew: pull without a cursor, keep what waits, push again"


@dataclass(frozen=True, slots=True)
class Result:
    """What the client is told of one operation."""

    op_id: Any
    status: Status
    seq: int | None = None
    ver: UUID | None = None
    record: Version | None = None
    fields: tuple[str, ...] = ()
    problem: Mapping[str, Any] | None = None
    duplicate: bool = False
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the client is told of the batch."""

    stream: Stream
    results: list[Result]
    advice: GivenAdvice | None


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
    days: set[date]
    counts: dict[str, dict[date, int]] = field(default_factory=dict)
    writes: list[tuple[Collection, Write]] = field(default_factory=list)
    parked: list[dict[str, Any]] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)


def push(
    writing: Writing,
    epoch: UUID,
    sent: Sequence[Sent],
    records: Records,
    *,
    schema_version: int,
    base_cursor: int | None,
) -> Pushed:
    """Deal with every operation of a batch, in order, in one transaction; raise ResyncRequired.

    A refused or losing operation is parked whole and disturbs no other. Takes a constant number of
    statements, whatever the batch and the history. Advice is made once, if the batch could have changed it.
    """
    db = writing.db
    stream = repository.find_stream(db, writing.patient_id, lock=True)
    if stream.epoch != epoch:
        raise ResyncRequired(extra={"reason": "epoch", "epoch": str(stream.epoch)})
    batch = _load(writing, stream, sent, records, schema_version, base_cursor)
    results = [_deal_with(batch, item) for item in sent]
    store_all(db, writing.patient_id, batch.writes, device_id=writing.device_id, at=writing.at)
    repository.park(db, batch.parked)
    advice = reconsider(writing, batch.changed) if batch.changed else None
    return Pushed(repository.find_stream(db, writing.patient_id), results, advice)


def _load(
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
    base_vers = {op.base.ver for op in ops if op.base.ver is not None}
    parked = repository.find_parked(db, patient_id, op_ids | base_vers)
    done = {op_id: known for op_id, known in parked.items() if op_id in op_ids}
    done |= repository.find_applied(db, patient_id, op_ids)
    newest = repository.find_newest(db, patient_id, ids)
    # An operation that changed nothing is as good a base as the version it found.
    stand_ins = {op_id: known.ver for op_id, known in parked.items() if known.ver is not None}
    seqs = {op.base.seq for op in ops if op.base.seq is not None}
    found = repository.find_versions(db, patient_id, base_vers | set(stand_ins.values()), seqs, ids, base_cursor)
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
        days={day for op in ops for day in _days_near(op.data.get("performed_at"))},
    )


def _days_near(performed_at: Any) -> Iterable[date]:
    """Return the days that a time can fall on, whatever its zone; none for what is no time."""
    try:
        day = date.fromisoformat(performed_at[:10])
    except (TypeError, ValueError):
        return ()
    return (day + timedelta(days=shift) for shift in (-1, 0, 1))


def _held_then(found: Iterable[Version], base_cursor: int | None) -> dict[RecordKey, Version]:
    """Return of each record the newest version up to the cursor."""
    if base_cursor is None:
        return {}
    held = sorted((version for version in found if version.seq <= base_cursor), key=lambda version: version.seq)
    return {(version.collection, version.id): version for version in held}


def _deal_with(batch: Batch, item: Sent) -> Result:
    known = batch.done.get(item.op_id)
    if known is not None:
        return _again(batch, item, known)
    if isinstance(item.said, OperationRefused):
        return _refused(batch, item, item.said)
    try:
        return _decide(batch, item, item.said)
    except OperationRefused as refused:
        return _refused(batch, item, refused)


def _decide(batch: Batch, item: Sent, op: Operation) -> Result:
    stored = batch.newest.get((op.collection.name, op.id))
    base = _base_of(batch, op, stored)
    if op.action is Action.DELETE:
        outcome = decide_delete(stored, base)
    else:
        if op.action is Action.PATCH and stored is None:
            raise refuse("no_such_record", "There is no record to patch", {"pointer": "/id", "code": "unknown"})
        outcome = decide_edit(stored, base, batch.records.wanted(op, batch.schema_version))
    if outcome.is_stored:
        return _store(batch, item, op, stored, outcome)
    return _without_effect(batch, item, stored, outcome)


def _base_of(batch: Batch, op: Operation, stored: Version | None) -> Version | None:
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


def _store(batch: Batch, item: Sent, op: Operation, stored: Version | None, outcome: Outcome) -> Result:
    before = _entry_before(batch, op, stored)
    entry = before if outcome.data is None else batch.records.entry(op.collection, op.id, outcome.data)
    assert entry is not None  # a tombstone is made of something
    if before is None:
        _take_room(batch, op, entry)
    version = _next_version(batch, op, None if outcome.data is None else batch.records.wire(op.collection, entry))
    batch.writes.append((op.collection.collection, _write(batch, item, op, entry, version, outcome)))
    batch.done[item.op_id] = Done(item.op_id, item.op_hash, outcome.status.value, version=version)
    batch.changed += [entry] if before is None else [before, entry]
    differs = outcome.status is Status.MERGED or (version.data is not None and version.data != op.data)
    return Result(str(op.op_id), outcome.status, version.seq, version.ver, version if differs else None)


def _next_version(batch: Batch, op: Operation, data: Mapping[str, Any] | None) -> Version:
    seq = batch.head + len(batch.writes) + 1
    version = Version(op.collection.name, op.id, seq, op.op_id, data is None, data)
    batch.newest[version.collection, version.id] = version
    batch.versions[version.ver] = batch.by_seq[seq] = version
    return version


def _write(batch: Batch, item: Sent, op: Operation, entry: Entry, version: Version, outcome: Outcome) -> Write:
    kind = op.collection.kind
    assert kind is not None  # read_operation refuses what devices cannot write
    at = batch.writing.at
    return Write(
        op.id,
        kind.columns_of(entry),
        ver=version.ver,
        deleted_at=at if version.deleted else None,
        flags=flags_of(entry, at),
        status=outcome.status.value,
        op_hash=item.op_hash,
    )


def _take_room(batch: Batch, op: Operation, entry: Entry) -> None:
    """Refuse a new entry of a day that is full, or of a logbook that is."""
    kind = op.collection.kind
    assert kind is not None  # read_operation refuses what devices cannot write
    day = day_in_zone(entry.performed_at, entry.zone)
    if kind.name not in batch.counts:
        db, patient_id = batch.writing.db, batch.writing.patient_id
        batch.counts[kind.name] = logbook.count_by_day(db, patient_id, kind, batch.days)
    counts = batch.counts[kind.name]
    if counts.get(day, 0) >= MOST_A_DAY or batch.head >= MOST_IN_ALL:
        raise refuse("logbook_full", "There are too many entries for that day", {"pointer": "/data", "code": "full"})
    counts[day] = counts.get(day, 0) + 1


def _entry_before(batch: Batch, op: Operation, stored: Version | None) -> Entry | None:
    if stored is None or stored.data is None:
        return None
    return batch.records.entry(op.collection, op.id, stored.data)


def _without_effect(batch: Batch, item: Sent, stored: Version | None, outcome: Outcome) -> Result:
    problem = None
    if outcome.status is Status.CONFLICT:
        problem = refuse("conflict", "Somebody else changed the same", *_clashes(outcome.fields)).problem
    done = Done(
        item.op_id,
        item.op_hash,
        outcome.status.value,
        ver=stored.ver if stored is not None else None,
        fields=outcome.fields,
        problem=problem,
    )
    _park(batch, item, done)
    seq = stored.seq if stored is not None else None
    return Result(str(item.op_id), outcome.status, seq, done.ver, stored, outcome.fields, problem)


def _clashes(fields: Iterable[str]) -> list[dict[str, str]]:
    return [{"pointer": f"/data/{name}", "code": "changed_on_both_sides"} for name in fields]


def _refused(batch: Batch, item: Sent, refused: OperationRefused) -> Result:
    _park(batch, item, Done(item.op_id, item.op_hash, Status.REJECTED.value, problem=refused.problem))
    return Result(_told_id(item), Status.REJECTED, problem=refused.problem)


def _told_id(item: Sent) -> str | None:
    told = item.raw.get("op_id") if isinstance(item.raw, dict) else None
    return told if isinstance(told, str) else None


def _park(batch: Batch, item: Sent, done: Done) -> None:
    """Keep the operation whole; what changed nothing needs nobody's attention and counts as settled."""
    idle = done.status == Status.UNCHANGED
    at = batch.writing.at
    batch.parked.append(
        {
            "patient_id": batch.writing.patient_id,
            "id": item.op_id,
            "status": done.status,
            "collection": item.op.collection.name if item.op else None,
            "record_id": item.op.id if item.op else None,
            "ver": done.ver,
            "op": item.raw,
            "op_hash": item.op_hash,
            "fields": list(done.fields),
            "problem": done.problem,
            "device_id": batch.writing.device_id,
            "parked_at": at,
            "settled_at": at if idle else None,
            "settled_as": done.status if idle else None,
        }
    )
    batch.done[item.op_id] = done
    if done.ver is not None and done.ver in batch.versions:
        batch.versions[item.op_id] = batch.versions[done.ver]


def _again(batch: Batch, item: Sent, known: Done) -> Result:
    """Answer an operation that was dealt with before as it was then, with the record as it is now."""
    if known.op_hash != item.op_hash:
        problem = refuse("op_id_reused", "Another operation has this id; each write needs its own").problem
        return Result(_told_id(item), Status.REJECTED, problem=problem)
    record = batch.newest.get((item.op.collection.name, item.op.id)) if item.op else None
    made = known.version
    return Result(
        _told_id(item),
        Status(known.status),
        seq=made.seq if made else (record.seq if record else None),
        ver=made.ver if made else known.ver,
        record=record,
        fields=known.fields,
        problem=known.problem,
        duplicate=True,
        superseded=made is not None and record is not None and record.ver != made.ver,
    )
