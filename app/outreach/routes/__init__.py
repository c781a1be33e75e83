"""The operations of outreach."""

from __future__ import annotations

from app.outreach.routes import reminders, webhooks
from app.outreach.routes.feature import outreach

__all__ = ["outreach", "reminders", "webhooks"]
