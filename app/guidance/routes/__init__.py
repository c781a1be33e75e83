"""The operations of guidance."""

from __future__ import annotations

from app.guidance.routes import advice, following, looks, plan
from app.guidance.routes.feature import guidance

__all__ = ["advice", "following", "guidance", "looks", "plan"]
