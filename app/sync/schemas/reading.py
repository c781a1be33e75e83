"""Reads the operations of a push, each alone: a bad one becomes a refusal, and sinks nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

import orjson
from marshmallow import ValidationError

from app.kernel.errors import Invalid
from app.kernel.ids import parse_id
from app.logbook.domain import Entry
from app.logbook.schemas import entry_of
from app.sync.domain import Action
from app.sync.operations import (
    Base,
    Operation,
    OperationRefused,
    Record,
    Records,
    Sent,
    Wanted,
    pointer,
    refuse,
)
from app.sync.registry import COLLECTIONS, SyncedCollection
from app.web.problems import faults_of, problem_body

MOST_RECORD_BYTES = 64 * 1024
_MEMBERS = frozenset({"op_id", "collection", "id", "action", "base", "data"})
_BASES = frozenset({"ver", "seq"})
_NO_BASE = Base()
_ACTIONS = {action.value: action for action in Action}


def read_sent(raw_ops: list[Any], patient_id: UUID) -> list[Sent]:
    """Return the items of a push, each read alone."""
    return [_sent(raw, patient_id) for raw in raw_ops]


def _sent(raw: Any, patient_id: UUID) -> Sent:
    """Return one item; one without a readable id gets an id that follows from its content."""
    written = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
    op_hash = hashlib.sha256(written).hexdigest()
    said = _said(raw, len(written))
    if isinstance(said, Operation):
        return Sent(raw, said.op_id, op_hash, said, said.base.ver)
    return Sent(raw, _op_id_of(raw) or uuid5(patient_id, op_hash), op_hash, said, _base_ver(raw))


def _said(raw: Any, size_bytes: int) -> Operation | OperationRefused:
    try:
        return read_operation(raw, size_bytes)
    except OperationRefused as refused:
        return refused


def _base_ver(raw: Any) -> UUID | None:
    """Return the version an operation began from, without asking whether the operation is any good."""
    base = raw.get("base") if isinstance(raw, dict) else None
    ver = base.get("ver") if isinstance(base, dict) else None
    return parse_id(ver) if isinstance(ver, str) else None


def _op_id_of(raw: Any) -> UUID | None:
    given = raw.get("op_id") if isinstance(raw, dict) else None
    return parse_id(given) if isinstance(given, str) else None


def read_operation(raw: Any, size_bytes: int) -> Operation:
    """Return the operation, of so many bytes; raise OperationRefused with a pointer to what is wrong with it."""
    if not isinstance(raw, dict):
        raise refuse("invalid", "An operation is a JSON object")
    if not raw.keys() <= _MEMBERS:
        unknown = [{"pointer": pointer(name), "code": "unknown_field"} for name in raw if name not in _MEMBERS]
        raise refuse("unknown_field", "The operation has members that are not known", *unknown)
    if size_bytes > MOST_RECORD_BYTES:
        raise refuse("record_too_large", f"A record has at most {MOST_RECORD_BYTES} bytes")
    return Operation(
        op_id=_id(raw.get("op_id"), "/op_id"),
        collection=_collection(raw),
        id=_id(raw.get("id"), "/id"),
        action=_action(raw),
        base=_base(raw.get("base")),
        data=_data(raw),
    )


def read_wanted(op: Operation, schema_version: int, stored: Mapping[str, Any] | None) -> Wanted:
    """Return the fields that an edit names; raise OperationRefused.

    A put names every field its schema version knows, so a field it leaves out is cleared, and of a new record
    every field there is; a patch names those it sends, and what is stored completes it.
    """
    known = op.collection.known_to(schema_version)
    not_theirs = op.collection.read_only | op.collection.derived
    data = {name: value for name, value in op.data.items() if name not in not_theirs} if not_theirs else op.data
    if not data.keys() <= known:
        strange = [{"pointer": pointer("data", name), "code": "unknown_field"} for name in data if name not in known]
        raise refuse("unknown_field", "The record has fields that are not known", *strange)
    if op.action is Action.PUT:
        record = read_record(op.collection, op.id, data)
        return Wanted(record.data if stored is None else {name: record.data[name] for name in known}, record)
    _load_part(op.collection, data)
    if stored is None:
        return Wanted(dict(data))
    whole = _record_of(op.collection, _entry(op.collection, op.id, {**stored, **data}))
    return Wanted({name: whole.data[name] for name in data})


def read_record(collection: SyncedCollection, entry_id: UUID, data: Mapping[str, Any]) -> Record:
    """Return what a whole record stands for, checked; raise OperationRefused."""
    assert collection.kind is not None  # the caller has refused read-only collections
    entry = _entry(collection, entry_id, data)
    try:
        collection.kind.check(entry)
    except Invalid as error:
        faults = [{"pointer": f"/data{fault.pointer}", "code": fault.code} for fault in error.faults]
        raise OperationRefused(problem_body(422, error.code, error.title, faults=faults)) from None
    return _record_of(collection, entry)


def _record_of(collection: SyncedCollection, entry: Entry) -> Record:
    assert collection.kind is not None  # the caller has refused read-only collections
    columns = collection.kind.columns_of(entry)
    return Record(entry, columns, collection.collection.wire(columns))


def _entry(collection: SyncedCollection, entry_id: UUID, data: Mapping[str, Any]) -> Entry:
    assert collection.kind is not None  # the caller has refused read-only collections
    kept = {name: data[name] for name in collection.read_only & data.keys()}
    own = data
    if kept or collection.derived:
        own = {name: value for name, value in data.items() if name not in kept and name not in collection.derived}
    loaded = _load_whole(collection, own)
    loaded["id"] = entry_id
    entry: Entry = entry_of(collection.kind, loaded)
    return replace(entry, **kept) if kept else entry


def _load_whole(collection: SyncedCollection, data: Mapping[str, Any]) -> dict[str, Any]:
    assert collection.loader is not None  # read_operation refuses what devices cannot write
    try:
        return collection.loader.load(data)
    except ValidationError as error:
        raise _invalid(error) from None


def _load_part(collection: SyncedCollection, data: Mapping[str, Any]) -> None:
    assert collection.schema is not None  # read_operation refuses what devices cannot write
    try:
        collection.schema.load(data, partial=True)
    except ValidationError as error:
        raise _invalid(error) from None


def _invalid(error: ValidationError) -> OperationRefused:
    return refuse("invalid", "The record is not valid", *faults_of(error.messages, "/data"))


def _id(value: Any, place: str) -> UUID:
    found = parse_id(value) if isinstance(value, str) else None
    if found is None:
        raise refuse("invalid", "An id is a UUID in lower-case text", {"pointer": place, "code": "not_a_uuid"})
    return found


def _collection(raw: Mapping[str, Any]) -> SyncedCollection:
    name = raw.get("collection")
    found = COLLECTIONS.get(name) if isinstance(name, str) else None
    if found is None:
        raise refuse("unknown_collection", "There is no such collection", {"pointer": "/collection", "code": "unknown"})
    if not found.is_written_by_devices:
        raise refuse("read_only", "Devices only read this collection", {"pointer": "/collection", "code": "read_only"})
    return found


def _action(raw: Mapping[str, Any]) -> Action:
    given = raw.get("action")
    action = _ACTIONS.get(given) if isinstance(given, str) else None
    if action is None:
        raise refuse("invalid", "An action is put, patch or delete", {"pointer": "/action", "code": "unknown"})
    return action


def _base(raw: Any) -> Base:
    if raw is None:
        return _NO_BASE
    if not isinstance(raw, dict) or not raw.keys() <= _BASES:
        raise refuse("invalid", "A base names ver or seq", {"pointer": "/base", "code": "invalid"})
    seq = raw.get("seq")
    if seq is not None and (isinstance(seq, bool) or not isinstance(seq, int) or seq < 0):
        raise refuse("invalid", "A number of a stream is whole", {"pointer": "/base/seq", "code": "invalid"})
    ver = raw.get("ver")
    if ver is None and seq is None:
        return _NO_BASE
    return Base(None if ver is None else _id(ver, "/base/ver"), seq)


def _data(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    data = raw.get("data")
    if raw.get("action") == Action.DELETE:
        if data is not None:
            raise refuse("invalid", "A delete has no data", {"pointer": "/data", "code": "unknown_field"})
        return {}
    if not isinstance(data, dict):
        raise refuse("invalid", "A put or patch has data", {"pointer": "/data", "code": "required"})
    return data


RECORDS = Records(wanted=read_wanted, record=read_record)
