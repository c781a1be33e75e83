"""Intakes; cues and feedback of movement retraining; weeks confirmed as rest; lag in a straight leg raise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Instant, Json
from migrations.tables import create_synced_table, named

revision = "0012_intakes_cues"
down_revision = "0011_treatments_evidence"

ADDED = {
    "sessions": (("cues_kept", Json()), ("feedback_percent", sa.BigInteger())),
    "check_ins": (("rest_of_week", sa.Boolean()),),
    "measurements": (("lag", sa.Boolean()),),
}


def upgrade() -> None:
    """Apply."""
    for table, columns in ADDED.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    table = "intakes"
    create_synced_table(
        table,
        sa.Column("performed_at", Instant(), nullable=False),
        sa.Column("utc_offset_min", sa.BigInteger(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("birth_year", sa.BigInteger(), nullable=True),
        sa.Column("declared_longest_m", sa.BigInteger(), nullable=True),
    )
    for key in (["patient_id", "performed_at"], ["patient_id", "performed_on"]):
        op.create_index(named("ix", table, *key), table, key)


def downgrade() -> None:
    """Take back."""
    op.drop_table("intakes")
    for table, columns in ADDED.items():
        for name, _ in columns:
            op.drop_column(table, name)
