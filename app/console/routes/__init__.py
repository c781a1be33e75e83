"""The pages of the console."""

from __future__ import annotations

from app.console.door import console
from app.console.routes import (
    acts,
    caseload,
    clinics,
    entry,
    invitations,
    languages,
    messages,
    patient,
    policy,
    programme,
    push,
    report,
    second_factor,
    settings,
    static,
)

__all__ = [
    "acts",
    "caseload",
    "clinics",
    "console",
    "entry",
    "invitations",
    "languages",
    "messages",
    "patient",
    "policy",
    "programme",
    "push",
    "report",
    "second_factor",
    "settings",
    "static",
]
