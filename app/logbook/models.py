"""The tables of the logbook; each row reaches the phone, so each carries the columns of sync."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import PARTITIONED, Base
from app.db.performed import Performed, entry_wire, performed_constraints
from app.db.synced import Collection
from app.db.types import Json


class SessionRow(Performed, Base):
    """An exercise session; its sets are one value, always read and written with it."""

    __tablename__ = "sessions"

    duration_s: Mapped[int | None]
    rpe: Mapped[float | None]
    sets: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    cues_kept: Mapped[list[str] | None] = mapped_column(Json)
    feedback_percent: Mapped[int | None]


class RunRow(Performed, Base):
    """A run."""

    __tablename__ = "runs"

    distance_m: Mapped[int | None]
    duration_s: Mapped[int | None]
    surface: Mapped[str | None] = mapped_column(Text)
    intensity: Mapped[str | None] = mapped_column(Text)
    ascent_m: Mapped[int | None]
    descent_m: Mapped[int | None]
    cadence_spm: Mapped[int | None]
    shoes: Mapped[str | None] = mapped_column(Text)
    rpe: Mapped[float | None]
    limp: Mapped[bool]
    stopped_early_for_pain: Mapped[bool]
    painkiller_before: Mapped[bool]
    source: Mapped[str] = mapped_column(Text)


class PainScoreRow(Performed, Base):
    """A pain score."""

    __tablename__ = "pain_scores"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        in_range = CheckConstraint("score >= 0 AND score <= 10", name="score_in_range")
        return (in_range, *performed_constraints(), PARTITIONED)

    score: Mapped[float]
    moment: Mapped[str] = mapped_column(Text)
    side: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]


class CheckInRow(Performed, Base):
    """A daily check-in."""

    __tablename__ = "check_ins"

    morning_pain: Mapped[float | None]
    worst_pain: Mapped[float | None]
    side: Mapped[str | None] = mapped_column(Text)
    swelling: Mapped[bool | None]
    sleep_hours: Mapped[float | None]
    stress: Mapped[int | None]
    mood: Mapped[int | None]
    early_warning_signs: Mapped[list[str]] = mapped_column(Json)
    red_flags: Mapped[list[str]] = mapped_column(Json)
    rest_of_week: Mapped[bool | None]
    settle_hours: Mapped[float | None]
    low_load_provokes: Mapped[bool | None]


class IntakeRow(Performed, Base):
    """What a runner told at the start of care."""

    __tablename__ = "intakes"

    birth_year: Mapped[int | None]
    declared_longest_m: Mapped[int | None]
    pain_began_on: Mapped[date | None] = mapped_column(Date)
    terrain_or_shoe_change: Mapped[bool | None]
    avoids_activity_from_fear: Mapped[bool | None]


class TreatmentRow(Performed, Base):
    """A supportive treatment."""

    __tablename__ = "treatments"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        without = CheckConstraint("pain_without >= 0 AND pain_without <= 10", name="pain_without_in_range")
        with_it = CheckConstraint("pain_with >= 0 AND pain_with <= 10", name="pain_with_in_range")
        return (*performed_constraints(), without, with_it, PARTITIONED)

    treatment: Mapped[str] = mapped_column(Text)
    side: Mapped[str | None] = mapped_column(Text)
    given_by: Mapped[str] = mapped_column(Text)
    body_region: Mapped[str | None] = mapped_column(Text)
    duration_min: Mapped[int | None]
    pain_without: Mapped[float | None]
    pain_with: Mapped[float | None]
    activity: Mapped[str | None] = mapped_column(Text)


class RedFlagRow(Performed, Base):
    """One answered question about an urgent sign."""

    __tablename__ = "red_flags"

    code: Mapped[str] = mapped_column(Text)
    present: Mapped[bool]
    asked_because: Mapped[str] = mapped_column(Text)


class SkipRow(Performed, Base):
    """A due exercise that was left out or replaced."""

    __tablename__ = "skips"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*performed_constraints(), Index(None, "patient_id", "due_on"), PARTITIONED)

    exercise: Mapped[str] = mapped_column(Text)
    side: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    replaced_by: Mapped[str | None] = mapped_column(Text)


SESSIONS = Collection("sessions", SessionRow, entry_wire(SessionRow))
RUNS = Collection("runs", RunRow, entry_wire(RunRow))
PAIN_SCORES = Collection("pain_scores", PainScoreRow, entry_wire(PainScoreRow))
CHECK_INS = Collection("check_ins", CheckInRow, entry_wire(CheckInRow))
TREATMENTS = Collection("treatments", TreatmentRow, entry_wire(TreatmentRow))
INTAKES = Collection("intakes", IntakeRow, entry_wire(IntakeRow))
SKIPS = Collection("skips", SkipRow, entry_wire(SkipRow))
RED_FLAGS = Collection("red_flags", RedFlagRow, entry_wire(RedFlagRow))
