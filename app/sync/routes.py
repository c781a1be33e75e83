"""The operations by which devices that were away send and fetch."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.consent import service as consent
from app.guidance.schemas import shown_advice
from app.kernel.clock import now
from app.kernel.errors import Denied, Gone, NotVisible
from app.kernel.permissions import Permission
from app.logbook.schemas import writing
from app.settings import Settings
from app.sync.registry import COLLECTIONS, SCHEMA_VERSION
from app.sync.repository import Stream
from app.sync.schemas.documents import (
    MOST_STREAMS,
    BulkPulledSchema,
    BulkPullSchema,
    ChangesQuerySchema,
    ChangesSchema,
    ConfigSchema,
    DigestSchema,
    LibraryChangesSchema,
    LibraryQuerySchema,
    ParkedPageSchema,
    PushedSchema,
    PushSchema,
    SettlementSchema,
    StreamsSchema,
)
from app.sync.schemas.reading import MOST_RECORD_BYTES, RECORDS, read_sent
from app.sync.service import library, parking, pull, streams
from app.sync.service.position import position_of
from app.sync.service.pull import PAGE_BYTES, Page, Room
from app.sync.service.push import push
from app.sync.service.reader import Reader, reader_of
from app.sync.service.results import told_of
from app.sync.service.room import MOST_WAITING
from app.web.answers import answer, no_content
from app.web.auth import actor, note_look
from app.web.feature import Feature
from app.web.paging import MAX_LIMIT, BadCursor, Paged, make_cursor, read_cursor
from app.web.problems import problem_body, status_of
from app.web.transaction import db

sync = Feature("sync", "Devices that were away: push, pull.")

STREAM = "/v1/sync/streams/<id:patient_id>"
MOST_OPERATIONS = 500
PUSH_BYTES = 1024 * 1024
STREAM_BYTES = 2048
"""What a stream takes of the answer to a bulk pull besides its changes: its cursor, its directives."""
LIMITS = {
    "operations": MOST_OPERATIONS,
    "body_bytes": PUSH_BYTES,
    "record_bytes": MOST_RECORD_BYTES,
    "page": MAX_LIMIT,
    "streams": MOST_STREAMS,
    "parked": MOST_WAITING,
}


class TooManyOperations(RequestEntityTooLarge):
    """More than a batch may hold; the client halves it."""


@sync.operation(
    "POST",
    f"{STREAM}/ops",
    permission=Permission.SYNC_WRITE,
    body=PushSchema,
    answers={200: PushedSchema},
    max_bytes=PUSH_BYTES,
    refuses_old_apps=True,
)
def push_operations(patient_id: UUID, body: dict[str, Any]) -> Response:
    """Send what was written offline; each operation has an outcome of its own."""
    if len(body["ops"]) > MOST_OPERATIONS:
        g.limits = LIMITS
        raise TooManyOperations
    schema_version = _schema_version()
    pushed = push(
        writing(patient_id),
        body["epoch"],
        read_sent(body["ops"], patient_id),
        RECORDS,
        schema_version=schema_version,
        base_cursor=body["base_cursor"],
    )
    told: dict[str, Any] = {
        "epoch": pushed.stream.epoch,
        "head": pushed.stream.head,
        "results": [told_of(result, schema_version) for result in pushed.results],
    }
    if pushed.advice is not None:
        told["advice"] = shown_advice(pushed.advice, pushed.override)
    return answer(told)


@sync.operation(
    "GET",
    f"{STREAM}/changes",
    permission=Permission.SYNC_READ,
    query=ChangesQuerySchema,
    answers={200: ChangesSchema, 304: None, 410: None},
    refuses_old_apps=True,
)
def pull_changes(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Fetch what has changed since a cursor; without one, everything that is there."""
    asked = query["cursor"] or query["since"]
    reader = reader_of(actor(), patient_id, _schema_version())
    stream = streams.stream_of(db(), patient_id)
    scope = [reader.consent_version, sorted(reader.collections), reader.notes]
    place = (stream.epoch, stream.generation, stream.head, stream.floor)
    variant = [*place, *scope, asked, query["limit"], query["collections"], reader.schema_version]
    etag = streams.fingerprint(variant)
    if asked and request.if_none_match.contains_weak(etag):
        return answer({}, etag=etag, weak=True)
    page = _pull(patient_id, query, reader, stream, Room(query["limit"]))
    return answer(_shown(patient_id, page, reader), etag=etag, weak=True)


@sync.operation("GET", f"{STREAM}/digest", permission=Permission.SYNC_READ, answers={200: DigestSchema})
def get_digest(patient_id: UUID) -> Response:
    """Read how many records of each collection live, and the XOR by which a device proves it holds them."""
    stream = streams.stream_of(db(), patient_id)
    found = streams.digest(db(), patient_id, stream, reader_of(actor(), patient_id).collections)
    return answer({"epoch": stream.epoch, "head": stream.head, "collections": found})


@sync.operation(
    "GET", f"{STREAM}/parked", permission=Permission.SYNC_WRITE, query=Paged, answers={200: ParkedPageSchema}
)
def list_parked(patient_id: UUID, query: dict[str, Any]) -> Response:
    """List the operations that were refused or lost, whole, until somebody deals with them."""
    bound = ("parked", patient_id, actor().account_id)
    found = parking.waiting(db(), patient_id, read_cursor(query["cursor"], *bound), query["limit"])
    following = make_cursor(found.following, *bound) if found.following else None
    return answer({"items": found.items, "next_cursor": following})


