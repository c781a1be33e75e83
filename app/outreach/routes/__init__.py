"""The operations of outreach."""

from __future__ import annotations

from app.outreach.routes import calendars, pushes, reminders, webhooks
from app.outreach.routes.feature import outreach

__all__ = ["calendars", "outreach", "pushes", "reminders", "webhooks"]
