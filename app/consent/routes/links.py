"""The operations by which a patient lets a therapist in, and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response

from app.consent import service
from app.consent.domain import CONSENT_TEXT_VERSION, CareLink, Scope
from app.consent.domain.words import CONSENT_TEXT, SCOPE_WORDS
from app.consent.routes.door import consent
from app.consent.schemas import (
    CareLinkGrantSchema,
    CareLinkListSchema,
    CareLinkSchema,
    ConsentTextSchema,
    LinkConfirmationSchema,
)
from app.kernel.clock import now
from app.kernel.ids import new_id
from app.kernel.permissions import Permission
from app.web.answers import answer, no_content
from app.web.auth import actor
from app.web.languages import in_language, language
from app.web.transaction import db

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
        clinic_id=body["clinic_id"],
    )
    return answer(shown_links([service.grant_access(db(), patient_id, link, actor().device_id)])[0], 201)


@consent.operation("GET", LINKS, permission=Permission.CARE_LINKS_MANAGE, answers={200: CareLinkListSchema})
def list_care_links(patient_id: UUID) -> Response:
    """List who may see what, and who could."""
    return answer({"items": shown_links(service.links_of(db(), patient_id))})


@consent.operation("DELETE", f"{LINKS}/<id:link_id>", permission=Permission.CARE_LINKS_MANAGE, answers={204: None})
def revoke_care_link(patient_id: UUID, link_id: UUID) -> Response:
    """End a therapist's access at once."""
    service.revoke_access(db(), patient_id, link_id, actor().device_id, now())
    return no_content()


@consent.operation(
    "POST",
    f"{LINKS}/<id:link_id>/confirmation",
    permission=Permission.CARE_LINKS_MANAGE,
    body=LinkConfirmationSchema,
    answers={200: CareLinkSchema},
)
def confirm_care_link(patient_id: UUID, link_id: UUID, body: dict[str, Any]) -> Response:
    """Say that a link shall stay, and until when, after the therapist left the clinic they were met in."""
    kept = service.keep_link(db(), patient_id, link_id, body["expires_at"], actor().device_id, now())
    return answer(shown_links([kept])[0])


@consent.operation("DELETE", "/v1/patients/<id:patient_id>/care", permission=Permission.CARE_END, answers={204: None})
def end_care(patient_id: UUID) -> Response:
    """End one's own care of a patient: every link that one holds to them, at once."""
    service.end_care(db(), patient_id, actor().account_id, actor().device_id, now())
    return no_content()


@consent.operation(
    "GET",
    "/v1/consent-text",
    permission=Permission.CONSENT_TEXT_READ,
    answers={200: ConsentTextSchema},
    translated=True,
)
def get_consent_text() -> Response:
    """Read the words that a patient agrees to, and what each scope opens."""
    spoken = language()
    body = {
        "version": CONSENT_TEXT_VERSION,
        "paragraphs": [words[spoken] for words in CONSENT_TEXT],
        "scopes": [{"scope": scope, "opens": words[spoken]} for scope, words in SCOPE_WORDS.items()],
    }
    return in_language(answer(body), spoken)


def shown_links(links: Sequence[CareLink]) -> list[dict[str, Any]]:
    """Return care links on the wire, with names."""
    return [
        {
            **asdict(told.link),
            "scopes": sorted(told.link.scopes),
            "therapist_name": told.therapist.display_name if told.therapist else None,
            "professional_role": told.therapist.professional_role if told.therapist else None,
            "clinic_name": told.clinic_name,
        }
        for told in service.told_of(db(), links)
    ]
