"""What a therapist's account holds: what of it is told to them, what goes with them, and what stays without a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Table, delete, select
from sqlalchemy.orm import Session

from app.db.base import Base, table_of
from app.db.trail import TrailRow
from app.keeping.repository.archives import Row
from app.keeping.repository.belongings import ACCOUNTS, PATIENT, WITHHELD_COLUMNS, belongings

TELLS = "told"
GOES = "deleted"

OWNED: Mapping[str, tuple[str, str, frozenset[str]]] = {
    ACCOUNTS: ("id", ACCOUNTS, frozenset({TELLS})),
    "clinic_memberships": ("account_id", ACCOUNTS, frozenset({TELLS, GOES})),
    "device_sessions": ("account_id", ACCOUNTS, frozenset({TELLS, GOES})),
    "invitations": ("inviter_id", ACCOUNTS, frozenset({TELLS, GOES})),
    "favourites": ("account_id", ACCOUNTS, frozenset({TELLS, GOES})),
    "reminders": ("account_id", ACCOUNTS, frozenset({TELLS, GOES})),
    "webhooks": ("account_id", ACCOUNTS, frozenset({TELLS, GOES})),
    "exercises": ("author_id", ACCOUNTS, frozenset({TELLS})),
    "exercise_clinics": ("slug", "exercises", frozenset({TELLS})),
    "exercise_evidence": ("slug", "exercises", frozenset({TELLS})),
    "exercise_links": ("slug", "exercises", frozenset({TELLS})),
    "exercise_tags": ("slug", "exercises", frozenset({TELLS})),
    "library_reviews": ("reviewer_id", ACCOUNTS, frozenset({TELLS})),
    "notices": ("account_id", ACCOUNTS, frozenset({GOES})),
    "password_resets": ("account_id", ACCOUNTS, frozenset({GOES})),
    "second_factors": ("account_id", ACCOUNTS, frozenset({GOES})),
    "recovery_codes": ("account_id", ACCOUNTS, frozenset({GOES})),
    "browser_sessions": ("device_id", "device_sessions", frozenset({GOES})),
    "refresh_tokens": ("device_id", "device_sessions", frozenset({GOES})),
    "push_subscriptions": ("account_id", ACCOUNTS, frozenset({GOES})),
    "webhook_marks": ("webhook_id", "webhooks", frozenset({GOES})),
    "instrument_texts": ("updated_by", ACCOUNTS, frozenset()),
}
"""Each table of an account: by which column it is whose, what that refers to, and what becomes of it.

What is neither told nor deleted is not of therapists; exercises and steps of reviews stay for those who use them.
"""
SECRETS: Mapping[str, frozenset[str]] = {**WITHHELD_COLUMNS, "webhooks": frozenset({"salt", "lease_id"})}
"""What lets somebody in, or signs for somebody, is in no archive."""


def undecided() -> list[str]:
    """Return the tables of accounts of which nobody has said what becomes of them when a therapist goes."""
    return [table.name for table in belongings() if PATIENT not in table.columns and table.name not in OWNED]


def told_tables() -> list[Table]:
    """Return the tables of a therapist's archive."""
    return [_table(name) for name, (_, _, what) in OWNED.items() if TELLS in what]


def rows_of(db: Session, table: Table, account_id: UUID) -> Iterator[Row]:
    """Yield the rows of a table that are a therapist's own, in the order of its key, without what lets somebody in."""
    columns = [column for column in table.columns if column.name not in SECRETS.get(table.name, ())]
    statement = select(*columns).where(_is_own(table.name, account_id)).order_by(*table.primary_key)
    for row in db.execute(statement).mappings():
        yield {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


def acts_of(db: Session, account_id: UUID) -> Iterator[Row]:
    """Yield what a therapist did, by the trail; whose things it was about is told where those are their own."""
    lines = table_of(TrailRow)
    told = (lines.c.at, lines.c.action, lines.c.permission, lines.c.device_id, lines.c.about_id)
    mine = select(*told).where(lines.c.actor_id == account_id).order_by(lines.c.at, lines.c.number)
    for row in db.execute(mine).mappings():
        yield {**row, "about_id": row["about_id"] if row["about_id"] == account_id else None}


def delete_rows(db: Session, account_id: UUID) -> None:
    """Delete all of a therapist's that goes with them; what refers to something goes before it."""
    marks = _table("webhook_marks")
    db.execute(delete(marks).where(_is_own(marks.name, account_id)))
    for table in reversed(belongings()):
        if table.name in OWNED and GOES in OWNED[table.name][2]:
            db.execute(delete(table).where(_is_own(table.name, account_id)))


def _is_own(name: str, account_id: UUID) -> ColumnElement[bool]:
    column_name, other, _ = OWNED[name]
    column: Column[UUID] = _table(name).c[column_name]
    if other == ACCOUNTS:
        return column == account_id
    key = next(iter(_table(other).primary_key))
    return column.in_(select(key).where(_is_own(other, account_id)))


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
