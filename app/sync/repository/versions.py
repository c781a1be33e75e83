"""The queries on versions: what a stream knows of the operations of a batch, and of the records they are about."""

from __future__ import annotations

from collections.abc import Collection as Group
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, bindparam, cast, exists, literal, null, select, union_all
from sqlalchemy.orm import Session

from app.db.among import ids, is_among_ids, is_among_numbers, is_among_words, values
from app.db.asking import Question, dialect_of
from app.db.base import table_of
from app.db.synced import SyncChange
from app.db.types import Id
from app.sync.domain import Done, Version
from app.sync.models import ParkedRow

_changes, _parking = table_of(SyncChange), table_of(ParkedRow)
_newer = _changes.alias("newer")
_OWN_CHANGE = _changes.c.patient_id == bindparam("patient", type_=Id())
_VERSION = tuple(_changes.c[name] for name in ("collection", "id", "seq", "ver", "deleted", "data"))
_MADE, _NEWEST, _PARKED = range(3)
"""What a row of find_known tells: a version that an operation made, a newest version, that something is parked."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a stream knows of a batch: the operations that made a version, the newest versions of the records."""

    done: dict[UUID, Done]
    newest: list[Version]
    is_any_parked: bool


def find_known(db: Session, patient_id: UUID, op_ids: Group[UUID], names: Group[str], record_ids: Group[UUID]) -> Known:
    """Return what is known of these operations, of the records of these collections with one of these ids.

    And whether any operation is parked at all: most streams never had one. In one statement, asked under the lock.
    """
    dialect = dialect_of(db)
    asked = {**_asked(dialect, patient_id, names, record_ids), "vers": ids(op_ids, dialect)}
    known = Known({}, [], is_any_parked=False)
    for what, op_hash, status, *version in _known(dialect).all(db, asked):
        if what == _PARKED:
            known = replace(known, is_any_parked=True)
        elif what == _NEWEST:
            known.newest.append(Version(*version))
        else:
            made = Version(*version)
            known.done[made.ver] = Done(made.ver, op_hash, status or "applied", version=made)
    return known


@cache
def _known(dialect: str) -> Question:
    """Return the statement of find_known; each way of asking by itself, so that each uses its index."""
    told = (_changes.c.op_hash, _changes.c.status, *_VERSION)
    by_ver = select(literal(_MADE).label("what"), *told).where(
        _OWN_CHANGE, is_among_ids(_changes.c.ver, "vers", dialect)
    )
    now = is_newest(None, bindparam("patient", type_=Id()))
    by_record = select(literal(_NEWEST), *told).where(*_among(dialect), now)
    is_any_parked = exists().where(_parking.c.patient_id == bindparam("patient", type_=Id()))
    parked = select(literal(_PARKED), *(cast(null(), column.type) for column in told)).where(is_any_parked)
    return Question(union_all(by_ver, by_record, parked))


def _asked(dialect: str, patient_id: UUID, names: Group[str], record_ids: Group[UUID]) -> dict[str, Any]:
    return {"patient": patient_id, "names": values(names, dialect), "ids": ids(record_ids, dialect)}


def find_versions(
    db: Session,
    patient_id: UUID,
    vers: Group[UUID],
    seqs: Group[int],
    names: Group[str],
    record_ids: Group[UUID],
    as_of: int | None,
) -> list[Version]:
    """Return versions by their ids or numbers, and with `as_of` those of `record_ids` that were the newest then."""
    if not vers and not seqs and as_of is None:
        return []
    dialect = dialect_of(db)
    asked = {"patient": patient_id, "vers": ids(vers, dialect), "seqs": values(seqs, dialect)}
    if as_of is not None:
        asked |= _asked(dialect, patient_id, names, record_ids) | {"as_of": as_of}
    return [Version(*row) for row in _versions(dialect, as_of is not None).all(db, asked)]


@cache
def _versions(dialect: str, asks_as_of: bool) -> Question:
    """Return the statement of find_versions; each way of asking by itself, so that each uses its index."""
    by_ver = select(*_VERSION).where(_OWN_CHANGE, is_among_ids(_changes.c.ver, "vers", dialect))
    by_seq = select(*_VERSION).where(_OWN_CHANGE, is_among_numbers(_changes.c.seq, "seqs", dialect))
    if not asks_as_of:
        return Question(union_all(by_ver, by_seq))
    as_of = bindparam("as_of", type_=BigInteger())
    newest_then = is_newest(as_of, bindparam("patient", type_=Id()))
    by_place = select(*_VERSION).where(*_among(dialect), _changes.c.seq <= as_of, newest_then)
    return Question(union_all(by_ver, by_seq, by_place))


def _among(dialect: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a version is of one of some records; they name all that the index begins with."""
    by_name = is_among_words(_changes.c.collection, "names", dialect)
    return _OWN_CHANGE, by_name, is_among_ids(_changes.c.id, "ids", dialect)


def is_newest(up_to: Any, patient_id: Any) -> Any:
    """Return the condition that a version is its record's newest of those numbered at most `up_to`.

    Asked of each row by itself: as a join, a prepared statement of PostgreSQL compares every row with every other.
    """
    newest = select(_newer.c.seq).where(
        _newer.c.patient_id == patient_id,
        _newer.c.collection == _changes.c.collection,
        _newer.c.id == _changes.c.id,
        *(() if up_to is None else (_newer.c.seq <= up_to,)),
    )
    return _changes.c.seq == newest.order_by(_newer.c.seq.desc()).limit(1).scalar_subquery()
