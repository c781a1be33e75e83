"""The feature that the operations of the review are declared on."""

from __future__ import annotations

from app.web.feature import Feature

review = Feature("review", "Who needs attention, how a patient is doing, and that it was looked at.")

PATIENT = "/v1/patients/<id:patient_id>"
