"""The operations by which run files come in."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.interop.routes.feature import interop
from app.interop.runfiles import MOST_BYTES, RunFile, read_run_file
from app.interop.schemas.runs import RunImportedSchema, RunImportSchema
from app.interop.service import runs as service
from app.interop.service.imports import Upload, keep_single
from app.interop.service.runs import Imported
from app.interop.zones import zone_of
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.logbook.kinds import PAIN_SCORE, RUN
from app.logbook.schemas import shown, writing
from app.web.answers import answer
from app.web.auth import actor, own_patient_id
from app.web.transaction import db

FORM_BYTES = 64 * 1024
"""Room for the form around the file."""


@interop.operation(
    "POST",
    "/v1/runs/import",
    permission=Permission.RUNS_IMPORT,
    form=RunImportSchema,
    answers={201: RunImportedSchema, 200: RunImportedSchema},
    max_bytes=MOST_BYTES + FORM_BYTES,
)
def import_run(form: dict[str, Any]) -> Response:
    """Import one FIT, TCX or GPX file of a run; the same run again, from this file or another, changes nothing."""
    sent = form["file"]
    run_file = read_run_file(sent.stream.read(MOST_BYTES + 1), filename=sent.filename)
    place, own = run_file.first_position, actor().zone
    zone, zone_from = zone_of(run_file.started_at, place, told=form["zone"], said=None, own=own)
    upload = Upload(sent.stream, sent.filename, form["zone"], form["treat_as_run"] == "true")
    imported = service.import_run(
        writing(own_patient_id()),
        run_file,
        zone,
        pain_during=form["pain_during"],
        side=form["side"],
        treat_as_run=upload.treat_as_run,
    )
    kept = keep_single(db(), own_patient_id(), actor().device_id, upload, imported, zone_from, now())
    shown_whole = {**_shown(imported, run_file, zone_from), "import_id": kept.id if kept else None}
    return answer(shown_whole, 201 if imported.is_new else 200)


def _shown(imported: Imported, run_file: RunFile, zone_from: str) -> dict[str, Any]:
    told = ("format", "sport", "sub_sport", "elapsed_s", "sessions", "sha256")
    return {
        "duplicate": not imported.is_new,
        "run": shown(RUN, imported.run),
        "pain_score": shown(PAIN_SCORE, imported.pain_score) if imported.pain_score else None,
        "file": {**{name: getattr(run_file, name) for name in told}, "zone_from": zone_from},
    }
