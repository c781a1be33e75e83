"""The operations by which other systems bring and take."""

from __future__ import annotations

from app.interop.routes import fhir, runs, tables
from app.interop.routes.feature import interop

__all__ = ["fhir", "interop", "runs", "tables"]
