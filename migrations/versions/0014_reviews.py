"""Reviews that a therapist has signed off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant
from migrations.tables import create_synced_table

revision = "0014_reviews"
down_revision = "0013_care"


def upgrade() -> None:
    """Apply."""
    create_synced_table(
        "reviews",
        sa.Column("signed_at", Instant(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signed_by", Id(), nullable=False),
        sa.Column("signed_by_name", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("reviews")
