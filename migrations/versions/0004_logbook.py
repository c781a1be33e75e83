"""Sessions, runs, pain scores and check-ins."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant, Json
from migrations.tables import create_synced_table, named

revision = "0004_logbook"
down_revision = "0003_library"

TABLES = ("sessions", "runs", "pain_scores", "check_ins")


def upgrade() -> None:
    """Apply."""
    _create(
        "sessions",
        sa.Column("duration_s", sa.BigInteger(), nullable=True),
        sa.Column("rpe", sa.Double(), nullable=True),
        sa.Column("sets", Json(), nullable=False),
    )
    _create("runs", *_run_columns())
    _create(
        "pain_scores",
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("run_id", Id(), nullable=True),
        sa.Column("session_id", Id(), nullable=True),
        sa.CheckConstraint("score >= 0 AND score <= 10", name=op.f("ck_pain_scores_score_in_range")),
    )
    _create("check_ins", *_check_in_columns())


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _run_columns() -> list[Any]:
    return [
        sa.Column("distance_m", sa.BigInteger(), nullable=True),
        sa.Column("duration_s", sa.BigInteger(), nullable=True),
        sa.Column("surface", sa.Text(), nullable=True),
        sa.Column("intensity", sa.Text(), nullable=True),
        sa.Column("ascent_m", sa.BigInteger(), nullable=True),
        sa.Column("descent_m", sa.BigInteger(), nullable=True),
        sa.Column("cadence_spm", sa.BigInteger(), nullable=True),
        sa.Column("shoes", sa.Text(), nullable=True),
        sa.Column("rpe", sa.Double(), nullable=True),
        sa.Column("limp", sa.Boolean(), nullable=False),
        sa.Column("stopped_early_for_pain", sa.Boolean(), nullable=False),
        sa.Column("painkiller_before", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
    ]


def _check_in_columns() -> list[Any]:
    return [
        sa.Column("morning_pain", sa.Double(), nullable=True),
        sa.Column("worst_pain", sa.Double(), nullable=True),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("swelling", sa.Boolean(), nullable=True),
        sa.Column("sleep_hours", sa.Double(), nullable=True),
        sa.Column("stress", sa.BigInteger(), nullable=True),
        sa.Column("mood", sa.BigInteger(), nullable=True),
        sa.Column("early_warning_signs", Json(), nullable=False),
        sa.Column("red_flags", Json(), nullable=False),
    ]


def _create(table: str, *own: Any) -> None:
    create_synced_table(
        table,
        sa.Column("performed_at", Instant(), nullable=False),
        sa.Column("utc_offset_min", sa.BigInteger(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *own,
    )
    for key in (["patient_id", "performed_at"], ["patient_id", "performed_on"]):
        op.create_index(named("ix", table, *key), table, key)
