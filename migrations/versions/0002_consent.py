"""Care links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant, Json
from migrations.tables import create_synced_table, named

revision = "0002_consent"
down_revision = "0001_accounts"


def upgrade() -> None:
    """Apply."""
    create_synced_table(
        "care_links",
        sa.Column("therapist_id", Id(), nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("consent_text_version", sa.Text(), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
    )
    op.create_index(
        named("ix", "care_links", "therapist_id", "patient_id"), "care_links", ["therapist_id", "patient_id"]
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("care_links")
