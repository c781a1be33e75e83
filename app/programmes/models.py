"""The tables of protocols, programmes, their revisions, and prescribed exercises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, PrimaryKeyConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import PARTITIONED, Base
from app.db.synced import Collection, Synced, synced_constraints
from app.db.types import Json

PROGRAMME_FIELDS: tuple[str, ...] = (
    "protocol",
    "started_on",
    "revision",
    "made_at",
    "made_by",
    "made_by_role",
    "reason",
    "stage",
    "stage_since_on",
    "status",
    "phases",
    "retraining",
    "hip_first",
    "target_week_distance_m",
)
DOSAGE_FIELDS: tuple[str, ...] = (
    "sets",
    "repetitions",
    "hold_seconds",
    "load_kg",
    "tempo",
    "rest_seconds",
    "days_per_week",
)
EXERCISE_FIELDS: tuple[str, ...] = (
    "programme_id",
    "stage",
    "exercise",
    "side",
    *DOSAGE_FIELDS,
    "instruction",
    "since_on",
)


class ProtocolRow(Base):
    """One reusable plan; it belongs to no patient."""

    __tablename__ = "protocols"

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    review_status: Mapped[str] = mapped_column(Text)
    revision: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class ProgrammeRow(Synced, Base):
    """A programme as its newest revision says, without the exercises."""

    __tablename__ = "programmes"

    protocol: Mapped[str | None] = mapped_column(Text)
    started_on: Mapped[date] = mapped_column(Date)
    revision: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]
    made_by_role: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(Text)
    stage_since_on: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(Text)
    phases: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    retraining: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    hip_first: Mapped[bool | None]
    target_week_distance_m: Mapped[int | None]


class PrescribedExerciseRow(Synced, Base):
    """One exercise of the newest revision; what a revision drops becomes a tombstone."""

    __tablename__ = "prescribed_exercises"

    programme_id: Mapped[UUID]
    stage: Mapped[str] = mapped_column(Text)
    exercise: Mapped[str] = mapped_column(Text)
    side: Mapped[str | None] = mapped_column(Text)
    sets: Mapped[int]
    repetitions: Mapped[int]
    hold_seconds: Mapped[int]
    load_kg: Mapped[float | None]
    tempo: Mapped[str | None] = mapped_column(Text)
    rest_seconds: Mapped[int]
    days_per_week: Mapped[int]
    instruction: Mapped[str | None] = mapped_column(Text)
    since_on: Mapped[date] = mapped_column(Date)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*synced_constraints(), Index(None, "patient_id", "programme_id"), PARTITIONED)


class RevisionRow(Base):
    """One revision, whole; rows are added and never changed."""

    __tablename__ = "programme_revisions"
    __table_args__ = (
        PrimaryKeyConstraint("patient_id", "programme_id", "number"),
        UniqueConstraint("patient_id", "programme_id", "cause"),
        CheckConstraint("number > 0", name="number_positive"),
        PARTITIONED,
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    programme_id: Mapped[UUID]
    number: Mapped[int]
    made_at: Mapped[datetime]
    effective_on: Mapped[date] = mapped_column(Date)
    made_by: Mapped[UUID | None]
    made_by_role: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    cause: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(Text)
    stage_since_on: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(Text)
    plan: Mapped[dict[str, Any]] = mapped_column(Json)


def _wire(names: tuple[str, ...]) -> Any:
    def wire(row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: row[name] for name in names}

    return wire


PROGRAMMES = Collection("programmes", ProgrammeRow, _wire(PROGRAMME_FIELDS))
PRESCRIBED_EXERCISES = Collection("prescribed_exercises", PrescribedExerciseRow, _wire(EXERCISE_FIELDS))
