"""What is told of a stream as a whole: its head, its digest, and the tag by which nothing new is known."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.db.synced import generation_at, lock_stream
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.sync import repository
from app.sync.repository import Stream


def stream_of(db: Session, patient_id: UUID) -> Stream:
    """Return the stream of a patient."""
    return repository.find_stream(db, patient_id)


def streams_of(db: Session, patient_ids: Collection[UUID]) -> dict[UUID, Stream]:
    """Return the streams of these patients."""
    return repository.find_streams(db, patient_ids)


def fingerprint(told: Iterable[Any]) -> str:
    """Return the tag of an answer that depends on these values alone."""
    return hashlib.sha256(orjson.dumps(list(told))).hexdigest()[:32]


def digest(db: Session, patient_id: UUID, stream: Stream, collections: frozenset[str]) -> dict[str, dict[str, Any]]:
    """Return of each collection how many records live, and the XOR over them (16 hex digits).

    XORed are the first 8 bytes of sha256(collection NUL id NUL ver) of each living record.
    """
    found: dict[str, tuple[int, int]] = dict.fromkeys(sorted(collections), (0, 0))
    for collection, record_id, ver in repository.live_versions(db, patient_id, sorted(collections), stream.head):
        count, xor = found[collection]
        found[collection] = (count + 1, xor ^ _mark(collection, record_id, ver))
    return {name: {"count": count, "xor": f"{xor:016x}"} for name, (count, xor) in found.items()}


def begin_epoch(db: Session, patient_id: UUID) -> None:
    """Begin a new epoch, after a restore or an erasure: every device starts again and keeps its outbox."""
    stream = repository.find_stream(db, patient_id, lock=True)
    # After a restore the stored generation is an old one; the hours have passed all that was given since.
    generation = max(stream.generation + 1, generation_at(now()))
    repository.begin_epoch(db, patient_id, new_id(), generation)


def begin_epochs(db: Session) -> None:
    """Begin a new epoch in every stream, after the whole database was restored."""
    repository.begin_epochs(db, new_id(), generation_at(now()))


def purge(db: Session, patient_id: UUID, up_to: int) -> None:
    """Forget tombstones and replaced versions numbered up to `up_to`; what lives stays."""
    head = lock_stream(db, patient_id)
    repository.purge(db, patient_id, min(up_to, head))


def _mark(collection: str, record_id: UUID, ver: UUID) -> int:
    told = f"{collection}\0{record_id}\0{ver}".encode()
    return int.from_bytes(hashlib.sha256(told).digest()[:8])
