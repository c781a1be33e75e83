"""The operations of imports of many runs: order one, follow it, cancel it, take the file back, delete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, after_this_request, current_app

from app.interop.importer import Importer
from app.interop.repository.imports import OPEN, Import
from app.interop.routes.feature import interop
from app.interop.routes.runs import FORM_BYTES
from app.interop.schemas.imports import (
    OUTCOMES,
    ImportItemPageSchema,
    ImportItemQuerySchema,
    ImportOrderSchema,
    ImportPageSchema,
    ImportSchema,
)
from app.interop.service import imports as service
from app.interop.service import originals
from app.interop.service.imports import MOST_BYTES, Upload
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.web.answers import answer, no_content
from app.web.auth import actor, own_patient_id
from app.web.paging import Paged, make_cursor, read_cursor
from app.web.transaction import database, db

IMPORTS, ONE = "/v1/imports", "/v1/imports/<id:import_id>"
BYTES = "application/octet-stream"


@interop.operation(
    "POST",
    IMPORTS,
    permission=Permission.RUNS_IMPORT,
    form=ImportOrderSchema,
    answers={202: ImportSchema, 200: ImportSchema},
    max_bytes=MOST_BYTES + FORM_BYTES,
)
def create_import(form: dict[str, Any]) -> Response:
    """Send a file of many runs, to be worked on after the answer; the same file again is the same import."""
    patient_id = own_patient_id()
    upload = Upload(form["file"].stream, form["file"].filename, form["zone"], form["treat_as_run"] == "true")
    one, is_new = service.order_import(db(), patient_id, actor().device_id, upload, now())
    _wake_for([one])
    return answer(_shown(one), 202 if is_new else 200, location=f"{IMPORTS}/{one.id}")


@interop.operation("GET", IMPORTS, permission=Permission.RUNS_IMPORT, query=Paged, answers={200: ImportPageSchema})
def list_imports(query: dict[str, Any]) -> Response:
    """List one's imports, the latest first."""
    patient_id, limit = own_patient_id(), query["limit"]
    (after,) = read_cursor(query["cursor"], "imports", patient_id) or [None]
    found = service.list_imports(db(), patient_id, UUID(after) if after else None, limit + 1)
    _wake_for(found)
    counts = service.count_outcomes(db(), patient_id, found[:limit])
    following = make_cursor([found[limit - 1].id], "imports", patient_id) if len(found) > limit else None
    return answer({"items": [_shown(one, counts.get(one.id)) for one in found[:limit]], "next_cursor": following})


@interop.operation("GET", ONE, permission=Permission.RUNS_IMPORT, answers={200: ImportSchema})
def get_import(import_id: UUID) -> Response:
    """Say how far an import is, and what has become of what is in it."""
    one = service.read_import(db(), own_patient_id(), import_id)
    _wake_for([one])
    return answer(_shown_whole(one))


@interop.operation(
    "GET",
    f"{ONE}/items",
    permission=Permission.RUNS_IMPORT,
    query=ImportItemQuerySchema,
    answers={200: ImportItemPageSchema},
)
def list_import_items(import_id: UUID, query: dict[str, Any]) -> Response:
    """Say of each thing in a file what became of it, in the order of the file."""
    patient_id, limit, outcome = own_patient_id(), query["limit"], query["outcome"]
    service.read_import(db(), patient_id, import_id)
    bound = ("import items", patient_id, import_id, outcome)
    (after,) = read_cursor(query["cursor"], *bound) or [None]
    found = service.list_items(db(), patient_id, import_id, outcome, after, limit + 1)
    following = make_cursor([found[limit - 1].number], *bound) if len(found) > limit else None
    return answer({"items": found[:limit], "next_cursor": following})


@interop.operation("POST", f"{ONE}/cancellation", permission=Permission.RUNS_IMPORT, answers={200: ImportSchema})
def cancel_import(import_id: UUID) -> Response:
    """Stop an import; runs that are in stay, and the same file sent again goes on with it."""
    return answer(_shown_whole(service.cancel_import(db(), own_patient_id(), import_id, now())))


@interop.operation("GET", f"{ONE}/original", permission=Permission.RUNS_IMPORT, answers={200: None}, media=(BYTES,))
def get_original(import_id: UUID) -> Response:
    """Take the file back as it was sent."""
    one = service.read_import(db(), own_patient_id(), import_id)
    told = Response(originals.pieces(database().reading, one.patient_id, one.id), mimetype=BYTES)
    told.headers["Content-Disposition"] = f'attachment; filename="import-{one.id}"'
    told.content_length = one.size_bytes
    return told


@interop.operation("DELETE", ONE, permission=Permission.RUNS_IMPORT, answers={204: None})
def delete_import(import_id: UUID) -> Response:
    """Delete an import, its file and its report; the runs stay."""
    service.delete_import(db(), own_patient_id(), import_id)
    return no_content()


def _wake_for(found: Sequence[Import]) -> None:
    """Let the server's own thread look once this answer is committed, where something is to be worked on."""
    if any(one.state in OPEN for one in found):
        after_this_request(_wake)


def _wake(response: Response) -> Response:
    importer: Importer = current_app.extensions["trochlea.importer"]
    importer.wake()
    return response


def _shown_whole(one: Import) -> dict[str, Any]:
    return _shown(one, service.count_outcomes(db(), one.patient_id, [one]).get(one.id))


def _shown(one: Import, outcomes: Mapping[str, int] | None = None) -> dict[str, Any]:
    names = ("id", "state", "kind", "filename", "sha256", "size_bytes", "zone", "treat_as_run", "made_at")
    more = ("settled_at", "refused_as", "bytes_read", "bytes_total")
    counted = outcomes or {}
    return {
        **{name: getattr(one, name) for name in (*names, *more)},
        "done": one.items_done,
        "total": one.items_total,
        "outcomes": {name: counted.get(name, 0) for name in OUTCOMES},
    }
