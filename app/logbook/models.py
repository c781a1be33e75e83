"""The tables of the logbook; each row reaches the phone, so each carries the columns of sync."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Index, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import PARTITIONED, Base, table_of
from app.db.synced import Collection, Synced, Wire, synced_constraints
from app.db.types import Id, Json
from app.kernel.clock import with_offset


class Performed(Synced):
    """When an entry was, as its sender's clock said it, on which day in its zone, and free text about it."""

    performed_at: Mapped[datetime]
    utc_offset_min: Mapped[int]
    performed_on: Mapped[date] = mapped_column(Date)
    zone: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Text)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*performed_constraints(), PARTITIONED)


def performed_constraints() -> tuple[Any, ...]:
    """Return the keys of a table of entries, and the index to read them by time."""
    by_time, by_day = Index(None, "patient_id", "performed_at"), Index(None, "patient_id", "performed_on")
    return (*synced_constraints(), by_time, by_day)


class SessionRow(Performed, Base):
    """An exercise session; its sets are one value, always read and written with it."""

    __tablename__ = "sessions"

    duration_s: Mapped[int | None]
    rpe: Mapped[float | None]
    sets: Mapped[list[dict[str, Any]]] = mapped_column(Json)


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


class RedFlagRow(Performed, Base):
    """One answered question about an urgent sign."""

    __tablename__ = "red_flags"

    code: Mapped[str] = mapped_column(Text)
    present: Mapped[bool]
    asked_because: Mapped[str] = mapped_column(Text)


def own_columns(row: type[Base]) -> tuple[str, ...]:
    """Return the columns that an entry has besides those of sync and of time, in the table's order."""
    shared = {*Synced.__annotations__, *Performed.__annotations__}
    return tuple(column.key for column in table_of(row).columns if column.key not in shared)


def _wire(row: type[Base]) -> Wire:
    names = own_columns(row)
    ids = tuple(name for name in names if isinstance(table_of(row).c[name].type, Id))

    def wire(values: Mapping[str, Any]) -> dict[str, Any]:
        own = {name: values[name] for name in names}
        own.update((name, str(own[name])) for name in ids if own[name] is not None)
        return performed_wire(values) | own

    return wire


def performed_wire(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the times of an entry as they were sent: the instant with its sender's offset, and the zone."""
    recorded_at = values["recorded_at"]
    return {
        "performed_at": with_offset(values["performed_at"], values["utc_offset_min"]).isoformat(),
        "zone": values["zone"],
        "recorded_at": recorded_at.astimezone(UTC).isoformat() if recorded_at else None,
        "note": values["note"],
    }


SESSIONS = Collection("sessions", SessionRow, _wire(SessionRow))
RUNS = Collection("runs", RunRow, _wire(RunRow))
PAIN_SCORES = Collection("pain_scores", PainScoreRow, _wire(PainScoreRow))
CHECK_INS = Collection("check_ins", CheckInRow, _wire(CheckInRow))
RED_FLAGS = Collection("red_flags", RedFlagRow, _wire(RedFlagRow))
