"""The table of reviews that a therapist has signed off; the patient's phone reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.synced import Collection, Synced

REVIEW_FIELDS: tuple[str, ...] = ("signed_at", "signed_on", "signed_by", "signed_by_name", "next_on", "note")


class SignedReviewRow(Synced, Base):
    """One review: who looked when, the day of the next one, and a word for the patient; it is never changed."""

    __tablename__ = "reviews"

    signed_at: Mapped[datetime]
    signed_on: Mapped[date] = mapped_column(Date)
    signed_by: Mapped[UUID]
    signed_by_name: Mapped[str] = mapped_column(Text)
    next_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(Text)


def _wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in REVIEW_FIELDS}


REVIEWS = Collection("reviews", SignedReviewRow, _wire)
