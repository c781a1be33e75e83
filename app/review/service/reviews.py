"""Sign off that a patient was looked at, and say when next."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.db.synced import lock_stream
from app.kernel.clock import day_in_zone
from app.kernel.permissions import Actor
from app.review.domain.reviews import Review, ReviewIdInUse, check_next
from app.review.models import REVIEWS
from app.review.repository import reviews as repository

COLLECTIONS = (REVIEWS,)
"""What devices read of the review."""


def sign_review(
    db: Session, patient_id: UUID, review_id: UUID, next_on: date | None, note: str | None, signer: Actor, at: datetime
) -> tuple[Review, bool]:
    """Store a review and return it with True; the same one sent again is returned with False.

    Raises NextReview or ReviewIdInUse.
    """
    lock_stream(db, patient_id)
    today = day_in_zone(at, accounts.account_of(db, patient_id).zone)
    review = Review(
        id=review_id,
        signed_at=at,
        signed_on=today,
        signed_by=signer.account_id,
        signed_by_name=accounts.account_of(db, signer.account_id).display_name,
        next_on=next_on,
        note=note,
    )
    found = repository.find_review(db, patient_id, review_id)
    if found is not None:
        if not review.says_the_same_as(found):
            raise ReviewIdInUse
        return found, False
    check_next(next_on, today)
    repository.store_review(db, patient_id, review, signer.device_id, at)
    return review, True


def list_reviews(db: Session, patient_id: UUID, before: int | None, limit: int) -> list[Review]:
    """Return a patient's reviews numbered below `before`, newest first."""
    return repository.list_reviews(db, patient_id, before, limit)
