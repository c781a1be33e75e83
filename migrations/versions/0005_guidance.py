"""Advice as given, and pauses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant, Json
from migrations.tables import create_synced_table, named

revision = "0005_guidance"
down_revision = "0004_logbook"


def upgrade() -> None:
    """Apply."""
    create_synced_table(
        "advice",
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("ruleset_version", sa.Text(), nullable=False),
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("policy", Json(), nullable=False),
        sa.Column("body", Json(), nullable=False),
        sa.Column("input_ids", Json(), nullable=False),
        sa.Column("inputs_hash", sa.Text(), nullable=False),
        sa.Column("valid_until", Instant(), nullable=False),
        sa.Column("supersedes", Id(), nullable=True),
    )
    key = ["patient_id", "supersedes"]
    op.create_index(named("ix", "advice", *key), "advice", key)
    create_synced_table(
        "pauses",
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("refer", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("red_flag", sa.Text(), nullable=True),
        sa.Column("run_id", Id(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", Id(), nullable=True),
        sa.Column("closed_by_role", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("seen_whom", sa.Text(), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("cleared_by", sa.Text(), nullable=True),
        sa.UniqueConstraint("patient_id", "cause", name=named("uq", "pauses", "patient_id", "cause")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("pauses")
    op.drop_table("advice")
