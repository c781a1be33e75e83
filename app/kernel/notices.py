"""The kinds of notice that people are sent, and what each may say: never a score, a diagnosis or a name."""

from __future__ import annotations

from enum import StrEnum


class NoticeKind(StrEnum):
    """Why somebody is written to."""

    SESSION_DUE = "session_due"
    MORNING_SCORE_MISSING = "morning_score_missing"
    REVIEW_DUE = "review_due"
    CARE_CHANGED = "care_changed"
