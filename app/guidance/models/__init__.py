"""The tables of advice as it was given, of pauses until someone closes them, and of what therapists set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db.base import PARTITIONED, Base
from app.db.synced import Collection, Synced, synced_constraints
from app.db.types import Json

ADVICE_FIELDS: tuple[str, ...] = (
    "as_of",
    "given_at",
    "decision",
    "rule",
    "ruleset_version",
    "preset",
    "policy",
    "body",
    "input_ids",
    "inputs_hash",
    "valid_until",
    "supersedes",
)
PAUSE_FIELDS: tuple[str, ...] = (
    "opened_on",
    "opened_at",
    "rule",
    "refer",
    "cause",
    "red_flag",
    "run_id",
    "closed_at",
    "closed_by",
    "closed_by_role",
    "note",
    "seen_whom",
    "seen_on",
    "cleared_by",
)
POLICY_FIELDS: tuple[str, ...] = (
    "preset",
    "overrides",
    "policy",
    "starts_on",
    "reason",
    "under_18",
    "set_by",
    "set_at",
)
OVERRIDE_FIELDS: tuple[str, ...] = (
    "decision",
    "session_cap_km",
    "week_cap_km",
    "session_cap_min",
    "week_cap_min",
    "reason",
    "starts_on",
    "ends_on",
    "set_by",
    "set_at",
    "withdrawn_at",
    "withdrawn_by",
    "withdrawn_because",
)


class AdviceRow(Synced, Base):
    """An advice as it was given, and never changed; a newer one names the one that it supersedes."""

    __tablename__ = "advice"

    as_of: Mapped[date] = mapped_column(Date)
    given_at: Mapped[datetime]
    decision: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    ruleset_version: Mapped[str] = mapped_column(Text)
    preset: Mapped[str] = mapped_column(Text)
    policy: Mapped[dict[str, Any]] = mapped_column(Json)
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    input_ids: Mapped[list[str]] = mapped_column(Json)
    inputs_hash: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[datetime]
    supersedes: Mapped[UUID | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*synced_constraints(), Index(None, "patient_id", "supersedes"), PARTITIONED)


class PauseRow(Synced, Base):
    """A pause: opened by the rules, closed by a person."""

    __tablename__ = "pauses"

    opened_on: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime]
    rule: Mapped[str] = mapped_column(Text)
    refer: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    red_flag: Mapped[str | None] = mapped_column(Text)
    run_id: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    closed_by_role: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    seen_whom: Mapped[str | None] = mapped_column(Text)
    seen_on: Mapped[date | None] = mapped_column(Date)
    cleared_by: Mapped[str | None] = mapped_column(Text)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (*synced_constraints(), UniqueConstraint("patient_id", "cause"), PARTITIONED)


class PolicyRow(Synced, Base):
    """A policy as a therapist set it, whole; a change is another row."""

    __tablename__ = "policies"

    preset: Mapped[str] = mapped_column(Text)
    overrides: Mapped[dict[str, Any]] = mapped_column(Json)
    policy: Mapped[dict[str, Any]] = mapped_column(Json)
    starts_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(Text)
    under_18: Mapped[bool]
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]


class OverrideRow(Synced, Base):
    """A therapist's word beside the advice, until its end or its withdrawal."""

    __tablename__ = "overrides"

    decision: Mapped[str | None] = mapped_column(Text)
    session_cap_km: Mapped[float | None]
    week_cap_km: Mapped[float | None]
    session_cap_min: Mapped[float | None]
    week_cap_min: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_because: Mapped[str | None] = mapped_column(Text)


def _advice_wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ADVICE_FIELDS}


def _pause_wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in PAUSE_FIELDS}


def _policy_wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in POLICY_FIELDS}


def _override_wire(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in OVERRIDE_FIELDS}


ADVICE = Collection("advice", AdviceRow, _advice_wire)
PAUSES = Collection("pauses", PauseRow, _pause_wire)
POLICIES = Collection("policies", PolicyRow, _policy_wire)
OVERRIDES = Collection("overrides", OverrideRow, _override_wire)
