"""The kinds of notice that people are sent, and what each may say: never a score, a diagnosis or a name."""

from __future__ import annotations

from enum import StrEnum


class NoticeKind(StrEnum):
    """Why somebody is written to."""

    SESSION_DUE = "session_due"
    MORNING_SCORE_MISSING = "morning_score_missing"
    REVIEW_DUE = "review_due"
    CARE_CHANGED = "care_changed"
    WELCOME = "welcome"
    ALREADY_REGISTERED = "already_registered"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name, not a secret
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    SESSION_CUT_OFF = "session_cut_off"


REMINDERS = frozenset({NoticeKind.SESSION_DUE, NoticeKind.MORNING_SCORE_MISSING, NoticeKind.REVIEW_DUE})
"""What is sent to whoever asked for it alone, and outside of their quiet hours; all else is sent at once."""
