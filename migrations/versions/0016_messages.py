"""Messages between patients and therapists, and how far each has read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant
from migrations.tables import create_synced_table, named

revision = "0016_messages"
down_revision = "0015_findings"


def upgrade() -> None:
    """Apply."""
    create_synced_table(
        "messages",
        sa.Column("performed_at", Instant(), nullable=False),
        sa.Column("utc_offset_min", sa.BigInteger(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("therapist_id", Id(), nullable=True),
        sa.Column("therapist_name", sa.Text(), nullable=True),
    )
    op.create_index(named("ix", "messages", "patient_id", "performed_on"), "messages", ["patient_id", "performed_on"])
    create_synced_table(
        "message_marks",
        sa.Column("read_by_name", sa.Text(), nullable=False),
        sa.Column("message_id", Id(), nullable=False),
        sa.Column("up_to_seq", sa.BigInteger(), nullable=False),
        sa.Column("read_at", Instant(), nullable=False),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("message_marks")
    op.drop_table("messages")
