"""Adherence of several patients in two weeks, by the same reckoning as one patient's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, partial
from uuid import UUID

from sqlalchemy.orm import Session

from app.guidance.clinic import bending_facts_of
from app.guidance.domain.ruleset.numbers import HIP_FIRST_DAYS, WEEK_DAYS
from app.guidance.following import Following, KneeFacts
from app.guidance.policies import PolicyBook
from app.guidance.service.following import instant_of
from app.guidance.stirring import Stirring, of_score, told_by_day
from app.kernel.clock import CLOCK_TOLERANCE, day_in_zone
from app.library import service as library
from app.logbook.domain import PainMoment
from app.outcomes.domain.bending import bending_of
from app.review.repository.followings import Followed, read_followed

_DAY = timedelta(days=1)


def adherence_of(db: Session, zones: Mapping[UUID, str], at: datetime) -> dict[UUID, tuple[float | None, float | None]]:
    """Return adherence in percent of the last 7 days and of the 7 before, of these patients with their zones."""
    days = {key: day_in_zone(at, zone) for key, zone in zones.items()}
    first = min(days.values()) - 2 * WEEK_DAYS * _DAY
    told = {}
    for key, following in followings_of(db, zones, days, first, at + CLOCK_TOLERANCE).items():
        today, then = days[key], instant_of(days[key], zones[key], at)
        weeks = [following.adherence(day, WEEK_DAYS, then) for day in (today, today - WEEK_DAYS * _DAY)]
        told[key] = (weeks[0].percent, weeks[1].percent)
    return told


def following_of(db: Session, patient_id: UUID, zone: str, first: date, last: date, at: datetime) -> Following:
    """Return plan and log of one patient's days from one to another, as known at an instant."""
    then = instant_of(last, zone, at)
    known_until = then if then < at else at + CLOCK_TOLERANCE
    return followings_of(db, {patient_id: zone}, {patient_id: last}, first, known_until)[patient_id]


def followings_of(
    db: Session, zones: Mapping[UUID, str], last: Mapping[UUID, date], first: date, known_until: datetime
) -> dict[UUID, Following]:
    """Return plan and log of these patients from a day to the last of each, under the policy of that."""
    knee_since = first - HIP_FIRST_DAYS * _DAY
    found = read_followed(db, list(zones), first, max(last.values()), knee_since, known_until)
    slugs = {
        one.exercise
        for histories in found.histories.values()
        for history in histories
        for made in history.revisions
        for one in made.plan.exercises
    }
    library_of = cache(partial(library.exercises_of, db, slugs))
    return {
        key: Following(
            zone=zones[key],
            histories=found.histories.get(key, []),
            sessions=found.sessions.get(key, []),
            skips=found.skips.get(key, []),
            look_up=library_of,
            pauses=found.pauses.get(key, []),
            knee=_knee(found, key, day),
            policy=PolicyBook(found.policies.get(key, [])).on(day).policy,
        )
        for key, day in last.items()
    }


def _knee(found: Followed, key: UUID, today: date) -> KneeFacts:
    """Return what was told of the knee, as for one patient: the worse knee speaks for both."""
    scores = found.scores.get(key, [])
    squats = {on: score for on, moment, score in scores if moment == PainMoment.SQUAT.value}
    told = [(on, of_score(moment, score)) for on, moment, score in scores]
    told += [(on, _of_day(pain, hours, provokes)) for on, pain, hours, provokes in found.check_ins.get(key, [])]
    return KneeFacts(squats, told_by_day(told), bending_facts_of(bending_of(found.bending.get(key, []))), today)


def _of_day(worst: float | None, settle_hours: float | None, provokes: int | None) -> Stirring:
    stirs = None if provokes is None else bool(provokes)
    return Stirring(worst=worst, settle_hours=settle_hours, low_load_provokes=stirs)
