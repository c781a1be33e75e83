"""The tables of what people want to be reminded of, of webhooks, and of where devices are pushed to."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Boolean, Date, ForeignKey, LargeBinary, PrimaryKeyConstraint, Text, Time
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import PARTITIONED, Base


class ReminderRow(Base):
    """One person's settings; `swept_on` is the last day that was looked at, where the person lives."""

    __tablename__ = "reminders"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    session_due: Mapped[bool] = mapped_column(Boolean)
    morning_score_missing: Mapped[bool] = mapped_column(Boolean)
    review_due: Mapped[bool] = mapped_column(Boolean)
    remind_at: Mapped[time] = mapped_column(Time)
    quiet_from: Mapped[time] = mapped_column(Time)
    quiet_until: Mapped[time] = mapped_column(Time)
    language: Mapped[str] = mapped_column(Text)
    revision: Mapped[UUID]
    updated_at: Mapped[datetime]
    swept_on: Mapped[date | None] = mapped_column(Date)


class WebhookRow(Base):
    """One address that a therapist wants to be told at; its secret follows from the salt and the installation's."""

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    url: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]
    failures: Mapped[int]
    next_try_at: Mapped[datetime] = mapped_column(index=True)
    lease_id: Mapped[UUID | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    last_sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


class WebhookMarkRow(Base):
    """Up to which number of a patient's stream a webhook was told."""

    __tablename__ = "webhook_marks"
    __table_args__ = (PrimaryKeyConstraint("patient_id", "webhook_id"), PARTITIONED)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    webhook_id: Mapped[UUID]
    head: Mapped[int]


class PushRow(Base):
    """Where one device is reached by web push, and what is encrypted for it with (RFC 8291)."""

    __tablename__ = "push_subscriptions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device_sessions.id"), unique=True)
    endpoint: Mapped[str] = mapped_column(Text, index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(65))
    auth: Mapped[bytes] = mapped_column(LargeBinary(16))
    made_at: Mapped[datetime]


class CalendarRow(Base):
    """The secret address of a patient's calendar, as its SHA-256."""

    __tablename__ = "calendars"
    __table_args__ = (PrimaryKeyConstraint("patient_id"), PARTITIONED)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]
