"""The tables of accounts, device sessions and refresh tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.kernel.permissions import Role

ROLES = ", ".join(f"'{role}'" for role in Role)


class AccountRow(Base):
    """A person who can log in."""

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint(f"role IN ({ROLES})", name="role_known"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    display_name: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    professional_role: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    token_epoch: Mapped[int] = mapped_column(server_default="0")


class DeviceRow(Base):
    """One device's session and the generation of its refresh tokens."""

    __tablename__ = "device_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    device_name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    generation: Mapped[int]
    siblings: Mapped[int]
    rotated_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None] = mapped_column(Text)
    second_factor_at: Mapped[datetime | None]


class RefreshTokenRow(Base):
    """The SHA-256 of a refresh token ever given out; used ones are kept so that reuse is seen."""

    __tablename__ = "refresh_tokens"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device_sessions.id"), index=True)
    generation: Mapped[int]
    created_at: Mapped[datetime]


class PasswordResetRow(Base):
    """The SHA-256 of a token that sets a new password, once."""

    __tablename__ = "password_resets"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
