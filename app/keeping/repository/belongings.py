"""What belongs to a person, found from the tables themselves, so that a new one cannot be forgotten.

A table belongs to them that names a patient, or that refers to an account or to something that belongs to one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, Table, or_, select

from app.db.base import Base

ACCOUNTS, PATIENT = "accounts", "patient_id"
WITHHELD_COLUMNS: Mapping[str, frozenset[str]] = {
    ACCOUNTS: frozenset({"password_hash"}),
    "invitations": frozenset({"code_hash"}),
}
"""What lets somebody in is given to nobody, not even to them."""
TOLD = frozenset({ACCOUNTS, "device_sessions", "favourites", "invitations", "notices", "reminders"})
"""What a patient's archive holds besides all that names a patient."""
WITHHELD: Mapping[str, str] = {
    "refresh_tokens": "hashes of what lets somebody in",
    "password_resets": "hashes of what lets somebody in",
    "second_factors": "what lets somebody in",
    "recovery_codes": "hashes of what lets somebody in",
    "browser_sessions": "hashes of what lets somebody in",
    "clinic_memberships": "of therapists alone",
    "exercises": "of therapists alone: their own ones",
    "exercise_clinics": "of therapists alone",
    "exercise_evidence": "of therapists alone",
    "exercise_links": "of therapists alone",
    "exercise_tags": "of therapists alone",
    "instrument_texts": "of admins alone",
    "library_reviews": "of therapists and admins alone",
    "push_subscriptions": "where a device is reached, which subscribes anew elsewhere",
    "webhooks": "of therapists alone",
    "webhook_marks": "how far the webhooks of therapists were told",
    "calendars": "hash of a secret address, which is made anew elsewhere",
}
"""What belongs to people and is in no patient's archive, and why."""


def belongings() -> list[Table]:
    """Return every table that can hold something of a person, in the order in which they can be filled."""
    found: list[Table] = []
    for table in Base.metadata.sorted_tables:
        if table.name == ACCOUNTS or PATIENT in table.columns or any(_referring(table, found)):
            found.append(table)
    return found


def told_tables() -> list[Table]:
    """Return the tables of a patient's archive, in the order in which they can be filled."""
    return [table for table in belongings() if table.name not in WITHHELD and _is_told(table)]


def _is_told(table: Table) -> bool:
    return PATIENT in table.columns or table.name in TOLD


def told_columns(table: Table) -> list[ColumnElement[object]]:
    """Return the columns of a table that an archive holds."""
    return [column for column in table.columns if column.name not in WITHHELD_COLUMNS.get(table.name, ())]


def undecided() -> list[str]:
    """Return the tables of which nobody has said yet whether they are in an archive."""
    return [table.name for table in belongings() if not _is_told(table) and table.name not in WITHHELD]


def is_theirs(table: Table, account_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a row belongs to an account."""
    if table.name == ACCOUNTS:
        return table.c.id == account_id
    if PATIENT in table.columns:
        return table.c[PATIENT] == account_id
    return or_(*(condition for condition in _conditions(table, account_id)))


def _conditions(table: Table, account_id: UUID) -> Iterator[ColumnElement[bool]]:
    for column, other in _referring(table, belongings()):
        if other.table.name == ACCOUNTS:
            yield column == account_id
        else:
            yield column.in_(select(other).where(is_theirs(other.table, account_id)))


def _referring(table: Table, among: list[Table]) -> Iterator[tuple[ColumnElement[UUID], ColumnElement[UUID]]]:
    """Yield (column, what it refers to) of each reference of a table to one of these."""
    names = {found.name for found in among} - {table.name}
    for column in table.columns:
        for key in column.foreign_keys:
            if key.column.table.name in names:
                yield column, key.column
