"""The library's own stream: what changed in it, numbered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Json
from migrations.tables import named

revision = "0007_library_stream"
down_revision = "0006_sync"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "library_stream",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("epoch", Id(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=named("pk", "library_stream")),
    )
    op.create_table(
        "library_changes",
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ver", sa.Text(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("data", Json(), nullable=True),
        sa.PrimaryKeyConstraint("collection", "id", name=named("pk", "library_changes")),
        sa.UniqueConstraint("seq", name=named("uq", "library_changes", "seq")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("library_changes")
    op.drop_table("library_stream")
