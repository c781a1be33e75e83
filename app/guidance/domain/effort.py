"""The load of one run or session: effort times minutes, of an effort that was told neither too soon nor too late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.guidance.domain.ruleset.numbers import EFFORT_FROM_MIN, EFFORT_UNTIL_DAYS

TOO_EARLY, TOO_LATE = "told_too_early", "told_too_late"


@dataclass(frozen=True, slots=True)
class Effort:
    """Effort (CR10) of something that began at an instant and lasted some minutes, and when it was told."""

    rpe: float
    began_at: datetime
    duration_min: float
    told_at: datetime

    @property
    def waited(self) -> timedelta:
        """Return how long after the end it was told; below zero before the end."""
        return self.told_at - self.began_at - timedelta(minutes=self.duration_min)

    @property
    def session_load(self) -> float | None:
        """Return effort times minutes, AU; None where the effort does not count."""
        return None if left_out(self.waited) else self.rpe * self.duration_min


def left_out(waited: timedelta) -> str | None:
    """Return why an effort told so long after the end does not count: too early or too late; None if it does.

    It counts from 1 minute to 14 days after the end, both included (foster2021).
    """
    if waited < timedelta(minutes=EFFORT_FROM_MIN):
        return TOO_EARLY
    return TOO_LATE if waited > timedelta(days=EFFORT_UNTIL_DAYS) else None
