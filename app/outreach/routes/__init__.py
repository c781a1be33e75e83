"""The operations of outreach."""

from __future__ import annotations

from app.outreach.routes import calendars, reminders, webhooks
from app.outreach.routes.feature import outreach

__all__ = ["calendars", "outreach", "reminders", "webhooks"]
