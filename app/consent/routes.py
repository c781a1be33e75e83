"""The operations by which a patient lets a therapist in, and out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response

from app.consent import service
from app.consent.domain import CONSENT_TEXT_VERSION, CareLink, Scope
from app.consent.schemas import CareLinkGrantSchema, CareLinkListSchema, CareLinkSchema
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.web.answers import answer, no_content
from app.web.auth import actor
from app.web.feature import Feature
from app.web.transaction import db

consent = Feature("consent", "Who may see whom.")

LINKS = "/v1/patients/<id:patient_id>/care-links"


@consent.operation(
    "POST",
    LINKS,
    permission=Permission.CARE_LINKS_MANAGE,
    body=CareLinkGrantSchema,
    answers={201: CareLinkSchema},
)
def grant_care_link(patient_id: UUID, body: dict[str, Any]) -> Response:
    """Let a therapist see what the scopes say."""
    link = CareLink(
        id=new_id(),
        therapist_id=body["therapist_id"],
        scopes=frozenset(Scope(scope) for scope in body["scopes"]),
        purpose=body["purpose"],
        consent_text_version=CONSENT_TEXT_VERSION,
        granted_at=now(),
        expires_at=body["expires_at"],
    )
    return answer(_shown(service.grant_access(db(), patient_id, link, actor().device_id)), 201)


@consent.operation("GET", LINKS, permission=Permission.CARE_LINKS_MANAGE, answers={200: CareLinkListSchema})
def list_care_links(patient_id: UUID) -> Response:
    """List who may see what, and who could."""
    return answer({"items": [_shown(link) for link in service.links_of(db(), patient_id)]})


@consent.operation("DELETE", f"{LINKS}/<id:link_id>", permission=Permission.CARE_LINKS_MANAGE, answers={204: None})
def revoke_care_link(patient_id: UUID, link_id: UUID) -> Response:
    """End a therapist's access at once."""
    service.revoke_access(db(), patient_id, link_id, actor().device_id, now())
    return no_content()


def _shown(link: CareLink) -> dict[str, Any]:
    return {**asdict(link), "scopes": sorted(link.scopes)}
