"""The operation that sets a patient's course on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.review.report.drawing import as_pdf
from app.review.report.form import Register
from app.review.routes.feature import PATIENT, review
from app.review.routes.progress import scopes_of
from app.review.schemas.progress import ReportQuerySchema
from app.review.service.report import check_report_open, report_on, tag_of_report
from app.web.auth import actor
from app.web.languages import in_language, language
from app.web.transaction import db


@review.operation(
    "GET",
    f"{PATIENT}/report.pdf",
    permission=Permission.PROGRESS_READ,
    query=ReportQuerySchema,
    answers={200: None, 304: None},
    media=("application/pdf",),
    translated=True,
    replica=True,
)
def get_report(patient_id: UUID, query: dict[str, Any]) -> Response:
    """Read a window of a patient's course as one or two pages (PDF/UA), for a clinician or for the patient."""
    scopes, spoken, at = scopes_of(actor(), patient_id), language(), now()
    check_report_open(scopes)
    register = Register(query["register"])
    reader_id = actor().account_id
    window = (query["since"], query["until"], register, spoken, at)
    tag = tag_of_report(db(), patient_id, reader_id, scopes, *window)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        made = report_on(db(), patient_id, reader_id, scopes, *window)
        response = Response(as_pdf(made), mimetype="application/pdf")
        response.headers["Content-Disposition"] = "inline; filename=report.pdf"
    response.set_etag(tag)
    return in_language(response, spoken)
