"""Read a kind of record for a table, in the order of time, some at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.interop.tables import Table
from app.logbook import service as logbook
from app.logbook.kinds import Stored

AT_ONCE = 1000


def records_of(
    db: Session, patient_id: UUID, table: Table, since: datetime | None, until: datetime | None
) -> Iterator[Stored[Any]]:
    """Yield the living records performed in [since, until), oldest first."""
    after: tuple[datetime, UUID] | None = None
    while True:
        found = logbook.list_entries(
            db, patient_id, table.kind, since=since, until=until, wanted={}, after=after, limit=AT_ONCE
        )
        yield from found
        if len(found) < AT_ONCE:
            return
        after = (found[-1].entry.performed_at, found[-1].entry.id)
