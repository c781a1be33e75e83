"""The same run from another source: known by when it began, how long it took, and how far it went."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.logbook import service as logbook
from app.logbook.domain import Run
from app.logbook.kinds import RUN

APART = timedelta(minutes=3)
"""Two watches are started one after the other, and an app cuts off the minute of standing about."""
DURATION_SHARE, DURATION_S = 0.15, 120
"""One source counts the pauses, another one does not."""
DISTANCE_SHARE, DISTANCE_M = 0.06, 150
"""Two GPS receivers on one wrist and in one pocket."""


def find_duplicate(db: Session, patient_id: UUID, run: Run) -> Run | None:
    """Return the living run that this one is again, None if there is none; what one does not tell is no difference."""
    until = run.performed_at + APART + timedelta(seconds=1)
    near = logbook.entries_between(db, patient_id, RUN, run.performed_at - APART, until)
    alike = [one for one in near if one.id != run.id and is_same(one, run)]
    return min(alike, key=lambda one: abs(one.performed_at - run.performed_at), default=None)


def is_same(one: Run, other: Run) -> bool:
    """Are these two records of one run?"""
    return (
        abs(one.performed_at - other.performed_at) <= APART
        and not _one_after_the_other(one, other)
        and _near(one.duration_s, other.duration_s, DURATION_SHARE, DURATION_S)
        and _near(one.distance_m, other.distance_m, DISTANCE_SHARE, DISTANCE_M)
    )


def _one_after_the_other(one: Run, other: Run) -> bool:
    """Was the first over before the second began, as with intervals recorded one by one?"""
    first, second = sorted((one, other), key=lambda run: run.performed_at)
    return (
        first.duration_s is not None
        and second.performed_at - first.performed_at >= timedelta(seconds=first.duration_s)
        and second.performed_at > first.performed_at
    )


def _near(one: int | None, other: int | None, share: float, least: float) -> bool:
    if one is None or other is None:
        return True
    return abs(one - other) <= max(share * max(one, other), least)
