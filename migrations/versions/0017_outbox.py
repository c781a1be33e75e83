"""The outbox of notices, and what people want to be reminded of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant
from migrations.tables import named

revision = "0017_outbox"
down_revision = "0016_messages"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "notices",
        sa.Column("id", Id(), nullable=False),
        *_account("notices"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("good_until", Instant(), nullable=True),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("lease_id", Id(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_as", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=named("pk", "notices")),
        sa.UniqueConstraint(
            "account_id", "kind", "reference", name=named("uq", "notices", "account_id", "kind", "reference")
        ),
    )
    waiting = ["settled_at", "next_try_at"]
    op.create_index(named("ix", "notices", *waiting), "notices", waiting)
    op.create_table(
        "reminders",
        *_account("reminders"),
        sa.Column("session_due", sa.Boolean(), nullable=False),
        sa.Column("morning_score_missing", sa.Boolean(), nullable=False),
        sa.Column("review_due", sa.Boolean(), nullable=False),
        sa.Column("remind_at", sa.Time(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("revision", Id(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("swept_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=named("pk", "reminders")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("reminders")
    op.drop_table("notices")


def _account(table: str) -> list[sa.Column[object] | sa.ForeignKeyConstraint]:
    return [
        sa.Column("account_id", Id(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=named("fk", table, "account_id")),
    ]
