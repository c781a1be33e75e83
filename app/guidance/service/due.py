"""What is due on a day, and how it was followed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.guidance.cueing import RetrainingFollowed, followed
from app.guidance.domain.adherence import Adherence
from app.guidance.domain.due import WINDOWS_DAYS, DueExercise
from app.guidance.domain.hip_first import HipFirst, hip_and_knee
from app.guidance.service.following import instant_of, read_following
from app.guidance.values import DayAsked, Pause
from app.logbook import service as logbook
from app.logbook.kinds import SESSION
from app.programmes.domain.calendar import tune_up_on
from app.programmes.domain.programme import ProgrammeRevision
from app.programmes.domain.retraining import RetrainingSession, next_session
from app.programmes.domain.words import Status

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueList:
    """What is due on a day, and what stands behind it."""

    on: date
    zone: str
    revision: ProgrammeRevision | None
    items: list[DueExercise]
    hip_first: HipFirst
    is_hip_first: bool
    hip_and_knee: tuple[int, int]
    pauses: list[Pause]
    retraining: dict[str, RetrainingSession]
    tune_up_on: date | None


@dataclass(frozen=True, slots=True)
class Followed:
    """Adherence by days, and the retraining of the present stage."""

    windows: dict[int, Adherence]
    retraining: list[RetrainingFollowed]


def due_list(db: Session, patient_id: UUID, asked: DayAsked, at: datetime) -> DueList:
    """Return what is due on a day of the patient's zone."""
    day, zone = asked.on, asked.zone
    following = read_following(db, patient_id, day, asked, at)
    revision, items = following.revision_on(day), following.due_on(day)
    shown = [one.exercise.exercise for one in items if not one.hidden_because]
    groups = [following.exercises[slug].group for slug in dict.fromkeys(shown) if slug in following.exercises]
    return DueList(
        on=day,
        zone=zone,
        revision=revision,
        items=items,
        hip_first=following.hip_first_on(day),
        is_hip_first=following.is_hip_first_on(day),
        hip_and_knee=hip_and_knee(groups),
        pauses=following.pauses_on(day),
        retraining=_retraining(db, patient_id, revision, {one.exercise.exercise for one in items}, day, zone),
        tune_up_on=_tune_up(revision, day),
    )


def _tune_up(revision: ProgrammeRevision | None, day: date) -> date | None:
    if revision is None or revision.status is not Status.ACTIVE:
        return None
    return tune_up_on(revision.stage, revision.stage_since_on, day)


def _retraining(
    db: Session, patient_id: UUID, revision: ProgrammeRevision | None, due: set[str], day: date, zone: str
) -> dict[str, RetrainingSession]:
    """Return the next retraining session of each due exercise that has one; those since the stage began are done."""
    plans = [one for one in revision.plan.retraining if one.stage is revision.stage] if revision is not None else []
    wanted = [one for one in plans if one.exercise in due]
    if not wanted:
        return {}
    assert revision is not None  # or nothing would be wanted
    since, until = (_midnight(one, zone) for one in (revision.stage_since_on, day))
    sessions = logbook.entries_between(db, patient_id, SESSION, since, max(since, until))
    done = Counter(slug for session in sessions for slug in {one.exercise for one in session.sets})
    found = {one.exercise: next_session(one, done[one.exercise]) for one in wanted}
    return {slug: session for slug, session in found.items() if session is not None}


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def how_followed(db: Session, patient_id: UUID, asked: DayAsked, at: datetime) -> Followed:
    """Return adherence over 7, 14 and 28 days up to a day, and how movement retraining is followed."""
    following = read_following(db, patient_id, asked.on - (max(WINDOWS_DAYS) - 1) * _DAY, asked, at)
    then = instant_of(asked.on, asked.zone, at)
    windows = {days: following.adherence(asked.on, days, then) for days in WINDOWS_DAYS}
    return Followed(windows, _retraining_followed(db, patient_id, following.revision_on(asked.on), asked))


def _retraining_followed(
    db: Session, patient_id: UUID, revision: ProgrammeRevision | None, asked: DayAsked
) -> list[RetrainingFollowed]:
    """Return how each retraining of the present stage was followed since the stage began, up to the day."""
    plans = [one for one in revision.plan.retraining if one.stage is revision.stage] if revision is not None else []
    if revision is None or not plans:
        return []
    since, until = (_midnight(day, asked.zone) for day in (revision.stage_since_on, asked.on + _DAY))
    sessions = logbook.entries_between(db, patient_id, SESSION, since, max(since, until))
    return [followed(one, sessions) for one in plans]
