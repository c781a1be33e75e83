"""The operation that lists whom a therapist should look at first."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.kernel.clock import now
from app.kernel.permissions import Permission
from app.review.domain.attention import Reason, ReasonCode, Urgency
from app.review.domain.caseload import Line, Order, Wanted, page_of, totals_of
from app.review.routes.feature import review
from app.review.schemas.caseload import CaseloadQuerySchema, CaseloadSchema, ReasonFactsSchema
from app.review.service.caseload import caseload_of
from app.review.words import reason_in_words
from app.web.answers import answer
from app.web.auth import actor, note_look
from app.web.languages import in_language, language
from app.web.paging import make_cursor, read_cursor
from app.web.transaction import db

_NO_FACTS = dict.fromkeys(ReasonFactsSchema().fields)


@review.operation(
    "GET",
    "/v1/caseload",
    permission=Permission.CASELOAD_READ,
    query=CaseloadQuerySchema,
    answers={200: CaseloadSchema},
    translated=True,
    replica=True,
)
def get_caseload(query: dict[str, Any]) -> Response:
    """Read which of one's patients need attention, why, since when and how soon."""
    wanted = _wanted(query)
    bound_to = ("caseload", actor().account_id, wanted, query["no_data_days"])
    after = read_cursor(query["cursor"], *bound_to)
    at, spoken = now(), language()
    lines = caseload_of(db(), actor().account_id, query["no_data_days"], at)
    page, position = page_of(lines, wanted, after, query["limit"])
    for line in page:
        note_look(Permission.CASELOAD_READ, line.patient_id)
    totals = totals_of(lines)
    told = {
        "as_of": at,
        "totals": {"patients": totals.patients, "by_urgency": totals.by_urgency, "by_reason": totals.by_reason},
        "items": [_case(line, spoken) for line in page],
        "next_cursor": make_cursor(position, *bound_to) if position is not None else None,
    }
    return in_language(answer(told), spoken)


def _wanted(query: dict[str, Any]) -> Wanted:
    return Wanted(
        reasons=tuple(sorted({ReasonCode(one) for one in query["reason"]})),
        at_least=Urgency(query["urgency"]) if query["urgency"] else None,
        name=query["name"],
        order=Order(query["sort"]),
    )


def _case(line: Line, spoken: str) -> dict[str, Any]:
    return {
        "patient_id": line.patient_id,
        "display_name": line.display_name,
        "scopes": sorted(line.scopes),
        "link_ends_on": line.link_ends_on,
        "last_entry_on": line.last_entry_on,
        "stage": line.stage,
        "urgency": line.urgency,
        "reasons": [_reason(one, spoken) for one in line.reasons],
    }


def _reason(reason: Reason, spoken: str) -> dict[str, Any]:
    return {
        "code": reason.code,
        "urgency": reason.urgency,
        "since_on": reason.since_on,
        "facts": {**_NO_FACTS, **reason.facts},
        "text": reason_in_words(reason, spoken),
    }
