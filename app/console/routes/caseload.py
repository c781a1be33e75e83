"""The caseload: who needs attention first, why, and since when."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from app.console.cases import case_of
from app.console.door import console
from app.console.forms import load
from app.console.rendering import render
from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.review.domain.attention import ReasonCode, Urgency
from app.review.domain.caseload import Order, Wanted, page_of, totals_of
from app.review.schemas.caseload import CaseloadQuerySchema
from app.review.service.caseload import caseload_of
from app.review.words import book_of
from app.web.auth import actor, note_look
from app.web.languages import language
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import showing

A_PAGE = 50


@console.page("/caseload", permission=Permission.CASELOAD_READ, replica=True)
def caseload() -> Response:
    """Show the patients who have let one in, those who need one most first."""
    asked = _asked()
    wanted = Wanted(
        reasons=tuple(sorted({ReasonCode(one) for one in asked["reason"]})),
        at_least=Urgency(asked["urgency"]) if asked["urgency"] else None,
        name=asked["name"],
        order=Order(asked["sort"]),
    )
    bound_to = ("console caseload", actor().account_id, wanted)
    after, at, spoken = read_cursor(asked["cursor"], *bound_to), now(), language()
    with showing() as session:
        lines = caseload_of(session, actor().account_id, asked["no_data_days"], at)
    page, position = page_of(lines, wanted, after, A_PAGE)
    for line in page:
        note_look(Permission.CASELOAD_READ, line.patient_id)
    return render(
        "caseload.html",
        cases=[case_of(line, spoken) for line in page],
        totals=totals_of(lines),
        asked=asked,
        is_narrowed=bool(wanted.reasons or wanted.at_least or wanted.name),
        urgencies=list(Urgency),
        reasons=list(ReasonCode),
        orders=list(Order),
        stages=book_of(spoken).stages,
        following=_following(asked, make_cursor(position, *bound_to)) if position is not None else None,
        is_first=after is None,
    )


def _asked() -> dict[str, Any]:
    """Return the filter; an empty field filters nothing."""
    args = request.args
    told: dict[str, Any] = {name: args[name] for name in ("urgency", "name", "sort", "cursor") if args.get(name)}
    return load(CaseloadQuerySchema, {**told, "reason": [one for one in args.getlist("reason") if one]})


def _following(asked: dict[str, Any], cursor: str) -> str:
    """Return the query of the next page."""
    kept = [(name, str(asked[name])) for name in ("urgency", "name", "sort") if asked[name]]
    return urlencode([*kept, *(("reason", str(one)) for one in asked["reason"]), ("cursor", cursor)])
