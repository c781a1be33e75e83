"""The tables of outcomes: answers and measurements of a patient, and the texts that a clinic has licensed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.performed import Performed, entry_wire
from app.db.synced import Collection
from app.db.types import Json


class QuestionnaireResponseRow(Performed, Base):
    """A patient's answers to one questionnaire, with the score that the server computed."""

    __tablename__ = "questionnaire_responses"

    instrument: Mapped[str] = mapped_column(Text)
    instrument_version: Mapped[str] = mapped_column(Text)
    side: Mapped[str | None] = mapped_column(Text)
    items: Mapped[dict[str, Any]] = mapped_column(Json)
    activity_names: Mapped[list[str] | None] = mapped_column(Json)
    score: Mapped[float | None]
    unscored_because: Mapped[str | None] = mapped_column(Text)
    scoring_version: Mapped[str] = mapped_column(Text)


class MeasurementRow(Performed, Base):
    """One clinical test of one side, with the value that the server computed."""

    __tablename__ = "measurements"

    test: Mapped[str] = mapped_column(Text)
    side: Mapped[str | None] = mapped_column(Text)
    distance_cm: Mapped[float | None]
    rating: Mapped[str | None] = mapped_column(Text)
    signs: Mapped[dict[str, int] | None] = mapped_column(Json)
    contraction: Mapped[str | None] = mapped_column(Text)
    force_n: Mapped[float | None]
    lever_m: Mapped[float | None]
    body_mass_kg: Mapped[float | None]
    torque_nm_kg: Mapped[float | None]
    age_years: Mapped[int | None]
    sex: Mapped[str | None] = mapped_column(Text)
    attempts_cm: Mapped[list[float] | None] = mapped_column(Json)
    fpi6_total: Mapped[int | None]
    muscle: Mapped[str | None] = mapped_column(Text)
    muscle_grade: Mapped[float | None]
    pain: Mapped[float | None]
    knee_flexion_deg: Mapped[int | None]
    lag: Mapped[bool | None]
    foot_turns_out: Mapped[bool | None]
    heel_lifts: Mapped[bool | None]
    tolerated_bend_deg: Mapped[int | None]
    recorded_by: Mapped[str] = mapped_column(Text)
    value: Mapped[float]
    grade: Mapped[str | None] = mapped_column(Text)
    dorsiflexion_deg: Mapped[float | None]
    scoring_version: Mapped[str] = mapped_column(Text)


class InstrumentTextsRow(Base):
    """The wording of an instrument in one language, loaded by whoever is licensed to use it."""

    __tablename__ = "instrument_texts"
    __table_args__ = (PrimaryKeyConstraint("instrument", "language"),)

    instrument: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    texts: Mapped[dict[str, Any]] = mapped_column(Json)
    revision: Mapped[UUID]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))


RESPONSES = Collection("questionnaire_responses", QuestionnaireResponseRow, entry_wire(QuestionnaireResponseRow))
MEASUREMENTS = Collection("measurements", MeasurementRow, entry_wire(MeasurementRow))
