"""The queries on reviews; each takes the patient first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.synced import Write, store
from app.review.domain.reviews import Review
from app.review.models import REVIEW_FIELDS, REVIEWS, SignedReviewRow

_reviews = table_of(SignedReviewRow)
_CHOSEN = select(_reviews.c.id, _reviews.c.seq, *(_reviews.c[name] for name in REVIEW_FIELDS))


def find_review(db: Session, patient_id: UUID, review_id: UUID) -> Review | None:
    """Return the review with this id."""
    statement = _CHOSEN.where(_reviews.c.patient_id == patient_id, _reviews.c.id == review_id)
    row = db.connection().execute(statement).mappings().one_or_none()
    return Review(**row) if row else None


def list_reviews(db: Session, patient_id: UUID, before: int | None, limit: int) -> list[Review]:
    """Return reviews numbered below `before`, newest first."""
    statement = _CHOSEN.where(_reviews.c.patient_id == patient_id, _reviews.c.deleted_at.is_(None))
    if before is not None:
        statement = statement.where(_reviews.c.seq < before)
    rows = db.connection().execute(statement.order_by(_reviews.c.seq.desc()).limit(limit)).mappings()
    return [Review(**row) for row in rows]


def store_review(db: Session, patient_id: UUID, review: Review, device_id: UUID, at: datetime) -> None:
    """Store a review; it is never written again."""
    write = Write(review.id, {name: getattr(review, name) for name in REVIEW_FIELDS})
    store(db, REVIEWS, patient_id, [write], device_id=device_id, at=at)
