"""The feature that the operations of outreach are declared on."""

from __future__ import annotations

from app.web.feature import Feature

outreach = Feature("outreach", "What is told of by itself: reminders, web push, and webhooks.")
