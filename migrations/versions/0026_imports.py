"""Imports: files of patients as they were sent, and what became of each thing in them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant
from migrations.tables import create_patient_table, named, patient_column

revision = "0026_imports"
down_revision = "0025_loaded_bend"


def upgrade() -> None:
    """Apply."""
    create_patient_table(
        "imports",
        *patient_column("imports"),
        sa.Column("id", Id(), nullable=False),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("treat_as_run", sa.Boolean(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("refused_as", sa.Text(), nullable=True),
        sa.Column("items_done", sa.BigInteger(), nullable=False),
        sa.Column("items_total", sa.BigInteger(), nullable=True),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("bytes_total", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=True),
        sa.Column("lease_id", Id(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("patient_id", "id", name=named("pk", "imports")),
    )
    op.create_index(named("ix", "imports", "patient_id", "sha256"), "imports", ["patient_id", "sha256"])
    op.create_index(named("ix", "imports", "next_try_at", "patient_id"), "imports", ["next_try_at", "patient_id"])
    create_patient_table(
        "import_items",
        *_of_an_import("import_items"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("run_id", Id(), nullable=True),
        sa.Column("zone_from", sa.Text(), nullable=True),
    )
    create_patient_table(
        "import_pieces",
        *_of_an_import("import_pieces"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("import_pieces", "import_items", "imports"):
        op.drop_table(table)


def _of_an_import(table: str) -> list[Any]:
    """Return the columns of what belongs to an import, numbered in it."""
    return [
        *patient_column(table),
        sa.Column("import_id", Id(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "import_id", "number", name=named("pk", table)),
    ]
