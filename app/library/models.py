"""The tables of the library; it belongs to no patient, so no table is kept by patient."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.types import Json
from app.library.domain.words import PfjLoad, ReviewStatus

Word = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by code point on both databases, whatever language PostgreSQL was set up in."""

LOADS = ", ".join(f"'{load}'" for load in PfjLoad)
STATUSES = ", ".join(f"'{status}'" for status in ReviewStatus)


class _Entry:
    """What every entry carries beside its facts: how it is found, its revision, and when it changed or left."""

    review_status: Mapped[str] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text)
    revision: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class ReferenceRow(_Entry, Base):
    """One source."""

    __tablename__ = "evidence_references"
    __table_args__ = (CheckConstraint(f"review_status IN ({STATUSES})", name="review_status_known"),)

    key: Mapped[str] = mapped_column(Word, primary_key=True)
    authors: Mapped[str] = mapped_column(Text)
    year: Mapped[int | None]
    title: Mapped[str] = mapped_column(Text)
    journal: Mapped[str] = mapped_column(Text)
    doi: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    evidence_grade: Mapped[str] = mapped_column(Text)
    grade: Mapped[str | None] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    claim: Mapped[str] = mapped_column(Text)


class ExerciseRow(_Entry, Base):
    """One exercise, without its lists; `sort_name` is the name without its case.

    With an author it is that therapist's own; without one it is the library's.
    """

    __tablename__ = "exercises"
    __table_args__ = (
        CheckConstraint(f"pfj_load IN ({LOADS})", name="pfj_load_known"),
        Index(None, "author_id"),
        CheckConstraint(f"review_status IN ({STATUSES})", name="review_status_known"),
    )

    slug: Mapped[str] = mapped_column(Word, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = mapped_column(Word)
    group: Mapped[str] = mapped_column(Word)
    chain: Mapped[str] = mapped_column(Text)
    weight_bearing: Mapped[str] = mapped_column(Text)
    peak_knee_flexion_deg: Mapped[int]
    pfj_load: Mapped[str] = mapped_column(Text)
    load_basis: Mapped[str] = mapped_column(Text)
    sets: Mapped[int]
    repetitions: Mapped[int]
    hold_seconds: Mapped[int]
    rest_seconds: Mapped[int]
    days_per_week: Mapped[int]
    tempo: Mapped[str] = mapped_column(Text)
    unit_note: Mapped[str | None] = mapped_column(Text)
    dosage_basis: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    instruction: Mapped[str | None] = mapped_column(Text)
    name_de: Mapped[str | None] = mapped_column(Text)
    sort_name_de: Mapped[str | None] = mapped_column(Word)
    note_de: Mapped[str | None] = mapped_column(Text)
    instruction_de: Mapped[str | None] = mapped_column(Text)


class SharedExerciseRow(Base):
    """An own exercise that is a clinic's as well: its members see it, and the patients treated there."""

    __tablename__ = "exercise_clinics"
    __table_args__ = (PrimaryKeyConstraint("slug", "clinic_id"), Index(None, "clinic_id"))

    slug: Mapped[str] = mapped_column(Word, ForeignKey("exercises.slug"))
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"))


class TagRow(Base):
    """One word of a list of words: targets, stages, equipment."""

    __tablename__ = "exercise_tags"
    __table_args__ = (
        PrimaryKeyConstraint("slug", "kind", "value"),
        Index(None, "kind", "value"),
        CheckConstraint("kind IN ('targets', 'stages', 'equipment')", name="kind_known"),
    )

    slug: Mapped[str] = mapped_column(Word, ForeignKey("exercises.slug"))
    kind: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Word)
    position: Mapped[int]


class LinkRow(Base):
    """One step from an exercise to another: progressions, regressions."""

    __tablename__ = "exercise_links"
    __table_args__ = (
        PrimaryKeyConstraint("slug", "kind", "to_slug"),
        Index(None, "to_slug"),
        CheckConstraint("kind IN ('progressions', 'regressions')", name="kind_known"),
    )

    slug: Mapped[str] = mapped_column(Word, ForeignKey("exercises.slug"))
    kind: Mapped[str] = mapped_column(Text)
    to_slug: Mapped[str] = mapped_column(Word, ForeignKey("exercises.slug"))
    position: Mapped[int]


class EvidenceRow(Base):
    """One reference that an exercise rests on."""

    __tablename__ = "exercise_evidence"
    __table_args__ = (PrimaryKeyConstraint("slug", "reference_key"), Index(None, "reference_key"))

    slug: Mapped[str] = mapped_column(Word, ForeignKey("exercises.slug"))
    reference_key: Mapped[str] = mapped_column(Word, ForeignKey("evidence_references.key"))
    position: Mapped[int]


class QuestionRow(Base):
    """Something on which sources differ."""

    __tablename__ = "evidence_questions"

    slug: Mapped[str] = mapped_column(Word, primary_key=True)
    position: Mapped[int]
    title: Mapped[dict[str, Any]] = mapped_column(Json)
    revision: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class ClaimRow(_Entry, Base):
    """One answer to a question; `review_status` is what reviews made of it here."""

    __tablename__ = "claims"
    __table_args__ = (
        CheckConstraint(f"review_status IN ({STATUSES})", name="review_status_known"),
        Index(None, "question", "position"),
    )

    slug: Mapped[str] = mapped_column(Word, primary_key=True)
    question: Mapped[str] = mapped_column(Word, ForeignKey("evidence_questions.slug"))
    position: Mapped[int]
    statement: Mapped[dict[str, Any]] = mapped_column(Json)
    references: Mapped[list[str]] = mapped_column(Json)


class ArticleRow(_Entry, Base):
    """A text on the condition; its paragraphs are one value, always read and written with it."""

    __tablename__ = "articles"
    __table_args__ = (CheckConstraint(f"review_status IN ({STATUSES})", name="review_status_known"),)

    slug: Mapped[str] = mapped_column(Word, primary_key=True)
    position: Mapped[int]
    title: Mapped[dict[str, Any]] = mapped_column(Json)
    paragraphs: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class ReviewRow(Base):
    """One step of the review of a claim or an article; never changed."""

    __tablename__ = "library_reviews"
    __table_args__ = (Index(None, "collection", "entry", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(Text)
    entry: Mapped[str] = mapped_column(Word)
    from_status: Mapped[str] = mapped_column(Text)
    to_status: Mapped[str] = mapped_column(Text)
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    reviewer_name: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class FavouriteRow(Base):
    """An exercise that somebody likes to find again."""

    __tablename__ = "favourites"
    __table_args__ = (PrimaryKeyConstraint("account_id", "slug"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    slug: Mapped[str] = mapped_column(Word, ForeignKey("exercises.slug"))
    added_at: Mapped[datetime]


class StreamRow(Base):
    """The one row that every writer of the library locks; head is the last number given."""

    __tablename__ = "library_stream"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    epoch: Mapped[UUID]
    generation: Mapped[int]
    head: Mapped[int]


class ChangeRow(Base):
    """The newest version of one entry, as phones read it; a retired one is a tombstone."""

    __tablename__ = "library_changes"
    __table_args__ = (PrimaryKeyConstraint("collection", "id"), UniqueConstraint("seq"))

    collection: Mapped[str] = mapped_column(Text)
    id: Mapped[str] = mapped_column(Text)
    seq: Mapped[int]
    ver: Mapped[str] = mapped_column(Text)
    deleted: Mapped[bool]
    data: Mapped[dict[str, Any] | None] = mapped_column(Json)
