"""Who: the patient, and whom the patient lets see what."""

from __future__ import annotations

from datetime import datetime

from app.accounts.domain import Account
from app.consent.service.links import ToldLink
from app.interop.fhir.coding import (
    CONSENT_DOCUMENT,
    CONSENT_SCOPE,
    OBSERVATION_VALUE,
    PARTICIPATION,
    SCOPE,
    Json,
    concept,
    loinc,
)
from app.interop.fhir.ids import Place, patient_reference
from app.interop.fhir.told import instant

POLICY = "urn:trochlea:consent-text:"


def patient_of(account: Account, birth_year: int | None) -> Json:
    """Return a patient: the name they are called by and, where they told it, the year of birth."""
    found: Json = {
        "resourceType": "Patient",
        "id": str(account.id),
        "active": True,
        "name": [{"use": "usual", "text": account.display_name}],
    }
    return {**found, "birthDate": str(birth_year)} if birth_year is not None else found


def summary_of(account: Account) -> Json:
    """Return a patient as a search tells them: marked as not whole, for the year of birth is read one by one."""
    return {**patient_of(account, None), "meta": {"tag": [{"system": OBSERVATION_VALUE, "code": "SUBSETTED"}]}}


def consent_of(account: Account, told: ToldLink, at: datetime) -> Json:
    """Return a care link as a consent: whom it lets in, to what, from when until when."""
    link = told.link
    name = told.therapist.display_name if told.therapist else "a therapist whose account is gone"
    scopes = [concept(SCOPE, scope.value, scope.value) for scope in sorted(link.scopes)]
    return {
        "resourceType": "Consent",
        "id": Place(account.id, link.id).id,
        "status": "active" if link.is_open(at) else "inactive",
        "scope": concept(CONSENT_SCOPE, "patient-privacy", "Privacy Consent"),
        "category": [loinc(CONSENT_DOCUMENT)],
        "patient": patient_reference(account.id),
        "dateTime": instant(link.granted_at),
        "policy": [{"uri": POLICY + link.consent_text_version}],
        "provision": {
            "type": "permit",
            "period": {"start": instant(link.granted_at), "end": instant(link.revoked_at or link.expires_at)},
            "actor": [
                {"role": concept(PARTICIPATION, "IRCP", "information recipient"), "reference": {"display": name}}
            ],
            "code": scopes,
        },
    }
