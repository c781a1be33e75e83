"""A therapist's own exercises beside the library, and everybody's favourites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.consent import service as consent
from app.kernel.errors import NotVisible
from app.kernel.permissions import Actor
from app.library.domain.catalogue import Exercise
from app.library.domain.changes import revision_of
from app.library.domain.own import MOST_OWN, OwnExercise, OwnIdInUse, TooManyOwn, exercise_of, own_slug, said_of
from app.library.domain.wholeness import check_own, is_slug
from app.library.repository import own, reading, writing
from app.library.repository.own import Favourite as Favourite


def authors_for(db: Session, reader: Actor, at: datetime) -> frozenset[UUID]:
    """Return whose own exercises somebody sees, therapists and clinics.

    A therapist sees theirs and their clinics', a patient those of the therapists who treat them and of the clinics
    that they are treated in.
    """
    return consent.circle_of(db, reader, at)


def add_own(db: Session, author_id: UUID, exercise_id: UUID, said: OwnExercise, at: datetime) -> tuple[Exercise, bool]:
    """Store an own exercise and return it with True; the same one sent again is returned with False.

    Raises BrokenLibrary, OwnIdInUse or TooManyOwn.
    """
    slug = own_slug(author_id, exercise_id)
    found = reading.find_exercise(db, slug, [author_id])
    if found is not None:
        if said_of(found) != said or found.retired_at is not None:
            raise OwnIdInUse
        return found, False
    if own.count_own(db, author_id) >= MOST_OWN:
        raise TooManyOwn
    return _write_own(db, exercise_of(said, slug, author_id), at), True


def read_own(db: Session, author_id: UUID, exercise_id: UUID) -> Exercise:
    """Return an author's own exercise that is not retired; raise NotVisible, whoever else may have one."""
    found = reading.find_exercise(db, own_slug(author_id, exercise_id), [author_id])
    if found is None or found.retired_at is not None:
        raise NotVisible
    return found


def change_own(
    db: Session,
    author_id: UUID,
    exercise_id: UUID,
    changes: Mapping[str, Any],
    check: Callable[[str], None],
    at: datetime,
) -> Exercise:
    """Change parts of an own exercise; `check` is called with its revision under the lock and may raise."""
    found = _held(db, author_id, exercise_id, check)
    return _write_own(db, replace(found, **changes), at)


def retire_own(db: Session, author_id: UUID, exercise_id: UUID, check: Callable[[str], None], at: datetime) -> None:
    """Take an own exercise out of the lists; whoever was prescribed it can still read it."""
    writing.retire_exercises(db, [_held(db, author_id, exercise_id, check).slug], at)


def share_own(db: Session, author_id: UUID, exercise_id: UUID, clinic_id: UUID) -> None:
    """Make an own exercise a clinic's as well; raise NotVisible without either of them."""
    slug = read_own(db, author_id, exercise_id).slug
    if not consent.works_in(db, author_id, clinic_id):
        raise NotVisible
    own.share_own(db, slug, clinic_id)


def unshare_own(db: Session, author_id: UUID, exercise_id: UUID, clinic_id: UUID) -> None:
    """Take an own exercise back from a clinic, also from one that the author has left; raise NotVisible."""
    own.unshare_own(db, read_own(db, author_id, exercise_id).slug, clinic_id)


def forget_author(db: Session, author_id: UUID, name: str, at: datetime) -> None:
    """Take the exercises of somebody who goes out of the lists, and put another name to what they reviewed.

    Whoever was prescribed one of them can still read it.
    """
    writing.retire_exercises(db, own.living_own(db, author_id), at)
    own.rename_reviewer(db, author_id, name)


def _held(db: Session, author_id: UUID, exercise_id: UUID, check: Callable[[str], None]) -> Exercise:
    own.lock_own(db, own_slug(author_id, exercise_id), author_id)
    found = read_own(db, author_id, exercise_id)
    check(revision_of(found))
    return found


def _write_own(db: Session, exercise: Exercise, at: datetime) -> Exercise:
    slugs = {slug for slug, revision in reading.exercise_revisions(db).items() if revision is not None}
    references = {key for key, revision in reading.reference_revisions(db).items() if revision is not None}
    check_own(exercise, slugs, references)
    writing.write_exercises(db, [exercise], at)
    return exercise


def keep_favourite(db: Session, reader: Actor, slug: str, at: datetime) -> None:
    """Keep an exercise among somebody's favourites; raise NotVisible for one that they do not see."""
    if not is_slug(slug) or reading.find_exercise(db, slug, authors_for(db, reader, at)) is None:
        raise NotVisible
    own.add_favourite(db, reader.account_id, slug, at)


def drop_favourite(db: Session, reader: Actor, slug: str) -> None:
    """Forget a favourite; one that is none, or could never be, changes nothing."""
    if is_slug(slug):
        own.drop_favourite(db, reader.account_id, slug)


def favourites_of(db: Session, reader: Actor, at: datetime) -> list[Favourite]:
    """Return somebody's favourites that they see just now, the latest first."""
    return own.find_favourites(db, reader.account_id, authors_for(db, reader, at))
