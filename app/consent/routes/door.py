"""The door of consent."""

from __future__ import annotations

from app.web.feature import Feature

consent = Feature("consent", "Who may see whom, who let them in, and who looked.", writes_down=True)
