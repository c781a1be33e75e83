"""Apple Health's export: one XML file of everything, walked through piece by piece; only workouts are kept of it.

The document type that Apple writes is cut out before the XML is read (that of iOS 16 is not even well formed), so that
no declaration of anybody's is ever acted on: a second one, an entity or anything from outside is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any
from xml.etree.ElementTree import ParseError  # the type; parsing is defusedxml's

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from app.interop.exports.found import Contents, Found, Progress, refused, skipped
from app.interop.exports.packed import Entry, EntryBroken, Packed, piece_of
from app.interop.exports.refusals import ExportHostileXml, ExportNotReadable, ExportTooManyFiles, ExportXmlBroken
from app.interop.exports.workouts import RUNNING_WORKOUT, Workout, run_file_of
from app.interop.runfiles import RunFileRefused
from app.interop.runfiles.geo import position
from app.interop.runfiles.values import Position
from app.kernel.clock import is_zone

PIECE_BYTES = 64 * 1024
LONGEST_TOKEN = 256 * 1024
"""A tag or text that is longer than this is none of Apple's; an older expat reads it again with each piece."""
LONGEST_HEAD = 64 * 1024
"""Where the document type has to have ended; Apple's is a sixth of that."""
DEEPEST = 32
MOST_WORKOUTS = 20_000
MOST_OF_A_WORKOUT = 5_000
TELL_EVERY_BYTES = 4 * 1024**2

_ROOT = re.compile(rb"<!DOCTYPE\s+HealthData\b|<HealthData\b")
_TYPE = re.compile(rb"<!DOCTYPE\s+HealthData\s*\[.*?\]\s*>", re.DOTALL)
_POINT = re.compile(rb"<trkpt\b[^>]{0,300}>")
_LATITUDE, _LONGITUDE = (re.compile(rb'\b%s="(-?[0-9.]{1,20})"' % name) for name in (b"lat", b"lon"))


def find_export(packed: Packed) -> Entry | None:
    """Return the XML of an Apple Health export whatever language its name is in, None if this is none."""
    for entry in packed.entries:
        if entry.name.lower().endswith(".xml") and entry.name.count("/") <= 1 and entry.fault is None:
            try:
                with packed.open(entry) as opened:
                    head = piece_of(opened, LONGEST_HEAD)
            except EntryBroken:
                continue
            if _ROOT.search(head):
                return entry
    return None


def open_apple(packed: Packed, export: Entry, begin: int) -> Contents:
    """Return the workouts from the number `begin` on; how many there are is known at the end."""
    return Contents("apple_health", None, export.info.file_size, _found(packed, export, begin))


def _found(packed: Packed, export: Entry, begin: int) -> Iterator[Found | Progress]:
    routes = {entry.name: entry for entry in packed.entries if entry.fault is None}
    folder = export.name.rpartition("/")[0]
    number = 0
    for step in _steps(packed, export):
        if isinstance(step, Progress):
            yield step
            continue
        if number >= MOST_WORKOUTS:
            raise ExportTooManyFiles
        if number >= begin:
            route = routes.get(f"{folder}/{step.route.lstrip('/')}".lstrip("/")) if step.route else None
            yield _one(number, step, packed, route)
        number += 1


def _one(number: int, workout: Workout, packed: Packed, route: Entry | None) -> Found:
    name = f"workout {workout.started[:25]}"
    if workout.kind != RUNNING_WORKOUT:
        return skipped(number, name, "not_a_run")
    try:
        place = None if workout.zone or route is None else _first_position(packed, route)
        run_file = run_file_of(workout, place)
    except RunFileRefused as refusal:
        return refused(number, name, refusal.code)
    return Found(number, name, run_file=run_file, zone=workout.zone if is_zone(workout.zone or "") else None)


def _first_position(packed: Packed, route: Entry) -> Position | None:
    """Return where a route begins; a route that cannot be read tells nothing, and the workout is there anyhow."""
    try:
        with packed.open(route) as opened:
            point = _POINT.search(piece_of(opened, PIECE_BYTES))
    except EntryBroken:
        return None
    told = [found for one in (_LATITUDE, _LONGITUDE) if point and (found := one.search(point.group()))]
    try:
        return position(*(float(one.group(1)) for one in told)) if len(told) == 2 else None
    except (ValueError, RunFileRefused):
        return None


@dataclass
class _Target:
    """Takes what the parser meets; workouts that have ended wait in `ready`."""

    ready: list[Workout] = field(default_factory=list)
    workout: Workout | None = None
    depth: int = 0
    inside: int = 0

    def start(self, tag: str, told: dict[str, str]) -> None:
        """Note an element that begins."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExportHostileXml
        if tag == "Workout":
            self.workout, self.inside = Workout.begun(told), 0
        elif self.workout is not None:
            self.inside += 1
            if self.inside <= MOST_OF_A_WORKOUT:
                self.workout.note(tag, told)

    def end(self, tag: str) -> None:
        """Note an element that ends."""
        self.depth -= 1
        if tag == "Workout" and self.workout is not None:
            self.ready.append(self.workout)
            self.workout = None

    def close(self) -> None:
        """Nothing is built."""


def _steps(packed: Packed, export: Entry) -> Iterator[Workout | Progress]:
    target = _Target()
    parser: Any = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    read = told = fed = 0
    try:
        with packed.open(export) as opened:
            for raw, piece in _pieces(opened):
                parser.feed(piece)
                read, fed = read + raw, fed + len(piece)
                if fed - parser.parser.CurrentByteIndex > LONGEST_TOKEN:
                    raise ExportHostileXml
                yield from target.ready
                target.ready.clear()
                if read - told >= TELL_EVERY_BYTES:
                    told = read
                    yield Progress(read)
        parser.close()
        yield Progress(read)
    except DefusedXmlException:
        raise ExportHostileXml from None
    except (ParseError, LookupError, UnicodeError):
        yield from target.ready
        raise ExportXmlBroken from None
    except EntryBroken:
        raise ExportNotReadable from None


def _pieces(opened: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (bytes as they are in the file, what the parser is given): all but the document type."""
    head = piece_of(opened, LONGEST_HEAD)
    if b"<!ENTITY" in head:
        raise ExportHostileXml
    yield len(head), _TYPE.sub(b"", head, count=1)
    while piece := piece_of(opened, PIECE_BYTES):
        yield len(piece), piece
