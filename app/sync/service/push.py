"""Push: decide on each operation of a batch under the stream's lock, store what wins, park the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import orjson

from app.db.synced import Write, head_now, store_all
from app.guidance.service import override_on, reconsider
from app.guidance.values import GivenAdvice, Override
from app.kernel.errors import Conflict
from app.logbook.domain import MOST_A_DAY, MOST_IN_ALL, flags_of
from app.logbook.writing import Writing
from app.sync import repository
from app.sync.domain import Action, Done, Outcome, Status, Version, decide_delete, decide_edit
from app.sync.operations import Operation, OperationRefused, Record, Records, Sent, refuse
from app.sync.repository import Stream
from app.sync.service.batch import Batch, base_of, load_batch
from app.sync.service.pull import seq_of
from app.sync.service.results import Result
from app.sync.service.room import make_room


class ResyncRequired(Conflict):
    """The stream began anew: pull without a cursor, keep the outbox, push again."""

    code = "resync_required"
    title = "The stream began anew: pull without a cursor, keep what waits, push again"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the client is told of the batch."""

    stream: Stream
    results: list[Result]
    advice: GivenAdvice | None
    override: Override | None


def push(
    writing: Writing,
    epoch: UUID,
    sent: Sequence[Sent],
    records: Records,
    *,
    schema_version: int,
    base_cursor: int | None,
) -> Pushed:
    """Deal with every operation of a batch, in order, in one transaction; raise ResyncRequired or ParkedFull.

    A refused or losing operation is parked whole and disturbs no other. Takes a constant number of
    statements, whatever the batch and the history. Advice is made once, if the batch could have changed it.
    """
    db = writing.db
    stream = repository.find_stream(db, writing.patient_id, lock=True)
    if stream.epoch != epoch:
        raise ResyncRequired(extra={"reason": "epoch", "epoch": str(stream.epoch)})
    known_to = None if base_cursor is None else _number_of(stream, base_cursor)
    batch = load_batch(writing, stream, sent, records, schema_version, known_to)
    results = [_deal_with(batch, item) for item in sent]
    make_room(db, writing.patient_id, batch.parked)
    store_all(db, writing.patient_id, batch.writes, device_id=writing.device_id, at=writing.at)
    repository.park(db, batch.parked)
    advised = reconsider(writing, batch.changed) if batch.changed else None
    override = None
    if advised is not None and advised.may_be_overridden:
        override = override_on(db, writing.patient_id, advised.given.as_of, writing.at)
    head = head_now(db, writing.patient_id, stream.head)
    return Pushed(replace(stream, head=head), results, advised.given if advised is not None else None, override)


def _number_of(stream: Stream, cursor: int) -> int:
    """Return the number that an int_cursor stands for; raise ResyncRequired for one of another generation."""
    seq = seq_of(stream, cursor, consent_version=0)  # only patients push
    if seq is None:
        raise ResyncRequired(extra={"reason": "generation", "epoch": str(stream.epoch)})
    return seq


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
    base = base_of(batch, op, stored)
    if op.action is Action.DELETE:
        outcome, record = decide_delete(stored, base), None
    else:
        outcome, record = _decide_edit(batch, op, stored, base)
    if outcome.is_stored:
        _check_stands(op, stored)
        return _store(batch, item, op, stored, outcome, record)
    return _without_effect(batch, item, stored, base, outcome)


def _check_stands(op: Operation, stored: Version | None) -> None:
    """Refuse to change what stands as it was sent, or to bring it back once it was taken back."""
    if op.collection.stands is None or stored is None:
        return
    why = op.collection.stands(stored.data or {}, op.action is Action.DELETE)
    if why is not None:
        raise refuse(
            why, "It stands as it was sent, and only its author takes it back", {"pointer": "/id", "code": why}
        )


def _decide_edit(
    batch: Batch, op: Operation, stored: Version | None, base: Version | None
) -> tuple[Outcome, Record | None]:
    """Decide on a put or a patch; what is to be stored comes with the record that it makes."""
    if op.action is Action.PATCH and stored is None:
        raise refuse("no_such_record", "There is no record to patch", {"pointer": "/id", "code": "unknown"})
    wanted = batch.records.wanted(op, batch.schema_version, stored.data if stored else None)
    outcome = decide_edit(stored, base, wanted.data)
    if outcome.data is None or not outcome.is_stored:
        return outcome, None
    if wanted.record is not None and (outcome.data is wanted.data or outcome.data == wanted.data):
        return outcome, wanted.record
    try:
        return outcome, batch.records.record(op.collection, op.id, outcome.data)
    except OperationRefused:
        if outcome.status is not Status.MERGED:
            raise
        return _untenable(outcome.data, stored), None


def _untenable(merged: Mapping[str, Any], stored: Version | None) -> Outcome:
    """Return the conflict of two edits of which each is right and both together are not."""
    held = (stored.data if stored else None) or {}
    mine = tuple(sorted(name for name, value in merged.items() if held.get(name) != value))
    return Outcome(Status.CONFLICT, fields=mine)


