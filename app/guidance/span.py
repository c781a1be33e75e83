"""How far back an answer looks: always the same way for the same day, however much was read."""

from __future__ import annotations

from datetime import date, timedelta

from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset.numbers import BEFORE_BREAK_DAYS as BEFORE_BREAK_DAYS
from app.guidance.domain.ruleset.numbers import HISTORY_DAYS, ROOM_DAYS
from app.guidance.policies import PolicyBook


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
