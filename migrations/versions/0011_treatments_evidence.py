"""Treatments in the logbook; claims, articles and texts in two languages; own exercises and favourites."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db.types import Id, Instant, Json
from migrations.tables import create_synced_table, named

revision = "0011_treatments_evidence"
down_revision = "0010_policies_overrides"


WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
STATUS_KNOWN = "review_status IN ('submitted', 'under_review', 'approved')"
TEXTS = ("instruction", "name_de", "sort_name_de", "note_de", "instruction_de")


def upgrade() -> None:
    """Apply."""
    _create_treatments()
    for name in TEXTS:
        op.add_column("exercises", sa.Column(name, WORD if name.startswith("sort") else sa.Text(), nullable=True))
    with op.batch_alter_table("exercises") as batch:
        batch.add_column(sa.Column("author_id", Id(), nullable=True))
        batch.create_foreign_key(named("fk", "exercises", "author_id"), "accounts", ["author_id"], ["id"])
    op.create_index(named("ix", "exercises", "author_id"), "exercises", ["author_id"])
    _create_favourites()
    _create_questions()
    _create_claims()
    _create_articles()
    _create_reviews()


def downgrade() -> None:
    """Take back."""
    for table in ("library_reviews", "articles", "claims", "evidence_questions", "favourites"):
        op.drop_table(table)
    op.drop_index(named("ix", "exercises", "author_id"), "exercises")
    with op.batch_alter_table("exercises") as batch:
        batch.drop_constraint(named("fk", "exercises", "author_id"), type_="foreignkey")
        batch.drop_column("author_id")
        for name in TEXTS:
            batch.drop_column(name)
    op.drop_table("treatments")


def _create_favourites() -> None:
    table = "favourites"
    op.create_table(
        table,
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("slug", WORD, nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "slug", name=named("pk", table)),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=named("fk", table, "account_id")),
        sa.ForeignKeyConstraint(["slug"], ["exercises.slug"], name=named("fk", table, "slug")),
    )


def _create_questions() -> None:
    op.create_table(
        "evidence_questions",
        sa.Column("slug", WORD, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("title", Json(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=named("pk", "evidence_questions")),
    )


def _create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("slug", WORD, nullable=False),
        sa.Column("question", WORD, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("statement", Json(), nullable=False),
        sa.Column("references", Json(), nullable=False),
        *_entry("claims"),
        sa.PrimaryKeyConstraint("slug", name=named("pk", "claims")),
        sa.ForeignKeyConstraint(["question"], ["evidence_questions.slug"], name=named("fk", "claims", "question")),
    )
    op.create_index(named("ix", "claims", "question", "position"), "claims", ["question", "position"])


def _create_articles() -> None:
    op.create_table(
        "articles",
        sa.Column("slug", WORD, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("title", Json(), nullable=False),
        sa.Column("paragraphs", Json(), nullable=False),
        *_entry("articles"),
        sa.PrimaryKeyConstraint("slug", name=named("pk", "articles")),
    )


def _create_reviews() -> None:
    table = "library_reviews"
    words = [sa.Column(name, sa.Text(), nullable=False) for name in ("from_status", "to_status")]
    op.create_table(
        table,
        sa.Column("id", Id(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("entry", WORD, nullable=False),
        *words,
        sa.Column("reviewer_id", Id(), nullable=False),
        sa.Column("reviewer_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=named("pk", table)),
        sa.ForeignKeyConstraint(["reviewer_id"], ["accounts.id"], name=named("fk", table, "reviewer_id")),
    )
    op.create_index(named("ix", table, "collection", "entry", "at"), table, ["collection", "entry", "at"])


def _entry(table: str) -> list[Any]:
    return [
        sa.Column("review_status", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.CheckConstraint(STATUS_KNOWN, name=op.f(f"ck_{table}_review_status_known")),
    ]


def _create_treatments() -> None:
    table = "treatments"
    create_synced_table(
        table,
        sa.Column("performed_at", Instant(), nullable=False),
        sa.Column("utc_offset_min", sa.BigInteger(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("treatment", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("body_region", sa.Text(), nullable=True),
        sa.Column("duration_min", sa.BigInteger(), nullable=True),
        sa.Column("pain_without", sa.Double(), nullable=True),
        sa.Column("pain_with", sa.Double(), nullable=True),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.CheckConstraint("pain_without >= 0 AND pain_without <= 10", name=op.f(f"ck_{table}_pain_without_in_range")),
        sa.CheckConstraint("pain_with >= 0 AND pain_with <= 10", name=op.f(f"ck_{table}_pain_with_in_range")),
    )
    for key in (["patient_id", "performed_at"], ["patient_id", "performed_on"]):
        op.create_index(named("ix", table, *key), table, key)
