"""The query of when an effort was told: the version of an entry that brought the effort that stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db.among import ids, is_among_ids
from app.db.base import table_of
from app.db.synced import SyncChange
from app.logbook.kinds import RUN, SESSION

_changes = table_of(SyncChange)
_OF = tuple(kind.collection.name for kind in (RUN, SESSION))


def read_told(db: Session, patient_id: UUID, entries: Collection[UUID]) -> dict[tuple[bool, UUID], datetime]:
    """Return when the effort of each of these runs (True) and sessions was told, of those whose versions are kept.

    It is the device's clock where that came with the effort, and never later than the server heard of it.
    """
    if not entries:
        return {}
    connection = db.connection()
    dialect, c = connection.dialect.name, _changes.c
    asked = select(c.collection, c.id, c.at, c.data).where(
        c.patient_id == bindparam("patient"),
        c.collection.in_(_OF),
        is_among_ids(c.id, "entries", dialect),
        c.deleted.is_(False),
    )
    given = {"patient": patient_id, "entries": ids(entries, dialect)}
    rows = connection.execute(asked.order_by(c.collection, c.id, c.seq), given).all()
    by_entry = groupby(rows, key=lambda row: (row[0] == RUN.collection.name, row[1]))
    return {entry: _told(list(versions)) for entry, versions in by_entry}


def _told(versions: Sequence[Any]) -> datetime:
    """Return when the effort of the newest version was told; of each version the last two are `at` and `data`."""
    told_at: datetime = versions[0][-2]
    before: dict[str, Any] = {}
    for *_, at, data in versions:
        if not before or data["rpe"] != before["rpe"]:
            said = data["recorded_at"] if data["recorded_at"] != before.get("recorded_at") else None
            told_at = at if said is None else min(at, datetime.fromisoformat(said))
        before = data
    return told_at
