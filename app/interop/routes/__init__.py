"""The operations by which other systems bring and take."""

from __future__ import annotations

from app.interop.routes import datapoints, fhir, imports, runs, tables
from app.interop.routes.feature import interop

__all__ = ["datapoints", "fhir", "imports", "interop", "runs", "tables"]
