"""What somebody may read of a patient's stream."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.consent.domain import Scope
from app.kernel.permissions import Actor
from app.sync.registry import SCHEMA_VERSION, readable


@dataclass(frozen=True, slots=True)
class Reader:
    """What somebody may read: which collections, and free text or not.

    `consent_version` grows with every change of what they may read; it is 0 for the patient. `schema_version` is
    their app's.
    """

    collections: frozenset[str]
    notes: bool
    consent_version: int
    schema_version: int = SCHEMA_VERSION

    @property
    def reads_whole(self) -> bool:
        """Does every record go out as it is kept, without a field hidden or blank?"""
        return self.notes and self.schema_version >= SCHEMA_VERSION


def reader_of(who: Actor, patient_id: UUID, schema_version: int = SCHEMA_VERSION) -> Reader:
    """Return what somebody who was admitted to a patient's stream may read of it, with an app of this version."""
    if who.is_patient(patient_id):
        return Reader(readable(None), notes=True, consent_version=0, schema_version=schema_version)
    notes = Scope.NOTES_READ in who.scopes
    return Reader(readable(who.scopes), notes, who.consent_version, schema_version)
