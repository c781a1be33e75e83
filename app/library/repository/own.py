"""The questions asked of own exercises and favourites, and how they are stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.db.meeting import inserting
from app.library.models import ExerciseRow, FavouriteRow, ReviewRow, SharedExerciseRow
from app.library.repository.reading import card_of, visible_to


@dataclass(frozen=True, slots=True)
class Favourite:
    """An exercise that an account likes to find again."""

    slug: str
    name: str
    name_de: str | None
    pfj_load: str
    added_at: datetime


def count_own(db: Session, author_id: UUID) -> int:
    """Return how many exercises an author has, retired ones as well."""
    found: int = db.execute(select(func.count()).where(ExerciseRow.author_id == author_id)).scalar_one()
    return found


def living_own(db: Session, author_id: UUID) -> list[str]:
    """Return an author's exercises that are not retired."""
    statement = select(ExerciseRow.slug).where(ExerciseRow.author_id == author_id, ExerciseRow.retired_at.is_(None))
    return list(db.execute(statement.order_by(ExerciseRow.slug)).scalars())


def rename_reviewer(db: Session, reviewer_id: UUID, name: str) -> None:
    """Put another name to the steps of reviews that somebody took."""
    db.execute(update(ReviewRow).where(ReviewRow.reviewer_id == reviewer_id).values(reviewer_name=name))


def lock_own(db: Session, slug: str, author_id: UUID) -> bool:
    """Hold an author's exercise until the transaction ends; False where there is none."""
    statement = select(ExerciseRow.slug).where(ExerciseRow.slug == slug, ExerciseRow.author_id == author_id)
    return db.execute(statement.with_for_update()).first() is not None


def share_own(db: Session, slug: str, clinic_id: UUID) -> None:
    """Make an exercise a clinic's as well; again changes nothing."""
    key = {"slug": slug, "clinic_id": clinic_id}
    db.execute(inserting(db, SharedExerciseRow).values(key).on_conflict_do_nothing(index_elements=list(key)))


def unshare_own(db: Session, slug: str, clinic_id: UUID) -> None:
    """Take an exercise back from a clinic; again changes nothing."""
    shared = SharedExerciseRow.slug == slug, SharedExerciseRow.clinic_id == clinic_id
    db.execute(delete(SharedExerciseRow).where(*shared))


def add_favourite(db: Session, account_id: UUID, slug: str, at: datetime) -> None:
    """Keep a favourite; one that is kept already stays as it is."""
    row = {"account_id": account_id, "slug": slug, "added_at": at}
    db.execute(inserting(db, FavouriteRow).values(row).on_conflict_do_nothing(index_elements=["account_id", "slug"]))


def drop_favourite(db: Session, account_id: UUID, slug: str) -> None:
    """Forget a favourite; one that is none changes nothing."""
    db.execute(delete(FavouriteRow).where(FavouriteRow.account_id == account_id, FavouriteRow.slug == slug))


def find_favourites(db: Session, account_id: UUID, authors: Collection[UUID]) -> list[Favourite]:
    """Return an account's favourites that it may see just now, the latest first."""
    kept = select(*card_of(), FavouriteRow.added_at).join(FavouriteRow, FavouriteRow.slug == ExerciseRow.slug)
    mine = kept.where(FavouriteRow.account_id == account_id, visible_to(authors))
    rows = db.execute(mine.order_by(FavouriteRow.added_at.desc(), FavouriteRow.slug)).mappings()
    return [Favourite(**row) for row in rows]
