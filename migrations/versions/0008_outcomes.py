"""Answers to questionnaires, measurements, and the texts that a clinic has licensed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant, Json
from migrations.tables import create_synced_table, named

revision = "0008_outcomes"
down_revision = "0007_library_stream"

TABLES = ("questionnaire_responses", "measurements")


def upgrade() -> None:
    """Apply."""
    _create("questionnaire_responses", *_response_columns())
    _create("measurements", *_measurement_columns())
    op.create_table(
        "instrument_texts",
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("texts", Json(), nullable=False),
        sa.Column("revision", Id(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("updated_by", Id(), nullable=False),
        sa.PrimaryKeyConstraint("instrument", "language", name=named("pk", "instrument_texts")),
        sa.ForeignKeyConstraint(["updated_by"], ["accounts.id"], name=named("fk", "instrument_texts", "updated_by")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("instrument_texts")
    for table in reversed(TABLES):
        op.drop_table(table)


def _response_columns() -> list[Any]:
    return [
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("instrument_version", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("items", Json(), nullable=False),
        sa.Column("activity_names", Json(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("unscored_because", sa.Text(), nullable=True),
        sa.Column("scoring_version", sa.Text(), nullable=False),
    ]


def _measurement_columns() -> list[Any]:
    return [
        sa.Column("test", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("distance_cm", sa.Double(), nullable=True),
        sa.Column("rating", sa.Text(), nullable=True),
        sa.Column("signs", Json(), nullable=True),
        sa.Column("contraction", sa.Text(), nullable=True),
        sa.Column("force_n", sa.Double(), nullable=True),
        sa.Column("lever_m", sa.Double(), nullable=True),
        sa.Column("body_mass_kg", sa.Double(), nullable=True),
        sa.Column("torque_nm_kg", sa.Double(), nullable=True),
        sa.Column("age_years", sa.BigInteger(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("attempts_cm", Json(), nullable=True),
        sa.Column("fpi6_total", sa.BigInteger(), nullable=True),
        sa.Column("muscle", sa.Text(), nullable=True),
        sa.Column("muscle_grade", sa.Double(), nullable=True),
        sa.Column("pain", sa.Double(), nullable=True),
        sa.Column("knee_flexion_deg", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("dorsiflexion_deg", sa.Double(), nullable=True),
        sa.Column("scoring_version", sa.Text(), nullable=False),
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