def _store(
    batch: Batch, item: Sent, op: Operation, stored: Version | None, outcome: Outcome, record: Record | None
) -> Result:
    before = _record_before(batch, op, stored)
    made = record or before
    assert made is not None  # a tombstone is made of something
    if before is None:
        _take_room(batch, op, made.columns["performed_on"])
    version, status = _next_version(batch, op, record.data if record is not None else None), str(outcome.status)
    batch.writes.append((op.collection.collection, _write(batch, item, made, version, status)))
    batch.done[item.op_id] = Done(item.op_id, item.op_hash, status, version=version)
    batch.changed += [made.entry] if before is None else [before.entry, made.entry]
    differs = outcome.status is Status.MERGED or (version.data is not None and version.data != op.data)
    return Result(item.raw["op_id"], outcome.status, version.seq, version.ver, version if differs else None)


def _next_version(batch: Batch, op: Operation, data: Mapping[str, Any] | None) -> Version:
    seq = batch.head + len(batch.writes) + 1
    version = Version(op.collection.name, op.id, seq, op.op_id, data is None, data)
    batch.newest[version.collection, version.id] = version
    batch.versions[version.ver] = batch.by_seq[seq] = version
    return version


def _write(batch: Batch, item: Sent, made: Record, version: Version, status: str) -> Write:
    at = batch.writing.at
    return Write(
        version.id,
        made.columns,
        ver=version.ver,
        deleted_at=at if version.deleted else None,
        flags=flags_of(made.entry, at),
        status=status,
        op_hash=item.op_hash,
        data=version.data,
    )


def _take_room(batch: Batch, op: Operation, day: date) -> None:
    """Refuse a new entry of a day that is full, or of a logbook that is."""
    kind = op.collection.kind
    assert kind is not None  # read_operation refuses what devices cannot write
    counts = batch.counts[kind.name]
    if counts.get(day, 0) >= MOST_A_DAY or batch.head >= MOST_IN_ALL:
        raise refuse("logbook_full", "There are too many entries for that day", {"pointer": "/data", "code": "full"})
    counts[day] = counts.get(day, 0) + 1


def _record_before(batch: Batch, op: Operation, stored: Version | None) -> Record | None:
    if stored is None or stored.data is None:
        return None
    return batch.records.record(op.collection, op.id, stored.data)


def _without_effect(batch: Batch, item: Sent, stored: Version | None, base: Version | None, outcome: Outcome) -> Result:
    problem, stand_in = None, stored
    if outcome.status is Status.CONFLICT:
        stand_in = base
        problem = refuse("conflict", "Somebody else changed the same", *_clashes(outcome.fields)).problem
    done = Done(
        item.op_id,
        item.op_hash,
        outcome.status.value,
        ver=stored.ver if stored is not None else None,
        base=stand_in.ver if stand_in is not None else None,
        fields=outcome.fields,
        problem=problem,
    )
    _park(batch, item, done)
    seq = stored.seq if stored is not None else None
    return Result(str(item.op_id), outcome.status, seq, done.ver, stored, outcome.fields, problem)


def _clashes(fields: Iterable[str]) -> list[dict[str, str]]:
    return [{"pointer": f"/data/{name}", "code": "changed_on_both_sides"} for name in fields]


def _refused(batch: Batch, item: Sent, refused: OperationRefused) -> Result:
    base = batch.versions.get(item.base_ver) if item.base_ver is not None else None
    done = Done(
        item.op_id,
        item.op_hash,
        Status.REJECTED.value,
        base=base.ver if base is not None else None,
        problem=refused.problem,
    )
    _park(batch, item, done)
    return Result(_told_id(item), Status.REJECTED, record=_record(batch, item), problem=refused.problem)


def _record(batch: Batch, item: Sent) -> Version | None:
    """Return what the server holds of the record that an item names."""
    return batch.newest.get((item.op.collection.name, item.op.id)) if item.op is not None else None


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
            "id": done.op_id,
            "status": done.status,
            "collection": item.op.collection.name if item.op else None,
            "record_id": item.op.id if item.op else None,
            "ver": done.base if done.status == Status.REJECTED else done.ver,
            "op": orjson.dumps(item.raw).decode(),
            "op_hash": item.op_hash,
            "fields": list(done.fields),
            "problem": done.problem,
            "device_id": batch.writing.device_id,
            "parked_at": at,
            "settled_at": at if idle else None,
            "settled_as": done.status if idle else None,
        }
    )
    batch.done[done.op_id] = done
    if done.base is not None and done.base in batch.versions:
        batch.versions[done.op_id] = batch.versions[done.base]


def _again(batch: Batch, item: Sent, known: Done) -> Result:
    """Answer an operation that was dealt with before as it was then, with the record as it is now."""
    record = _record(batch, item)
    if known.op_hash != item.op_hash:
        problem = refuse("op_id_reused", "Another operation has this id; each write needs its own").problem
        # Kept under an id that follows from its content: its own is taken.
        kept = uuid5(batch.writing.patient_id, item.op_hash)
        _park(batch, item, Done(kept, item.op_hash, Status.REJECTED.value, problem=problem))
        return Result(_told_id(item), Status.REJECTED, record=record, problem=problem)
    met = batch.versions.get(known.ver) if known.ver is not None else None
    then = known.version or met
    held = known.status not in (Status.CONFLICT, Status.REJECTED)
    return Result(
        _told_id(item),
        Status(known.status),
        seq=then.seq if then else None,
        ver=then.ver if then else known.ver,
        record=record,
        fields=known.fields,
        problem=known.problem,
        duplicate=True,
        superseded=held and then is not None and record is not None and record.ver != then.ver,
    )
