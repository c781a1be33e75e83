"""The ids of resources: whose, which record, and which part of it, so that one can be read by its id alone.

A FHIR id has at most 64 of the characters A-Z, a-z, 0-9, - and . ; two UUIDs and a tag fit as base 32.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from uuid import UUID

_FORM = re.compile(r"([a-z2-7]{26})\.([a-z2-7]{26})(?:\.([a-z]{1,9}))?")
_PADDING = "======"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource comes from: a patient, one of their records, and the part of it (empty: the whole)."""

    patient_id: UUID
    record_id: UUID
    part: str = ""

    @property
    def id(self) -> str:
        """Return the id of the resource."""
        tail = f".{self.part}" if self.part else ""
        return f"{_written(self.patient_id)}.{_written(self.record_id)}{tail}"


def place_of(resource_id: str) -> Place | None:
    """Return what an id stands for, None for one that was never made here."""
    found = _FORM.fullmatch(resource_id)
    if found is None:
        return None
    patient, record, part = found.groups()
    try:
        place = Place(_read(patient), _read(record), part or "")
    except (binascii.Error, ValueError):
        return None
    return place if place.id == resource_id else None


def patient_reference(patient_id: UUID) -> dict[str, str]:
    """Return the reference to a patient."""
    return {"reference": f"Patient/{patient_id}"}


def _written(found: UUID) -> str:
    return base64.b32encode(found.bytes).decode().rstrip("=").lower()


def _read(text: str) -> UUID:
    return UUID(bytes=base64.b32decode(text.upper() + _PADDING))
