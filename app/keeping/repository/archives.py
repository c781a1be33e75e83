"""Reads and writes the rows of one person's archive, each column told as JSON by its type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Date, LargeBinary, Table, Time, func, insert, or_, select
from sqlalchemy.orm import Session

from app.db.base import Base, table_of
from app.db.trail import Line, TrailRow, append, trail_of
from app.db.types import Id, Instant
from app.keeping.repository.belongings import ACCOUNTS, is_theirs, told_columns, told_tables

Row = dict[str, Any]
LOG, CLINICS = "access_log", "clinics"
PEOPLE_TOLD = ("id", "role", "display_name", "professional_role")
NOBODY_S_PASSWORD = "imported: no password fits this"  # noqa: S105 - a text that is no hash
_AT_ONCE = 1000
_AT_A_TIME = 50
"""Read together: a row can be a piece of a file."""


def rows_of(db: Session, table: Table, account_id: UUID) -> Iterator[Row]:
    """Yield the rows of a table that belong to an account, in the order of its key."""
    statement = select(*told_columns(table)).where(is_theirs(table, account_id)).order_by(*table.primary_key)
    for row in db.execute(statement.execution_options(yield_per=_AT_A_TIME)).mappings():
        yield {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


def trail_about(db: Session, account_id: UUID) -> Iterator[Row]:
    """Yield the lines of the trail that somebody left, and those about them."""
    lines = table_of(TrailRow)
    theirs = or_(lines.c.actor_id == account_id, lines.c.about_id == account_id)
    for row in db.execute(select(lines).where(theirs).order_by(lines.c.at, lines.c.trail, lines.c.number)).mappings():
        yield {**row, "hash": row["hash"].hex()}


def people_named(db: Session, ids: Collection[UUID]) -> list[Row]:
    """Return whom an archive names, as far as a patient may know: name, role and profession."""
    table = Base.metadata.tables[ACCOUNTS]
    columns = [table.c[name] for name in PEOPLE_TOLD]
    return _named(db, columns, ids)


def clinics_named(db: Session, ids: Collection[UUID]) -> list[Row]:
    """Return the clinics that an archive names."""
    return _named(db, list(Base.metadata.tables[CLINICS].c), ids)


def _named(db: Session, columns: Sequence[Any], ids: Collection[UUID]) -> list[Row]:
    wanted, found = sorted(ids), []
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        found += [dict(row) for row in db.execute(select(*columns).where(columns[0].in_(some))).mappings()]
    return sorted(found, key=lambda row: row["id"])


def id_columns(table: Table) -> list[str]:
    """Return the columns that hold ids."""
    return [column.name for column in table.columns if isinstance(column.type, Id)]


def has_accounts(db: Session) -> bool:
    """Is there anybody yet?"""
    count: int = db.execute(select(func.count()).select_from(Base.metadata.tables[ACCOUNTS])).scalar_one()
    return count > 0


def is_there(db: Session, slugs: Collection[str]) -> set[str]:
    """Return which of these exercises the library has."""
    exercises = Base.metadata.tables["exercises"]
    return set(db.execute(select(exercises.c.slug).where(exercises.c.slug.in_(slugs))).scalars())


def put_people(db: Session, people: Sequence[Row], at: datetime) -> None:
    """Put those in whom an archive names: they cannot log in, and see nothing; they only keep their names."""
    table = Base.metadata.tables[ACCOUNTS]
    beside = {"password_hash": NOBODY_S_PASSWORD, "zone": "UTC", "created_at": at, "disabled_at": at}
    rows = [{**_read(table, row), **beside, "email": f"{row['id']}@imported.invalid"} for row in people]
    if rows:
        db.execute(insert(table), rows)


def put_rows(db: Session, name: str, told: Sequence[Row]) -> None:
    """Put the rows of a table in as they were told; what was withheld is nobody's."""
    table = Base.metadata.tables[name]
    withheld = {ACCOUNTS: {"password_hash": NOBODY_S_PASSWORD}}.get(name, {})
    rows = [{**_read(table, row), **withheld, **_unguessable(table, row)} for row in told]
    if rows:
        db.execute(insert(table), rows)


def _unguessable(table: Table, row: Row) -> Row:
    """Return a code that nobody has: an invitation is kept, and cannot be used up any more."""
    return {"code_hash": UUID(row["id"]).bytes * 2} if "code_hash" in table.columns else {}


def put_looks(db: Session, told: Sequence[Row]) -> None:
    """Put the lines of an access log in, by this installation's own trail."""
    table = Base.metadata.tables[LOG]
    by_trail: dict[int, list[Line]] = {}
    for row in (_read(table, one) for one in told):
        line = Line(
            at=row["at"],
            actor_id=row["reader_id"],
            device_id=row["device_id"],
            action=row["operation"],
            permission=row["permission"],
            about_id=row["patient_id"],
            look_id=row["id"],
        )
        by_trail.setdefault(trail_of(line.actor_id), []).append(line)
    for lines in by_trail.values():
        append(db, lines)


def importable() -> list[str]:
    """Return the names of the tables that an archive fills, in that order."""
    return [table.name for table in told_tables()]


def _read(table: Table, row: Row) -> Row:
    return {name: _value(table, name, value) for name, value in row.items()}


def _value(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    kind = table.c[name].type
    reader = next((read for own, read in _READS.items() if isinstance(kind, own)), None)
    return value if reader is None else reader(value)


_READS: Mapping[type, Callable[[Any], Any]] = {
    Id: UUID,
    Instant: datetime.fromisoformat,
    Date: date.fromisoformat,
    Time: time.fromisoformat,
    LargeBinary: bytes.fromhex,
}
