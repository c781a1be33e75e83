"""The operation that draws a chart."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from flask import Response, request

from app.kernel.clock import now
from app.kernel.errors import NotVisible
from app.kernel.permissions import Permission
from app.review.charts.drawing import as_png, as_svg
from app.review.charts.form import Chart
from app.review.routes.feature import PATIENT, review
from app.review.routes.progress import scopes_of
from app.review.schemas.charts import VegaLiteSchema
from app.review.schemas.progress import ProgressQuerySchema
from app.review.service.charts import ChartFormat, ChartName, chart_of, check_open, tag_of
from app.web.answers import JSON
from app.web.auth import actor
from app.web.languages import in_language, language
from app.web.transaction import db

OPAQUE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""What an SVG may do when it is opened by itself: be looked at."""


@review.operation(
    "GET",
    f"{PATIENT}/charts/<name>.<form>",
    permission=Permission.PROGRESS_READ,
    query=ProgressQuerySchema,
    answers={200: VegaLiteSchema, 304: None},
    media=(JSON, "image/svg+xml", "image/png"),
    translated=True,
    replica=True,
)
def get_chart(patient_id: UUID, name: str, form: str, query: dict[str, Any]) -> Response:
    """Draw a chart (pain-and-load, adherence, outcomes) as json (Vega-Lite), svg or png."""
    chosen, drawn_as = _chosen(name, form)
    scopes, spoken, at = scopes_of(actor(), patient_id), language(), now()
    check_open(chosen, scopes)
    tag = tag_of(db(), patient_id, scopes, (chosen, drawn_as, query["since"], query["until"], spoken), at)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = _drawn(
            chart_of(db(), patient_id, chosen, scopes, query["since"], query["until"], spoken, at), drawn_as
        )
    response.set_etag(tag)
    return in_language(response, spoken)


def _chosen(name: str, form: str) -> tuple[ChartName, ChartFormat]:
    """Return which chart is meant and in which form; raise NotVisible for one that there is not."""
    if name not in set(ChartName) or form not in set(ChartFormat):
        raise NotVisible
    return ChartName(name), ChartFormat(form)


def _drawn(chart: Chart, form: ChartFormat) -> Response:
    spec = chart.spec()
    if form is ChartFormat.JSON:
        return Response(orjson.dumps(spec), mimetype="application/json")
    if form is ChartFormat.PNG:
        return Response(as_png(spec), mimetype="image/png")
    response = Response(as_svg(spec), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = OPAQUE
    return response
