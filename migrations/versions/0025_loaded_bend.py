"""How far a knee bends under load before it is too much, as a clinical test tells it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025_loaded_bend"
down_revision = "0024_push"


def upgrade() -> None:
    """Apply."""
    op.add_column("measurements", sa.Column("tolerated_bend_deg", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("measurements", "tolerated_bend_deg")
