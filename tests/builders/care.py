"""Patients in a therapist's care, with only what a test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.builders.devices import Phone, put
from tests.builders.people import Person

ALL_SCOPES = ("sessions.read", "pain.read", "notes.read", "advice.read", "plan.write", "message")


def let_in(patient: Person, therapist: Person, *scopes: str, days: int = 90) -> str:
    """Let a therapist in with these scopes, all without any, and return the link's id."""
    expires_at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    body = {
        "therapist_id": str(therapist.id),
        "scopes": list(scopes or ALL_SCOPES),
        "purpose": "rehabilitation",
        "expires_at": expires_at,
    }
    answer = patient.post("/v1/patients/{me}/care-links", body)
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])


def logged(patient: Person, **entries: list[dict[str, Any]]) -> None:
    """Push a patient's entries, by collection."""
    ops = [put(collection, entry) for collection, listed in entries.items() for entry in listed]
    results = Phone(patient).send(ops).json["results"]
    assert {one["status"] for one in results} == {"applied"}, results
