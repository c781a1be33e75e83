"""A review that a therapist has signed off: it stands as it was signed, and the patient reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.kernel.errors import Conflict, FieldFault, Invalid

FURTHEST_DAYS = 366  # days until the next review at most: as long as a care link lasts


class NextReview(Invalid):
    """The next review lies after today and within a year."""

    code = "next_review"
    title = "The next review lies after today and within a year"


class ReviewIdInUse(Conflict):
    """The id belongs to another review of this patient."""

    code = "id_in_use"
    title = "There is a review with this id and other content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who looked, when, on which day of the patient's, when the next one is, and a word for the patient."""

    id: UUID
    signed_at: datetime
    signed_on: date
    signed_by: UUID
    signed_by_name: str
    next_on: date | None
    note: str | None
    seq: int = 0

    def says_the_same_as(self, other: Review) -> bool:
        """Is it the same review, sent again?"""
        return (self.signed_by, self.next_on, self.note) == (other.signed_by, other.next_on, other.note)


def check_next(next_on: date | None, today: date) -> None:
    """Raise NextReview unless the day lies after today and within a year."""
    if next_on is not None and not 1 <= (next_on - today).days <= FURTHEST_DAYS:
        raise NextReview(faults=[FieldFault("/next_on", "out_of_range", f"1 to {FURTHEST_DAYS} days after today.")])
