"""The feature that the operations on accounts are declared on."""

from __future__ import annotations

from app.web.feature import Feature

accounts = Feature("accounts", "Who is who: register, log in, devices, the second factor.", writes_down=True)
