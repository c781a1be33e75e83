"""Exercises, references, and what links them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.types import Instant
from migrations.tables import named

revision = "0003_library"
down_revision = "0002_consent"

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
STATUS_KNOWN = "review_status IN ('submitted', 'under_review', 'approved')"


def upgrade() -> None:
    """Apply."""
    _references()
    _exercises()
    _create_list("exercise_tags", "value", "kind IN ('targets', 'stages', 'equipment')")
    op.create_index(named("ix", "exercise_tags", "kind", "value"), "exercise_tags", ["kind", "value"])
    _create_list("exercise_links", "to_slug", "kind IN ('progressions', 'regressions')", "exercises.slug")
    op.create_index(named("ix", "exercise_links", "to_slug"), "exercise_links", ["to_slug"])
    _evidence()


def downgrade() -> None:
    """Take back."""
    for table in ("exercise_evidence", "exercise_links", "exercise_tags", "exercises", "evidence_references"):
        op.drop_table(table)


def _references() -> None:
    op.create_table(
        "evidence_references",
        sa.Column("key", WORD, nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("doi", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("evidence_grade", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        *_entry("evidence_references"),
        sa.PrimaryKeyConstraint("key", name=named("pk", "evidence_references")),
    )


def _exercises() -> None:
    numbers = ("sets", "repetitions", "hold_seconds", "rest_seconds", "days_per_week")
    op.create_table(
        "exercises",
        sa.Column("slug", WORD, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_name", WORD, nullable=False),
        sa.Column("group", WORD, nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("weight_bearing", sa.Text(), nullable=False),
        sa.Column("peak_knee_flexion_deg", sa.BigInteger(), nullable=False),
        sa.Column("pfj_load", sa.Text(), nullable=False),
        sa.Column("load_basis", sa.Text(), nullable=False),
        *[sa.Column(number, sa.BigInteger(), nullable=False) for number in numbers],
        sa.Column("tempo", sa.Text(), nullable=False),
        sa.Column("unit_note", sa.Text(), nullable=True),
        sa.Column("dosage_basis", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        *_entry("exercises"),
        sa.CheckConstraint("pfj_load IN ('low', 'moderate', 'high')", name=op.f("ck_exercises_pfj_load_known")),
        sa.PrimaryKeyConstraint("slug", name=named("pk", "exercises")),
    )


def _entry(table: str) -> list[Any]:
    return [
        sa.Column("review_status", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.CheckConstraint(STATUS_KNOWN, name=op.f(f"ck_{table}_review_status_known")),
    ]


def _create_list(table: str, column: str, kinds: str, leads_to: str | None = None) -> None:
    op.create_table(
        table,
        _slug(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(column, WORD, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "kind", column, name=named("pk", table)),
        sa.CheckConstraint(kinds, name=op.f(f"ck_{table}_kind_known")),
        _belongs(table),
        *([sa.ForeignKeyConstraint([column], [leads_to], name=named("fk", table, column))] if leads_to else []),
    )


def _evidence() -> None:
    table, column = "exercise_evidence", "reference_key"
    op.create_table(
        table,
        _slug(),
        sa.Column(column, WORD, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", column, name=named("pk", table)),
        _belongs(table),
        sa.ForeignKeyConstraint([column], ["evidence_references.key"], name=named("fk", table, column)),
    )
    op.create_index(named("ix", table, column), table, [column])


def _slug() -> Any:
    return sa.Column("slug", WORD, nullable=False)


def _belongs(table: str) -> Any:
    return sa.ForeignKeyConstraint(["slug"], ["exercises.slug"], name=named("fk", table, "slug"))
