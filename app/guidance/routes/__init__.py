"""The operations of guidance."""

from __future__ import annotations

from app.guidance.routes import advice, plan
from app.guidance.routes.feature import guidance

__all__ = ["advice", "guidance", "plan"]
