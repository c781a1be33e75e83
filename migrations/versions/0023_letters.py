"""Notices about nobody: what is asked for with an address nobody has costs the same."""

from __future__ import annotations

from alembic import op

from app.db.types import Id

revision = "0023_letters"
down_revision = "0022_second_factor"


def upgrade() -> None:
    """Apply; a token asked for with an address nobody has is not written down any more."""
    op.execute("DELETE FROM password_resets WHERE account_id IS NULL")
    _let_be_nobodys("notices", is_so=True)
    _let_be_nobodys("password_resets", is_so=False)


def downgrade() -> None:
    """Take back."""
    op.execute("DELETE FROM notices WHERE account_id IS NULL")
    _let_be_nobodys("password_resets", is_so=True)
    _let_be_nobodys("notices", is_so=False)


def _let_be_nobodys(table: str, *, is_so: bool) -> None:
    with op.batch_alter_table(table) as batch:
        batch.alter_column("account_id", existing_type=Id(), nullable=is_so)
