"""How movement retraining is followed: which cues were kept, and how the feedback fades, beside what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.kernel.clock import day_in_zone
from app.logbook.domain import LoggedSession
from app.programmes.domain.plan import Retraining
from app.programmes.domain.retraining import feedback_percent
from app.programmes.domain.words import Cue, RetrainingSetting


@dataclass(frozen=True, slots=True)
class CueKept:
    """One cue: in how many sessions something was told of cues, and in how many of these it was kept."""

    cue: Cue
    told: int
    kept: int


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """One session: the part of the time for which feedback was asked, and that for which it was given."""

    number: int
    on: date
    asked_percent: int
    told_percent: int | None


@dataclass(frozen=True, slots=True)
class RetrainingFollowed:
    """One retraining of the present stage; `cue_percent` is None where nobody told of cues, and never 0 for that."""

    exercise: str
    setting: RetrainingSetting
    sessions_asked: int
    sessions_done: int
    cue_percent: float | None
    cues: tuple[CueKept, ...]
    feedback: tuple[FeedbackGiven, ...]


def followed(retraining: Retraining, sessions: Iterable[LoggedSession]) -> RetrainingFollowed:
    """Return how a retraining was followed in these sessions; those without its exercise count for nothing."""
    ordered = sorted(sessions, key=lambda session: (session.performed_at, session.id))
    done = [session for session in ordered if any(one.exercise == retraining.exercise for one in session.sets)]
    cues = tuple(_kept(cue, done) for cue in retraining.cues)
    asked = sum(cue.told for cue in cues)
    return RetrainingFollowed(
        exercise=retraining.exercise,
        setting=retraining.setting,
        sessions_asked=retraining.sessions,
        sessions_done=len(done),
        cue_percent=round(100 * sum(cue.kept for cue in cues) / asked, 1) if asked else None,
        cues=cues,
        feedback=tuple(_feedback(retraining, number, session) for number, session in enumerate(done, 1)),
    )


def _kept(cue: Cue, done: Sequence[LoggedSession]) -> CueKept:
    told = [session.cues_kept for session in done if session.cues_kept is not None]
    return CueKept(cue, len(told), sum(cue in kept for kept in told))


def _feedback(retraining: Retraining, number: int, session: LoggedSession) -> FeedbackGiven:
    asked = feedback_percent(retraining.sessions, number) if number <= retraining.sessions else 0
    return FeedbackGiven(number, day_in_zone(session.performed_at, session.zone), asked, session.feedback_percent)
