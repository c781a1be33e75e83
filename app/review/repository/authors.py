"""The questions asked of what one therapist wrote into patients' records, and how their name is taken out of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.synced import Collection, reword
from app.review.models import MESSAGE_MARKS, MESSAGES, REVIEWS, MessageMarkRow, MessageRow, SignedReviewRow

_reviews, _messages, _marks = table_of(SignedReviewRow), table_of(MessageRow), table_of(MessageMarkRow)
_NAMED: tuple[tuple[Collection, ColumnElement[Any], str], ...] = (
    (REVIEWS, _reviews.c.signed_by, "signed_by_name"),
    (MESSAGES, _messages.c.therapist_id, "therapist_name"),
    (MESSAGE_MARKS, _marks.c.id, "read_by_name"),
)
"""Where a patient's record names a therapist: the collection, whose it is, and the name."""


def patients_written_to(db: Session, author_id: UUID) -> set[UUID]:
    """Return the patients whose record names a therapist."""
    found: set[UUID] = set()
    for collection, author, _ in _NAMED:
        found |= set(db.execute(select(collection.table.c.patient_id).where(author == author_id).distinct()).scalars())
    return found


def rename_author(db: Session, patient_id: UUID, author_id: UUID, name: str) -> None:
    """Put another name to what a therapist wrote into a patient's record, and to each version of it."""
    for collection, author, named in _NAMED:
        table = collection.table
        ids = db.execute(select(table.c.id).where(table.c.patient_id == patient_id, author == author_id)).scalars()
        reword(db, collection, patient_id, list(ids), {named: name})


def when_written(db: Session, author_id: UUID) -> Iterator[tuple[str, datetime]]:
    """Yield when a therapist signed a review or wrote a message, in that order; not to whom, nor what."""
    for kind, at, author in (
        ("review", _reviews.c.signed_at, _reviews.c.signed_by),
        ("message", _messages.c.performed_at, _messages.c.therapist_id),
    ):
        for found in db.execute(select(at).where(author == author_id).order_by(at)).scalars():
            yield kind, found
