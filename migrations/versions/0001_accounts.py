"""Accounts, device sessions, refresh tokens, rate windows, and the streams of patients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant, Json
from migrations.tables import create_patient_table, named, patient_column

revision = "0001_accounts"
down_revision = None


def upgrade() -> None:
    """Apply."""
    _accounts()
    _device_sessions()
    _streams()
    op.create_table(
        "rate_windows",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("ends_at_s", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=named("pk", "rate_windows")),
    )


def downgrade() -> None:
    """Take back."""
    for table in (
        "rate_windows",
        "sync_change",
        "sync_stream",
        "refresh_tokens",
        "device_sessions",
        "accounts",
    ):
        op.drop_table(table)


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", Id(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("professional_role", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=named("pk", "accounts")),
        sa.UniqueConstraint("email", name=named("uq", "accounts", "email")),
        sa.CheckConstraint("role IN ('patient', 'therapist', 'admin')", name=op.f("ck_accounts_role_known")),
    )


def _device_sessions() -> None:
    op.create_table(
        "device_sessions",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("siblings", sa.BigInteger(), nullable=False),
        sa.Column("rotated_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=named("pk", "device_sessions")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=named("fk", "device_sessions", "account_id")),
    )
    op.create_index(named("ix", "device_sessions", "account_id"), "device_sessions", ["account_id"])
    op.create_table(
        "refresh_tokens",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=named("pk", "refresh_tokens")),
        sa.ForeignKeyConstraint(["device_id"], ["device_sessions.id"], name=named("fk", "refresh_tokens", "device_id")),
    )
    op.create_index(named("ix", "refresh_tokens", "device_id"), "refresh_tokens", ["device_id"])


def _streams() -> None:
    create_patient_table(
        "sync_stream",
        *patient_column("sync_stream"),
        sa.Column("epoch", Id(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", name=named("pk", "sync_stream")),
    )
    create_patient_table(
        "sync_change",
        *patient_column("sync_change"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("ver", Id(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("data", Json(), nullable=True),
        sa.Column("device_id", Id(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("op_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("patient_id", "seq", name=named("pk", "sync_change")),
        sa.UniqueConstraint("patient_id", "ver", name=named("uq", "sync_change", "patient_id", "ver")),
        sa.CheckConstraint("seq > 0", name=op.f("ck_sync_change_seq_positive")),
    )
    key = ["patient_id", "collection", "id", "seq"]
    op.create_index(named("ix", "sync_change", *key), "sync_change", key)
