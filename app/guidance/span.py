"""How far back an answer looks: always the same way for the same day, however much was read."""

from __future__ import annotations

from datetime import date, timedelta

from app.guidance.domain.policy import Policy
from app.guidance.policies import PolicyBook

HISTORY_DAYS = 200
"""How far back the engine looks at least: 84 days of cycles and the rest before them, with room (CLINICAL 5.5)."""
ROOM_DAYS = 30
"""What is read before the window in which runs make a row: baselines and mornings (CLINICAL 1.2)."""
BEFORE_BREAK_DAYS = 60
"""What is read before a last run that lies further back: the 28 days that its mean is taken from, with room (1.4)."""


def days_back(repeat_window_days: int) -> int:
    """Return how many days before the day of asking an answer looks at."""
    return max(HISTORY_DAYS, repeat_window_days + ROOM_DAYS)


def first_day(as_of: date, policy: Policy, last_run: date | None) -> date:
    """Return the first day an answer looks at; whoever has not run for long still has a last run."""
    first = as_of - timedelta(days=days_back(policy.repeat_window_days))
    if last_run is None or last_run >= first:
        return first
    return last_run - timedelta(days=BEFORE_BREAK_DAYS)


def to_read(first: date, book: PolicyBook) -> date:
    """Return the day from which facts are read to answer for `first` and every later day."""
    return first - timedelta(days=days_back(book.furthest("repeat_window_days")) + BEFORE_BREAK_DAYS)
