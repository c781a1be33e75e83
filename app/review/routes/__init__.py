"""The operations of the review."""

from __future__ import annotations

from app.review.routes import caseload, progress
from app.review.routes.feature import review

__all__ = ["caseload", "progress", "review"]
