"""How the dose of each exercise goes on, by the two-session rule."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.guidance.domain.dose import DoseProposal, dose_proposal
from app.guidance.domain.ruleset.numbers import DOSE_DAYS
from app.guidance.dosing import known_pain, sessions_with
from app.guidance.following import Following
from app.guidance.service.following import read_following
from app.guidance.values import DayAsked
from app.library import service as library
from app.library.domain.words import ReviewStatus
from app.logbook import service as logbook
from app.logbook.kinds import CHECK_IN, PAIN_SCORE
from app.programmes.domain.plan import PrescribedExercise
from app.programmes.domain.words import Status

_DAY = timedelta(days=1)

Proposed = tuple[PrescribedExercise, DoseProposal]


def dose_proposals(db: Session, patient_id: UUID, asked: DayAsked, at: datetime) -> list[Proposed]:
    """Return how each exercise of the present stage goes on; nothing while a pause stands."""
    day, zone, policy = asked.on, asked.zone, asked.policy
    first = day - DOSE_DAYS * _DAY
    following = read_following(db, patient_id, first, asked, at)
    revision = following.revision_on(day)
    if revision is None or revision.status is not Status.ACTIVE or following.pauses_on(day):
        return []
    since, until = (datetime.combine(one, time(), ZoneInfo(zone)).astimezone(UTC) for one in (first, day + 2 * _DAY))
    scores = logbook.entries_between(db, patient_id, PAIN_SCORE, since, until)
    pain = known_pain(scores, logbook.entries_between(db, patient_id, CHECK_IN, since, until))
    reachable = _reachable(db, following)
    found = []
    for exercise in revision.plan.exercises:
        if exercise.stage is revision.stage:
            sessions = sessions_with(exercise, following.sessions, pain, day)
            harder, easier = _links(following, exercise, reachable)
            found.append((exercise, dose_proposal(sessions, exercise.dosage, policy, harder, easier)))
    return found


def _links(
    following: Following, exercise: PrescribedExercise, reachable: frozenset[str]
) -> tuple[list[str], list[str]]:
    known = following.exercises.get(exercise.exercise)
    if known is None:
        return [], []
    both = ([slug for slug in slugs if slug in reachable] for slugs in (known.progressions, known.regressions))
    harder, easier = both
    return harder, easier


def _reachable(db: Session, following: Following) -> frozenset[str]:
    """Return the exercises that a proposal may name: what is not approved never drives a rule."""
    asked = {slug for one in following.exercises.values() for slug in (*one.progressions, *one.regressions)}
    found = library.exercises_of(db, asked)
    approved = ReviewStatus.APPROVED
    return frozenset(slug for slug, one in found.items() if one.retired_at is None and one.review_status is approved)
