"""The operations that sign off a review and list what was signed."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from app.consent.domain import Scope
from app.kernel.clock import now
from app.kernel.permissions import Actor, Permission
from app.review.domain.reviews import Review
from app.review.routes.feature import PATIENT, review
from app.review.schemas.reviews import ReviewPageSchema, ReviewSigningSchema, ReviewsQuerySchema, SignedReviewSchema
from app.review.service import reviews as service
from app.web.answers import answer
from app.web.auth import actor
from app.web.paging import page_by_seq
from app.web.transaction import db

REVIEWS = f"{PATIENT}/reviews"
_SHOWN = ("id", "signed_at", "signed_on", "signed_by", "signed_by_name", "next_on", "note")


@review.operation(
    "POST",
    REVIEWS,
    permission=Permission.REVIEW_SIGN,
    body=ReviewSigningSchema,
    answers={201: SignedReviewSchema, 200: SignedReviewSchema},
)
def sign_review(patient_id: UUID, body: dict[str, Any]) -> Response:
    """Sign off that a patient was reviewed, and say when next."""
    signed, is_new = service.sign_review(db(), patient_id, body["id"], body["next_on"], body["note"], actor(), now())
    return answer(_shown(signed, actor(), patient_id), 201 if is_new else 200)


@review.operation(
    "GET",
    REVIEWS,
    permission=Permission.REVIEWS_READ,
    query=ReviewsQuerySchema,
    answers={200: ReviewPageSchema},
    replica=True,
)
def list_reviews(patient_id: UUID, query: dict[str, Any]) -> Response:
    """List the reviews that were signed off, newest first."""
    page, following = page_by_seq(query, ("reviews", patient_id), partial(service.list_reviews, db(), patient_id))
    return answer({"items": [_shown(one, actor(), patient_id) for one in page], "next_cursor": following})


def _shown(signed: Review, reader: Actor, patient_id: UUID) -> dict[str, Any]:
    may_read = reader.is_patient(patient_id) or reader.account_id == signed.signed_by
    shown = {name: getattr(signed, name) for name in _SHOWN}
    return shown if may_read or Scope.NOTES_READ in reader.scopes else {**shown, "note": None}
