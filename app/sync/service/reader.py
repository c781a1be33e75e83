"""What somebody may read of a patient's stream."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.consent.domain import Scope
from app.kernel.permissions import Actor
from app.sync.registry import readable


@dataclass(frozen=True, slots=True)
class Reader:
    """What somebody may read: which collections, and free text or not.

    `consent_version` grows with every change of what they may read; it is 0 for the patient.
    """

    collections: frozenset[str]
    notes: bool
    consent_version: int


def reader_of(who: Actor, patient_id: UUID) -> Reader:
    """Return what somebody who was admitted to a patient's stream may read of it."""
    if who.is_patient(patient_id):
        return Reader(readable(None), notes=True, consent_version=0)
    return Reader(readable(who.scopes), notes=Scope.NOTES_READ in who.scopes, consent_version=who.consent_version)
