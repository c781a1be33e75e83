"""The tables of reviews that a therapist has signed off, and of messages; the patient's phone reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import PARTITIONED, Base
from app.db.synced import Collection, Synced, synced_constraints
from app.kernel.clock import with_offset

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


class MessageRow(Synced, Base):
    """One message; without a therapist the patient wrote it."""

    __tablename__ = "messages"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*synced_constraints(), Index(None, "patient_id", "performed_on"), PARTITIONED)

    performed_at: Mapped[datetime]
    utc_offset_min: Mapped[int]
    performed_on: Mapped[date] = mapped_column(Date)
    zone: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime | None]
    text: Mapped[str] = mapped_column(Text)
    therapist_id: Mapped[UUID | None]
    therapist_name: Mapped[str | None] = mapped_column(Text)


class MessageMarkRow(Synced, Base):
    """Up to which message somebody has read; its id is the reader's."""

    __tablename__ = "message_marks"

    read_by_name: Mapped[str] = mapped_column(Text)
    message_id: Mapped[UUID]
    up_to_seq: Mapped[int]
    read_at: Mapped[datetime]


MARK_FIELDS: tuple[str, ...] = ("read_by_name", "message_id", "up_to_seq", "read_at")


def _message_wire(row: Mapping[str, Any]) -> dict[str, Any]:
    recorded_at, therapist_id = row["recorded_at"], row["therapist_id"]
    return {
        "performed_at": with_offset(row["performed_at"], row["utc_offset_min"]).isoformat(),
        "zone": row["zone"],
        "recorded_at": recorded_at.astimezone(UTC).isoformat() if recorded_at else None,
        "text": row["text"],
        "therapist_id": str(therapist_id) if therapist_id else None,
        "therapist_name": row["therapist_name"],
    }


def _mark_wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in MARK_FIELDS}


MESSAGES = Collection("messages", MessageRow, _message_wire)
MESSAGE_MARKS = Collection("message_marks", MessageMarkRow, _mark_wire)