@sync.operation(
    "POST",
    f"{STREAM}/parked/<id:op_id>/settlement",
    permission=Permission.SYNC_WRITE,
    body=SettlementSchema,
    answers={204: None},
)
def settle_parked(patient_id: UUID, op_id: UUID, body: dict[str, Any]) -> Response:
    """Say that a parked operation was resolved by another one, or is not wanted any more."""
    parking.settle(db(), patient_id, op_id, body["settled_as"], now())
    return no_content()


@sync.operation("GET", "/v1/sync/streams", permission=Permission.SYNC_USE, answers={200: StreamsSchema})
def list_streams() -> Response:
    """List the streams one may read, with their heads, and those that were withdrawn."""
    patients = consent.patients_of(db(), actor(), now())
    found = streams.streams_of(db(), [patient_id for patient_id, is_visible in patients if is_visible])
    heads = {patient_id: {"epoch": stream.epoch, "head": stream.head} for patient_id, stream in found.items()}
    items = [{"patient_id": one, "withdrawn": not is_visible, **heads.get(one, {})} for one, is_visible in patients]
    return answer({"items": items})


@sync.operation(
    "GET",
    "/v1/sync/library/changes",
    permission=Permission.SYNC_USE,
    query=LibraryQuerySchema,
    answers={200: LibraryChangesSchema, 304: None, 410: None},
    refuses_old_apps=True,
)
def pull_library_changes(query: dict[str, Any]) -> Response:
    """Fetch what has changed in the library since a cursor; without one, the whole library."""
    page = library.pull(db(), read_cursor(query["cursor"], "library", actor().account_id), query["limit"])
    stream = page.stream
    etag = streams.fingerprint([stream.epoch, stream.head, query["cursor"], query["limit"]])
    body = {
        "epoch": stream.epoch,
        "changes": [asdict(change) for change in page.changes],
        "cursor": make_cursor(page.position, "library", actor().account_id),
        "has_more": page.has_more,
        "head": stream.head,
        "through": page.position[1],
        "int_cursor": stream.generation << pull.GENERATION_SHIFT | page.position[1],
        "directives": [],
    }
    return answer(body, etag=etag, weak=True)


@sync.operation("GET", "/v1/sync/config", permission=Permission.SYNC_USE, answers={200: ConfigSchema})
def get_sync_config() -> Response:
    """Read the protocol's version, its limits, and which collections a device writes."""
    collections = {
        found.name: {"direction": "both" if found.is_written_by_devices else "pull", "since": dict(found.since)}
        for found in COLLECTIONS.values()
    }
    settings: Settings = current_app.config["TROCHLEA_SETTINGS"]
    body = {
        "protocol": 1,
        "limits": LIMITS,
        "collections": collections,
        "schema_versions": {"oldest": 1, "newest": SCHEMA_VERSION},
        "minimum_app_version": settings.minimum_app_version,
    }
    return answer(body)


@sync.operation(
    "POST",
    "/v1/sync/pull",
    permission=Permission.SYNC_USE,
    body=BulkPullSchema,
    answers={200: BulkPulledSchema},
    writes=False,
    refuses_old_apps=True,
)
def pull_many(body: dict[str, Any]) -> Response:
    """Fetch the changes of many streams at once, for a therapist's app."""
    room, items = Room(size=PAGE_BYTES - STREAM_BYTES * len(body["streams"])), []
    for asked in body["streams"]:
        item, room = _pull_one(asked, body["limit"], room)
        items.append(item)
    return answer({"items": items})


def _pull_one(asked: dict[str, Any], limit: int, room: Room) -> tuple[dict[str, Any], Room]:
    """Return one stream's page, or its problem, and the room left; who may read it is asked anew for each."""
    patient_id = asked["patient_id"]
    try:
        reader = reader_of(
            consent.admit_to(db(), actor(), Permission.SYNC_READ, patient_id), patient_id, _schema_version()
        )
        query = {"cursor": asked["cursor"], "since": None, "collections": []}
        own = replace(room, rows=min(limit, room.rows))
        page = _pull(patient_id, query, reader, streams.stream_of(db(), patient_id), own)
        if page.changes or asked["cursor"] is None:
            note_look(Permission.SYNC_READ, patient_id)
    except (Denied, NotVisible, Gone, BadCursor) as error:
        told = problem_body(status_of(error), error.code, error.title)
        return {"patient_id": patient_id, "problem": told, **error.extra}, room
    return {"patient_id": patient_id, "page": _shown(patient_id, page, reader)}, room.after(page.changes)


def _pull(patient_id: UUID, query: dict[str, Any], reader: Reader, stream: Stream, room: Room) -> Page:
    named = frozenset(name for names in query["collections"] for name in names.split(","))
    wanted = named or frozenset(COLLECTIONS)
    sealed = read_cursor(query["cursor"], "stream", patient_id, actor().account_id)
    position = None if sealed is None else position_of(sealed)
    if position is None and query["since"]:
        position = pull.position_at(stream, query["since"], wanted, reader)
    return pull.pull(db(), patient_id, stream, position, reader, wanted, room)


def _shown(patient_id: UUID, page: Page, reader: Reader) -> dict[str, Any]:
    return {
        "epoch": page.stream.epoch,
        "changes": pull.told(page.changes, reader),
        "cursor": make_cursor(page.position.as_list(), "stream", patient_id, actor().account_id),
        "has_more": page.has_more,
        "head": page.stream.head,
        "through": page.through,
        "int_cursor": pull.int_cursor(page.stream, page.through, reader.consent_version),
        "directives": [{"type": "drop_collection", "collection": name} for name in page.dropped],
    }


def _schema_version() -> int:
    """Return the client's schema version; without a word, or from a client ahead of us, the newest."""
    told = request.headers.get("Sync-Schema", "")
    return (
        min(max(int(told), 1), SCHEMA_VERSION)
        if told.isascii() and told.isdigit() and len(told) < 9
        else SCHEMA_VERSION
    )
