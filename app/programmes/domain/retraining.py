"""Movement retraining: each session is longer than the one before, and is told less."""

from __future__ import annotations

from dataclasses import dataclass

from app.programmes.domain.plan import Retraining
from app.programmes.domain.words import Cue, RetrainingSetting

FULL_FEEDBACK_PART = 0.5
"""Part of the sessions with all feedback, before it fades (E, shaped after willy2019)."""


@dataclass(frozen=True, slots=True)
class RetrainingSession:
    """One session: its number, how long, and in how much of the time feedback is given."""

    number: int
    minutes: int
    feedback_percent: int
    setting: RetrainingSetting
    cues: tuple[Cue, ...]


def next_session(retraining: Retraining, done: int) -> RetrainingSession | None:
    """Return the session that follows so many done; None when all are."""
    if done >= retraining.sessions:
        return None
    number = done + 1
    return RetrainingSession(
        number,
        _minutes(retraining, number),
        feedback_percent(retraining.sessions, number),
        retraining.setting,
        retraining.cues,
    )


def feedback_percent(sessions: int, number: int) -> int:
    """Return the share of the time with feedback: all at first, then less each session; never more than before."""
    full = round(sessions * FULL_FEEDBACK_PART)
    fading = sessions - full
    return 100 if number <= full else 100 * (sessions - number) // fading


def _minutes(retraining: Retraining, number: int) -> int:
    steps = retraining.sessions - 1
    grown = retraining.last_minutes - retraining.first_minutes
    return retraining.first_minutes + (grown * (number - 1) // steps if steps else 0)
