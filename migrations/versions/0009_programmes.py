"""Protocols, programmes with their revisions, prescribed exercises, skips and stage proposals."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant, Json
from migrations.tables import create_patient_table, create_synced_table, named, patient_column

revision = "0009_programmes"
down_revision = "0008_outcomes"

TABLES = ("protocols", "programmes", "prescribed_exercises", "programme_revisions", "skips", "stage_proposals")


def upgrade() -> None:
    """Apply."""
    _protocols()
    create_synced_table("programmes", *_programme_columns())
    create_synced_table("prescribed_exercises", *_exercise_columns())
    key = ["patient_id", "programme_id"]
    op.create_index(named("ix", "prescribed_exercises", *key), "prescribed_exercises", key)
    _revisions()
    _skips()
    _stage_proposals()


def downgrade() -> None:
    """Take back."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _protocols() -> None:
    op.create_table(
        "protocols",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("content", Json(), nullable=False),
        sa.Column("review_status", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=named("pk", "protocols")),
    )


def _made() -> list[Any]:
    return [
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", Id(), nullable=True),
        sa.Column("made_by_role", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("stage_since_on", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
    ]


def _programme_columns() -> list[Any]:
    return [
        sa.Column("protocol", sa.Text(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        *_made(),
        sa.Column("phases", Json(), nullable=False),
        sa.Column("retraining", Json(), nullable=False),
        sa.Column("hip_first", sa.Boolean(), nullable=True),
        sa.Column("target_week_distance_m", sa.BigInteger(), nullable=True),
    ]


def _exercise_columns() -> list[Any]:
    return [
        sa.Column("programme_id", Id(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("sets", sa.BigInteger(), nullable=False),
        sa.Column("repetitions", sa.BigInteger(), nullable=False),
        sa.Column("hold_seconds", sa.BigInteger(), nullable=False),
        sa.Column("load_kg", sa.Double(), nullable=True),
        sa.Column("tempo", sa.Text(), nullable=True),
        sa.Column("rest_seconds", sa.BigInteger(), nullable=False),
        sa.Column("days_per_week", sa.BigInteger(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
    ]


def _revisions() -> None:
    table = "programme_revisions"
    create_patient_table(
        table,
        *patient_column(table),
        sa.Column("programme_id", Id(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        *_made(),
        sa.Column("plan", Json(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "programme_id", "number", name=named("pk", table)),
        sa.UniqueConstraint(
            "patient_id", "programme_id", "cause", name=named("uq", table, "patient_id", "programme_id", "cause")
        ),
        sa.CheckConstraint("number > 0", name=op.f(f"ck_{table}_number_positive")),
    )


def _skips() -> None:
    create_synced_table(
        "skips",
        sa.Column("performed_at", Instant(), nullable=False),
        sa.Column("utc_offset_min", sa.BigInteger(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("exercise", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=True),
    )
    for key in (["patient_id", "performed_at"], ["patient_id", "performed_on"], ["patient_id", "due_on"]):
        op.create_index(named("ix", "skips", *key), "skips", key)


def _stage_proposals() -> None:
    create_synced_table(
        "stage_proposals",
        sa.Column("programme_id", Id(), nullable=False),
        sa.Column("from_stage", sa.Text(), nullable=False),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("criteria", Json(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", Id(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
    )
