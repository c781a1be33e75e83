"""The operations that write a kind of record as CSV."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from app.interop.routes.feature import interop
from app.interop.schemas.tables import TableSpanSchema
from app.interop.service.tables import records_of
from app.interop.tables import TABLES, as_csv
from app.kernel.permissions import Permission
from app.logbook.schemas import reads_notes
from app.web.transaction import db

CSV = "text/csv"
_PERMISSIONS = {
    "runs": Permission.SESSIONS_READ,
    "sessions": Permission.SESSIONS_READ,
    "check-ins": Permission.SESSIONS_READ,
    "treatments": Permission.SESSIONS_READ,
    "pain-scores": Permission.PAIN_READ,
    "questionnaire-responses": Permission.PAIN_READ,
    "measurements": Permission.PAIN_READ,
}


def _declare(name: str) -> None:
    table = TABLES[name]

    def export(patient_id: UUID, query: dict[str, Any]) -> Response:
        records = records_of(db(), patient_id, table, query["since"], query["until"])
        answer = Response(as_csv(table, records, with_notes=reads_notes(patient_id)), mimetype=CSV)
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer

    words = name.replace("-", " ")
    export.__name__ = f"export_{name.replace('-', '_')}"
    export.__doc__ = f"Write {words} as CSV, units in the headings, times in UTC and as they were told."
    interop.operation(
        "GET",
        f"/v1/patients/<id:patient_id>/{name}.csv",
        permission=_PERMISSIONS[name],
        query=TableSpanSchema,
        answers={200: None},
        media=(CSV,),
        replica=True,
    )(export)


for _name in TABLES:
    _declare(_name)
