"""The operations of outreach."""

from __future__ import annotations

from app.outreach.routes import reminders
from app.outreach.routes.feature import outreach

__all__ = ["outreach", "reminders"]
