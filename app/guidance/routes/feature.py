"""The feature that every operation of guidance belongs to."""

from __future__ import annotations

from app.web.feature import Feature

guidance = Feature("guidance", "The pain rule and load advice.")

PATIENT = "/v1/patients/<id:patient_id>"
GUIDANCE = f"{PATIENT}/guidance"
