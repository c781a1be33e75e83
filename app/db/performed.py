"""The columns of every entry that a person makes at a time of their own clock, and how it goes over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, Index, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import PARTITIONED, Base, table_of
from app.db.synced import Synced, Wire, synced_constraints
from app.db.types import Id, rfc3339
from app.kernel.clock import with_offset
from app.kernel.taking import members


class Performed(Synced):
    """When an entry was, as its sender's clock said it, on which day in its zone, and free text about it."""

    performed_at: Mapped[datetime]
    utc_offset_min: Mapped[int]
    performed_on: Mapped[date] = mapped_column(Date)
    zone: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Text)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*performed_constraints(), PARTITIONED)


def performed_constraints() -> tuple[Any, ...]:
    """Return the keys of a table of entries, and the index to read them by time."""
    by_time, by_day = Index(None, "patient_id", "performed_at"), Index(None, "patient_id", "performed_on")
    return (*synced_constraints(), by_time, by_day)


def own_columns(row: type[Base]) -> tuple[str, ...]:
    """Return the columns that an entry has besides those of sync and of time, in the table's order."""
    shared = {*Synced.__annotations__, *Performed.__annotations__}
    return tuple(column.key for column in table_of(row).columns if column.key not in shared)


def entry_wire(row: type[Base]) -> Wire:
    """Return how a row of a table of entries is written on the wire."""
    names = own_columns(row)
    take = members(names)
    ids = tuple(name for name in names if isinstance(table_of(row).c[name].type, Id))
    days = tuple(name for name in names if isinstance(table_of(row).c[name].type, Date))

    def wire(values: Mapping[str, Any]) -> dict[str, Any]:
        told = performed_wire(values)
        told.update(take(values))
        for name in ids:
            told[name] = None if told[name] is None else str(told[name])
        for name in days:
            told[name] = None if told[name] is None else told[name].isoformat()
        return told

    return wire


def performed_wire(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the times of an entry as they were sent: the instant with its sender's offset, and the zone."""
    recorded_at = values["recorded_at"]
    return {
        "performed_at": rfc3339(with_offset(values["performed_at"], values["utc_offset_min"])),
        "zone": values["zone"],
        "recorded_at": rfc3339(recorded_at.astimezone(UTC)) if recorded_at else None,
        "note": values["note"],
    }
