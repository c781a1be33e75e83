"""Operations that made no version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant, Json
from migrations.tables import create_patient_table, named, patient_column

revision = "0006_sync"
down_revision = "0005_guidance"


def upgrade() -> None:
    """Apply."""
    create_patient_table(
        "sync_parked",
        *patient_column("sync_parked"),
        sa.Column("id", Id(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=True),
        sa.Column("record_id", Id(), nullable=True),
        sa.Column("ver", Id(), nullable=True),
        sa.Column("op", Json(), nullable=False),
        sa.Column("op_hash", sa.Text(), nullable=False),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("problem", Json(), nullable=True),
        sa.Column("device_id", Id(), nullable=True),
        sa.Column("parked_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_as", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("patient_id", "id", name=named("pk", "sync_parked")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("sync_parked")
