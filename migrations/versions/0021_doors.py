"""Tokens that set a new password, and a number by which an account's access tokens are all refused at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant
from migrations.tables import named

revision = "0021_doors"
down_revision = "0020_keeping"


def upgrade() -> None:
    """Apply."""
    op.add_column("accounts", sa.Column("token_epoch", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "password_resets",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("account_id", Id(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=named("pk", "password_resets")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=named("fk", "password_resets", "account_id"), ondelete="CASCADE"
        ),
    )
    op.create_index(named("ix", "password_resets", "account_id"), "password_resets", ["account_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("password_resets")
    op.drop_column("accounts", "token_epoch")
