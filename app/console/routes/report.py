"""A patient's course on paper, for whoever is logged in by a cookie: the API's report, by the API's checks."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.console.door import console
from app.console.forms import load
from app.console.opened import scopes
from app.console.routes.patient import PATIENT
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.review.report.drawing import as_pdf
from app.review.schemas.progress import ReportQuerySchema
from app.review.service.report import check_report_open, report_on, tag_of_report
from app.web.auth import actor
from app.web.languages import in_language, language
from app.web.transaction import showing


@console.page(f"{PATIENT}/report.pdf", permission=Permission.PROGRESS_READ, replica=True)
def report(patient_id: UUID) -> Response:
    """Answer with the report of the weeks asked for, twelve where none are, in the register asked for (PDF/UA)."""
    asked = load(ReportQuerySchema, request.args.to_dict())
    held, spoken, at = scopes(), language(), now()
    check_report_open(held)
    window = (asked["since"], asked["until"], asked["register"], spoken, at)
    with showing() as session:
        tag = tag_of_report(session, patient_id, actor().account_id, held, *window)
        if request.if_none_match.contains_weak(tag):
            response = Response(status=304)
        else:
            made = report_on(session, patient_id, actor().account_id, held, *window)
            response = Response(as_pdf(made), mimetype="application/pdf")
            response.headers["Content-Disposition"] = "inline; filename=report.pdf"
    response.set_etag(tag)
    return in_language(response, spoken)
