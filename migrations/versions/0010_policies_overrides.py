"""Policies as therapists set them, overrides beside the advice, and answered red-flag questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant, Json
from migrations.tables import create_synced_table, named

revision = "0010_policies_overrides"
down_revision = "0009_programmes"


def upgrade() -> None:
    """Apply."""
    create_synced_table(
        "policies",
        sa.Column("preset", sa.Text(), nullable=False),
        sa.Column("overrides", Json(), nullable=False),
        sa.Column("policy", Json(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("under_18", sa.Boolean(), nullable=False),
        sa.Column("set_by", Id(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
    )
    create_synced_table(
        "overrides",
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("session_cap_km", sa.Double(), nullable=True),
        sa.Column("week_cap_km", sa.Double(), nullable=True),
        sa.Column("session_cap_min", sa.Double(), nullable=True),
        sa.Column("week_cap_min", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("set_by", Id(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", Id(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
    )
    _create_red_flags()


def downgrade() -> None:
    """Take back."""
    for table in ("red_flags", "overrides", "policies"):
        op.drop_table(table)


def _create_red_flags() -> None:
    name = "red_flags"
    create_synced_table(
        name,
        sa.Column("performed_at", Instant(), nullable=False),
        sa.Column("utc_offset_min", sa.BigInteger(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("asked_because", sa.Text(), nullable=False),
    )
    for column in ("performed_at", "performed_on"):
        op.create_index(named("ix", name, "patient_id", column), name, ["patient_id", column])
