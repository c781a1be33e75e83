"""Where devices are reached by web push, and which notices go to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant
from migrations.tables import named

revision = "0024_push"
down_revision = "0023_letters"
_TABLE = "push_subscriptions"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        _TABLE,
        sa.Column("id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(65), nullable=False),
        sa.Column("auth", sa.LargeBinary(16), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=named("pk", _TABLE)),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=named("fk", _TABLE, "account_id")),
        sa.ForeignKeyConstraint(["device_id"], ["device_sessions.id"], name=named("fk", _TABLE, "device_id")),
        sa.UniqueConstraint("device_id", name=named("uq", _TABLE, "device_id")),
    )
    for column in ("account_id", "endpoint"):
        op.create_index(named("ix", _TABLE, column), _TABLE, [column])
    with op.batch_alter_table("notices") as batch:
        batch.add_column(sa.Column("branch_of", Id(), nullable=True))
        batch.add_column(sa.Column("subscription_id", Id(), nullable=True))


def downgrade() -> None:
    """Take back; what was to go to a device is told by mail, or was told."""
    op.execute("DELETE FROM notices WHERE branch_of IS NOT NULL")
    with op.batch_alter_table("notices") as batch:
        batch.drop_column("subscription_id")
        batch.drop_column("branch_of")
    op.drop_table(_TABLE)
