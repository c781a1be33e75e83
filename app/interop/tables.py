"""Records as the rows of a table that a spreadsheet opens: units in the headings, nothing that it would calculate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from app.logbook.domain import LoggedSession, LoggedSet
from app.logbook.kinds import CHECK_IN, PAIN_SCORE, RUN, SESSION, TREATMENT, Kind, Stored
from app.outcomes.kinds import MEASUREMENT, RESPONSE

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""What a spreadsheet takes for the beginning of a formula (ASVS 1.2.10)."""
_SET = tuple(one.name for one in fields(LoggedSet))
_FIRST = ("performed_at", "zone", "performed_at_local")
_LEFT_OUT = frozenset({"performed_at", "zone", "recorded_at", "sets", "items", "activity_names", "note"})


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of record as a table: its columns in order; a session has a row for each of its sets."""

    kind: Kind[Any]
    columns: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        own = [one.name for one in fields(self.kind.entry) if one.name not in _LEFT_OUT]
        sets = [f"set_{name}" for name in ("number", *_SET)] if self.kind is SESSION else []
        object.__setattr__(self, "columns", (*_FIRST, *own, *self.kind.derived, *sets, "note"))

    def rows(self, stored: Stored[Any], *, with_notes: bool) -> Iterator[Mapping[str, Any]]:
        """Return the rows of a record; the person's own words are left blank unless `with_notes`."""
        entry = stored.entry
        at: datetime = entry.performed_at
        told = {name: getattr(entry, name) for name in self.columns if hasattr(entry, name)}
        row = {
            **told,
            **stored.derived,
            "performed_at": at.astimezone(UTC).isoformat(),
            "performed_at_local": at.isoformat(),
            "note": entry.note if with_notes else None,
        }
        if not isinstance(entry, LoggedSession) or not entry.sets:
            yield row
            return
        for number, done in enumerate(entry.sets, 1):
            yield {**row, "set_number": number, **{f"set_{name}": getattr(done, name) for name in _SET}}


TABLES = {
    "runs": Table(RUN),
    "sessions": Table(SESSION),
    "pain-scores": Table(PAIN_SCORE),
    "check-ins": Table(CHECK_IN),
    "treatments": Table(TREATMENT),
    "questionnaire-responses": Table(RESPONSE),
    "measurements": Table(MEASUREMENT),
}


def as_csv(table: Table, records: Iterable[Stored[Any]], *, with_notes: bool) -> str:
    """Return the records as CSV (RFC 4180): a missing value is an empty cell, and 0 is a 0."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(table.columns)
    for stored in records:
        for row in table.rows(stored, with_notes=with_notes):
            writer.writerow([cell(row.get(name)) for name in table.columns])
    return written.getvalue()


def cell(value: Any) -> str | int | float:
    """Return a value as a cell: numbers as numbers, and text that would be calculated behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, tuple | list):
        value = " ".join(str(one) for one in value)
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(_FORMULA) else text
