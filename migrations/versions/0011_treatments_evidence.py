"""Treatments in the logbook; claims, articles and texts in two languages; own exercises and favourites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Instant
from migrations.tables import create_synced_table, named

revision = "0011_treatments_evidence"
down_revision = "0007_library_stream"


def upgrade() -> None:
    """Apply."""
    _create_treatments()


def downgrade() -> None:
    """Take back."""
    op.drop_table("treatments")


def _create_treatments() -> None:
    table = "treatments"
    create_synced_table(
        table,
        sa.Column("performed_at", Instant(), nullable=False),
        sa.Column("utc_offset_min", sa.BigInteger(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("treatment", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("body_region", sa.Text(), nullable=True),
        sa.Column("duration_min", sa.BigInteger(), nullable=True),
        sa.Column("pain_without", sa.Double(), nullable=True),
        sa.Column("pain_with", sa.Double(), nullable=True),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.CheckConstraint("pain_without >= 0 AND pain_without <= 10", name=op.f(f"ck_{table}_pain_without_in_range")),
        sa.CheckConstraint("pain_with >= 0 AND pain_with <= 10", name=op.f(f"ck_{table}_pain_with_in_range")),
    )
    for key in (["patient_id", "performed_at"], ["patient_id", "performed_on"]):
        op.create_index(named("ix", table, *key), table, key)
