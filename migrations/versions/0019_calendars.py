"""Secret addresses of calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Instant
from migrations.tables import create_patient_table, named, patient_column

revision = "0019_calendars"
down_revision = "0018_webhooks"


def upgrade() -> None:
    """Apply."""
    create_patient_table(
        "calendars",
        *patient_column("calendars"),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", name=named("pk", "calendars")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("calendars")
