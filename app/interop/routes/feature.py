"""The feature that the operations for other systems are declared on."""

from __future__ import annotations

from app.web.feature import Feature

interop = Feature("interop", "Other systems: run files in; FHIR and CSV out.")
