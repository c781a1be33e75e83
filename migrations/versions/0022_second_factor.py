"""Second factors with their recovery codes, and browsers that are logged in to the console."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant
from migrations.tables import named

revision = "0022_second_factor"
down_revision = "0021_doors"


def upgrade() -> None:
    """Apply."""
    op.add_column("device_sessions", sa.Column("second_factor_at", Instant(), nullable=True))
    op.create_table(
        "second_factors",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_at", Instant(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=named("pk", "second_factors")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=named("fk", "second_factors", "account_id")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "hash", name=named("pk", "recovery_codes")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=named("fk", "recovery_codes", "account_id")),
    )
    op.create_table(
        "browser_sessions",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("device_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=named("pk", "browser_sessions")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device_sessions.id"], name=named("fk", "browser_sessions", "device_id")
        ),
    )
    op.create_index(named("ix", "browser_sessions", "device_id"), "browser_sessions", ["device_id"])


def downgrade() -> None:
    """Take back."""
    for table in ("browser_sessions", "recovery_codes", "second_factors"):
        op.drop_table(table)
    op.drop_column("device_sessions", "second_factor_at")
