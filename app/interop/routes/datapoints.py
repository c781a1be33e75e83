"""The operation by which runs go out as data points of IEEE 1752.1 (Open mHealth)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response

from app.interop.datapoints import data_point_of
from app.interop.routes.feature import interop
from app.interop.schemas.datapoints import DataPointPageSchema
from app.kernel.permissions import Permission
from app.logbook import service as logbook
from app.logbook.kinds import RUN
from app.logbook.schemas import PeriodSchema
from app.web.answers import answer
from app.web.auth import actor
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import db


@interop.operation(
    "GET",
    "/v1/patients/<id:patient_id>/data-points",
    permission=Permission.SESSIONS_READ,
    query=PeriodSchema,
    answers={200: DataPointPageSchema},
    replica=True,
)
def list_data_points(patient_id: UUID, query: dict[str, Any]) -> Response:
    """List runs as data points of IEEE 1752.1 (physical activity), by time; those without a duration are left out."""
    since, until, limit = query["since"], query["until"], query["limit"]
    bound = ("data points", patient_id, actor().account_id, since, until)
    position = read_cursor(query["cursor"], *bound)
    after = (datetime.fromisoformat(position[0]), UUID(position[1])) if position else None
    found = logbook.list_entries(
        db(), patient_id, RUN, since=since, until=until, wanted={}, after=after, limit=limit + 1
    )
    page, last = found[:limit], found[limit - 1].entry if len(found) > limit else None
    points = [point for stored in page if (point := data_point_of(stored)) is not None]
    following = make_cursor((last.performed_at, last.id), *bound) if last else None
    return answer({"items": points, "next_cursor": following})
