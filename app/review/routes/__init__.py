"""The operations of the review."""

from __future__ import annotations

from app.review.routes import caseload, charts, messages, progress, report, reviews
from app.review.routes.feature import review

__all__ = ["caseload", "charts", "messages", "progress", "report", "review", "reviews"]
