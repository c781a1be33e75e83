"""The operation by which a patient reads who looked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response

from app.consent import service
from app.consent.domain.words import LOOK_WORDS
from app.consent.routes.door import consent
from app.consent.schemas.access_log import AccessPageSchema
from app.consent.service.access_log import ToldAccess
from app.kernel.permissions import Permission
from app.web.answers import answer
from app.web.auth import own_patient_id
from app.web.languages import in_language, language
from app.web.paging import Paged, make_cursor, read_cursor
from app.web.transaction import db


@consent.operation(
    "GET",
    "/v1/me/access-log",
    permission=Permission.ACCESS_LOG_READ,
    query=Paged,
    answers={200: AccessPageSchema},
    translated=True,
)
def list_accesses(query: dict[str, Any]) -> Response:
    """List who used what of one's own, newest first; one line for each request."""
    patient_id, spoken = own_patient_id(), language()
    position = read_cursor(query["cursor"], "access_log", patient_id)
    found = service.accesses_of(db(), patient_id, UUID(position[0]) if position else None, query["limit"] + 1)
    shown = found[: query["limit"]]
    has_more = len(found) > len(shown)
    following = make_cursor([shown[-1].access.id], "access_log", patient_id) if has_more else None
    body = {"items": [_shown(one, spoken) for one in shown], "next_cursor": following}
    return in_language(answer(body), spoken)


def _shown(told: ToldAccess, spoken: str) -> dict[str, Any]:
    return {
        **asdict(told.access),
        "reader_name": told.reader.display_name if told.reader else None,
        "professional_role": told.reader.professional_role if told.reader else None,
        "what": LOOK_WORDS[Permission(told.access.permission)][spoken],
    }
