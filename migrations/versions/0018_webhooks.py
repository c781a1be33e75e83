"""Webhooks, and up to where each was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant
from migrations.tables import create_patient_table, named, patient_column

revision = "0018_webhooks"
down_revision = "0017_outbox"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "webhooks",
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("lease_id", Id(), nullable=True),
        sa.Column("last_status", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_sent_at", Instant(), nullable=True),
        sa.Column("given_up_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=named("pk", "webhooks")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=named("fk", "webhooks", "account_id")),
    )
    for column in ("account_id", "next_try_at"):
        op.create_index(named("ix", "webhooks", column), "webhooks", [column])
    create_patient_table(
        "webhook_marks",
        *patient_column("webhook_marks"),
        sa.Column("webhook_id", Id(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "webhook_id", name=named("pk", "webhook_marks")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("webhook_marks")
    op.drop_table("webhooks")
