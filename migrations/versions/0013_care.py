"""Clinics, their exercises, invitations, the access log, and why a care link ended or is asked about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db.append_only import guard_statements, unguard_statements
from app.db.types import Id, Instant, Json
from migrations.tables import create_patient_table, named, patient_column

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

revision = "0013_care"
down_revision = "0012_intakes_cues"


def upgrade() -> None:
    """Apply."""
    op.add_column("care_links", sa.Column("clinic_id", Id(), nullable=True))
    op.add_column("care_links", sa.Column("ended_because", sa.Text(), nullable=True))
    op.add_column("care_links", sa.Column("asked_because", sa.Text(), nullable=True))
    _create_clinics()
    _create_invitations()
    _create_access_log()
    _create_exercise_clinics()


def downgrade() -> None:
    """Take back."""
    for table in ("exercise_clinics", "access_log", "invitations", "clinic_memberships", "clinics"):
        op.drop_table(table)
    for statement in unguard_statements(op.get_context().dialect.name):
        op.execute(statement)
    for column in ("asked_because", "ended_because", "clinic_id"):
        op.drop_column("care_links", column)


def _create_clinics() -> None:
    op.create_table(
        "clinics",
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("founded_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=named("pk", "clinics")),
    )
    name = "clinic_memberships"
    op.create_table(
        name,
        sa.Column("id", Id(), nullable=False),
        sa.Column("clinic_id", Id(), nullable=False),
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("clinic_role", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=named("pk", name)),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=named("fk", name, "clinic_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=named("fk", name, "account_id")),
        sa.CheckConstraint("clinic_role IN ('member', 'admin')", name=op.f("ck_clinic_memberships_clinic_role_known")),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_clinic_memberships_open",
        name,
        ["account_id", "clinic_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index(named("ix", name, "clinic_id", "account_id"), name, ["clinic_id", "account_id"])


def _create_invitations() -> None:
    name = "invitations"
    op.create_table(
        name,
        sa.Column("id", Id(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("inviter_id", Id(), nullable=False),
        sa.Column("inviter_role", sa.Text(), nullable=False),
        sa.Column("clinic_id", Id(), nullable=True),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("link_expires_at", Instant(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("accepted_by", Id(), nullable=True),
        sa.Column("accepted_at", Instant(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=named("pk", name)),
        sa.UniqueConstraint("code_hash", name=named("uq", name, "code_hash")),
        sa.ForeignKeyConstraint(["inviter_id"], ["accounts.id"], name=named("fk", name, "inviter_id")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=named("fk", name, "clinic_id")),
        sa.ForeignKeyConstraint(["accepted_by"], ["accounts.id"], name=named("fk", name, "accepted_by")),
        sa.CheckConstraint("kind IN ('care', 'membership')", name=op.f("ck_invitations_kind_known")),
    )
    for column in ("inviter_id", "accepted_by"):
        op.create_index(named("ix", name, column), name, [column])


def _create_exercise_clinics() -> None:
    name = "exercise_clinics"
    op.create_table(
        name,
        sa.Column("slug", WORD, nullable=False),
        sa.Column("clinic_id", Id(), nullable=False),
        sa.PrimaryKeyConstraint("slug", "clinic_id", name=named("pk", name)),
        sa.ForeignKeyConstraint(["slug"], ["exercises.slug"], name=named("fk", name, "slug")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinics.id"], name=named("fk", name, "clinic_id")),
    )
    op.create_index(named("ix", name, "clinic_id"), name, ["clinic_id"])


def _create_access_log() -> None:
    name = "access_log"
    create_patient_table(
        name,
        *patient_column(name),
        sa.Column("id", Id(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("reader_id", Id(), nullable=False),
        sa.Column("device_id", Id(), nullable=False),
        sa.Column("permission", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", "id", name=named("pk", name)),
    )
    op.create_index(named("ix", name, "reader_id", "patient_id"), name, ["reader_id", "patient_id"])
    for statement in guard_statements(name, op.get_context().dialect.name):
        op.execute(statement)
