"""Resources that are made of what was logged: several kinds of record read side by side, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.consent.domain import Scope
from app.interop.fhir.coding import Json
from app.interop.fhir.ids import Place
from app.interop.fhir.observations import CODES, PARTS, observations_of
from app.interop.fhir.records import procedure_of, provenance_of, response_of
from app.interop.fhir.search import Span, codes_in
from app.kernel.errors import NotVisible
from app.logbook import service as logbook
from app.logbook.domain import MOST_A_DAY
from app.logbook.kinds import CHECK_IN, INTAKE, PAIN_SCORE, RED_FLAG, RUN, SESSION, TREATMENT, Kind, Stored
from app.outcomes.kinds import MEASUREMENT, RESPONSE

Standing = tuple[datetime, UUID, int]
"""Where a resource stands: when its record was performed, the record's id, and which of its resources it is."""
Make = Callable[[Stored[Any], bool], list[Json]]
"""(record, may the person's words be shown) -> what is made of it, always in the same order."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A kind of record that resources are made of: the scope that opens it, the tags of their ids, their codes."""

    kind: Kind[Any]
    scope: Scope
    parts: frozenset[str] = frozenset({""})
    codes: frozenset[str] | None = None

    def may_have(self, tokens: str | None) -> bool:
        """Can it have a resource with one of these codes?"""
        if tokens is None or self.codes is None:
            return True
        wanted = codes_in(tokens)
        return "" in wanted or bool(self.codes & wanted)


@dataclass(frozen=True, slots=True)
class Logged:
    """A type of resource that is made of records, and how."""

    origins: tuple[Origin, ...]
    make: Make

    def open_to(self, scopes: Collection[Scope] | None) -> tuple[Origin, ...]:
        """Return the origins that these scopes open (None: the patient, all)."""
        return tuple(one for one in self.origins if scopes is None or one.scope in scopes)


def _origin(kind: Kind[Any], scope: Scope, part: str) -> Origin:
    return Origin(kind, scope, frozenset({part}))


def _observed(kind: Kind[Any], scope: Scope) -> Origin:
    return Origin(kind, scope, PARTS[kind.entry], CODES[kind.entry])


def _observations(stored: Stored[Any], with_notes: bool) -> list[Json]:
    return observations_of(stored, with_notes=with_notes)


def _procedures(stored: Stored[Any], with_notes: bool) -> list[Json]:
    return [procedure_of(stored, with_notes=with_notes)]


def _responses(stored: Stored[Any], with_notes: bool) -> list[Json]:
    return [response_of(stored, with_notes=with_notes)]


def _provenances(stored: Stored[Any], _with_notes: bool) -> list[Json]:
    """Return where the resources come from that are made of the record, of whatever type."""
    entry = type(stored.entry)
    makers = [one for one in (OBSERVATION, PROCEDURE, RESPONSES) if entry in {each.kind.entry for each in one.origins}]
    targets = [found for one in makers for found in one.make(stored, False)]
    (part,) = next(one.parts for one in PROVENANCE.origins if one.kind.entry is entry)
    return [provenance_of(stored, part, targets)] if targets else []


_PAIN, _SESSIONS = Scope.PAIN_READ, Scope.SESSIONS_READ
OBSERVATION = Logged(
    (
        _observed(PAIN_SCORE, _PAIN),
        _observed(RUN, _SESSIONS),
        _observed(SESSION, _SESSIONS),
        _observed(CHECK_IN, _SESSIONS),
        _observed(TREATMENT, _SESSIONS),
        _observed(INTAKE, _SESSIONS),
        _observed(RED_FLAG, _PAIN),
        _observed(RESPONSE, _PAIN),
        _observed(MEASUREMENT, _PAIN),
    ),
    _observations,
)
PROCEDURE = Logged((_origin(SESSION, _SESSIONS, "s"), _origin(TREATMENT, _SESSIONS, "t")), _procedures)
RESPONSES = Logged((Origin(RESPONSE, _PAIN),), _responses)
PROVENANCE = Logged(
    (
        _origin(PAIN_SCORE, _PAIN, "vp"),
        _origin(RUN, _SESSIONS, "vr"),
        _origin(SESSION, _SESSIONS, "vs"),
        _origin(CHECK_IN, _SESSIONS, "vc"),
        _origin(TREATMENT, _SESSIONS, "vt"),
        _origin(INTAKE, _SESSIONS, "vi"),
        _origin(RED_FLAG, _PAIN, "vx"),
        _origin(RESPONSE, _PAIN, "vq"),
        _origin(MEASUREMENT, _PAIN, "vm"),
    ),
    _provenances,
)


def find_logged(db: Session, logged: Logged, origins: Sequence[Origin], place: Place, with_notes: bool) -> Json:
    """Return the one resource with this id; raise NotVisible."""
    for origin in origins:
        if place.part in origin.parts:
            stored = logbook.read_entry(db, place.patient_id, origin.kind, place.record_id)
            for found in logged.make(stored, with_notes):
                if found["id"] == place.id:
                    return found
    raise NotVisible


def walk(
    db: Session,
    patient_id: UUID,
    logged: Logged,
    origins: Sequence[Origin],
    span: Span,
    after: Standing | None,
    room: int,
    with_notes: bool,
) -> Iterator[tuple[Standing, Json]]:
    """Yield the resources behind a place, oldest first, each with its own; `room` says how many are wanted at once."""
    place = after
    while True:
        found, is_last = _records(db, patient_id, origins, span, place, room)
        for stored in found:
            for index, resource in enumerate(logged.make(stored, with_notes)):
                here = (stored.entry.performed_at, stored.entry.id, index)
                if place is None or here > place:
                    yield here, resource
        if is_last:
            return
        newest = found[-1].entry
        place = (newest.performed_at, newest.id, len(logged.make(found[-1], with_notes)))


def _records(
    db: Session, patient_id: UUID, origins: Sequence[Origin], span: Span, after: Standing | None, room: int
) -> tuple[list[Stored[Any]], bool]:
    """Return records from `after` on in the order of time and id, and whether these are all."""
    # A record at the cursor is read again: some of its resources may be still to be told.
    within = span.within(Span(after[0])) if after else span
    most = room + MOST_A_DAY
    read = [_read(db, patient_id, origin, within, most) for origin in origins]
    # Where a kind has more, the others are not told beyond what was read of it.
    ends = [_key(one[-1]) for one in read if len(one) == most]
    merged = sorted((stored for one in read for stored in one), key=_key)
    return [stored for stored in merged if not ends or _key(stored) <= min(ends)], not ends


def _read(db: Session, patient_id: UUID, origin: Origin, span: Span, most: int) -> list[Stored[Any]]:
    return logbook.list_entries(
        db, patient_id, origin.kind, since=span.since, until=span.until, wanted={}, after=None, limit=most
    )


def _key(stored: Stored[Any]) -> tuple[datetime, UUID]:
    return stored.entry.performed_at, stored.entry.id
