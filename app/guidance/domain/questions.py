"""When the questions about urgent signs are due: at intake, after pain of 6 or more, after a limp, and monthly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.guidance.domain.decision import Referral
from app.guidance.domain.red_flags import RED_FLAGS
from app.guidance.domain.ruleset.numbers import ASKED_EVERY_DAYS
from app.guidance.domain.ruleset.numbers import SEVERE_PAIN_MIN as SEVERE_PAIN_MIN


@dataclass(frozen=True, slots=True)
class Question:
    """One question: whether and why it is due, and how fast a yes must be seen."""

    code: str
    level: Referral
    due: bool
    because: str | None
    answered_at: datetime | None


def questions(
    answered: dict[str, datetime], severe_pain_at: datetime | None, limp_at: datetime | None, at: datetime
) -> list[Question]:
    """Return all 18 questions, most urgent first; each is due by its own last answer."""
    found = []
    for code, level in RED_FLAGS.items():
        last = answered.get(code)
        because = why_due(last, severe_pain_at, limp_at, at)
        found.append(Question(code, level, because is not None, because, last))
    return found


def why_due(
    answered_at: datetime | None, severe_pain_at: datetime | None, limp_at: datetime | None, at: datetime
) -> str | None:
    """Why is a question due: intake, pain, limp or monthly? None: it is not."""
    if answered_at is None:
        return "intake"
    if severe_pain_at is not None and severe_pain_at >= answered_at:
        return "pain"
    if limp_at is not None and limp_at >= answered_at:
        return "limp"
    return "monthly" if at - answered_at >= timedelta(days=ASKED_EVERY_DAYS) else None
