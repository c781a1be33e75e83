"""Strava's bulk export: the table activities.csv says what each file is.

Times in the table are not read: each file has its own. What has no file (typed in by hand) is skipped and told.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from app.interop.exports.files import read_packed
from app.interop.exports.found import Contents, Found, Progress, refused, skipped
from app.interop.exports.packed import Entry, EntryBroken, Packed
from app.interop.exports.refusals import ExportLocalised, ExportNotReadable, ExportTooManyFiles

TABLE = "activities.csv"
MOST_TABLE_BYTES = 8 * 1024**2
MOST_ACTIVITIES = 20_000
_ID, _SPORT, _FILE = "Activity ID", "Activity Type", "Filename"
_RUNS = frozenset({"run", "trail run", "virtual run", "treadmill run"})


@dataclass(frozen=True, slots=True)
class _Activity:
    name: str
    is_run: bool
    file: str


def find_table(packed: Packed) -> Entry | None:
    """Return the table of a Strava export, None if this is none."""
    named = [one for one in packed.entries if one.name.rpartition("/")[2] == TABLE and one.fault is None]
    return min(named, key=lambda one: one.name.count("/"), default=None)


def open_strava(packed: Packed, table: Entry, begin: int) -> Contents:
    """Return the activities from the number `begin` on; raise ExportLocalised for a table in another language."""
    activities = _activities(packed, table)
    return Contents("strava", len(activities), packed.unpacked_bytes, _found(packed, table, activities, begin))


def _found(packed: Packed, table: Entry, activities: list[_Activity], begin: int) -> Iterator[Found | Progress]:
    folder = table.name.removesuffix(TABLE)
    by_name = {entry.name: entry for entry in packed.entries}
    read = 0
    for number, activity in enumerate(activities):
        entry = by_name.get(folder + activity.file)
        read += entry.info.file_size if entry else 0
        if number < begin:
            continue
        yield _one(packed, number, activity, entry)
        yield Progress(read)


def _one(packed: Packed, number: int, activity: _Activity, entry: Entry | None) -> Found:
    if not activity.is_run:
        return skipped(number, activity.name, "not_a_run")
    if not activity.file:
        return skipped(number, activity.name, "without_file")
    if entry is None:
        return refused(number, activity.name, "file_missing")
    return read_packed(packed, number, entry, is_run=True)


def _activities(packed: Packed, table: Entry) -> list[_Activity]:
    try:
        content = packed.read(table, MOST_TABLE_BYTES)
        text = content.decode("utf-8-sig")
    except (EntryBroken, UnicodeDecodeError):
        raise ExportNotReadable from None
    if len(content) > MOST_TABLE_BYTES:
        raise ExportTooManyFiles
    try:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        head = next(rows, [])
        if not {_ID, _SPORT, _FILE} <= set(head):
            raise ExportLocalised
        at = [head.index(name) for name in (_ID, _SPORT, _FILE)]
        found = [_activity(*(row[one] for one in at)) for row in rows if len(row) > max(at)]
    except csv.Error:
        raise ExportNotReadable from None
    if len(found) > MOST_ACTIVITIES:
        raise ExportTooManyFiles
    return found


def _activity(number: str, sport: str, file: str) -> _Activity:
    return _Activity(file or f"activity {number[:40]}", sport.strip().lower() in _RUNS, file)
