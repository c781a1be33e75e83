"""What findings are made of: when the pain began, how the knee settles, and what the foot does in a squat."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015_findings"
down_revision = "0014_reviews"

ADDED: dict[str, tuple[tuple[str, sa.types.TypeEngine[Any]], ...]] = {
    "check_ins": (("settle_hours", sa.Double()), ("low_load_provokes", sa.Boolean())),
    "intakes": (
        ("pain_began_on", sa.Date()),
        ("terrain_or_shoe_change", sa.Boolean()),
        ("avoids_activity_from_fear", sa.Boolean()),
    ),
    "measurements": (("foot_turns_out", sa.Boolean()), ("heel_lifts", sa.Boolean())),
}


def upgrade() -> None:
    """Apply."""
    for table, columns in ADDED.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """Take back."""
    for table, columns in ADDED.items():
        for name, _ in columns:
            op.drop_column(table, name)
