"""The table of what people want to be reminded of."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Boolean, Date, ForeignKey, Text, Time
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


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
