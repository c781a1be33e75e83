"""The trail: who did what and who saw whom, in lines of ids that are only ever added, each bound to the one before.

A line holds no content, only ids. Its hash is the SHA-256 of the hash before it and of the line as canonical JSON, so
none can be changed, left out, moved or put in between without every later one being wrong. There are some trails, for
otherwise every log-in would wait for every other: whoever acts has one of them, by the last byte of their id. The head
of each says its last number and hash; `SELECT … FOR UPDATE` on it makes the order of numbers the order of commits.

The database does the rest, by triggers: a line that is out of turn is refused, the head follows, and a line about a
look at a patient (it has a `look_id`) is put into the access log that the patient reads. So a read that is written
down costs two statements, whatever it shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    BigInteger,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    bindparam,
    event,
    select,
    text,
)
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.asking import Question
from app.db.base import Base, table_of
from app.db.rows import add_rows

TRAILS = 8
BEGINNING = bytes(32)
"""The hash before the first line."""


class TrailRow(Base):
    """One line; `about_id` is what the act was about: a patient, a clinic, an invitation, a device."""

    __tablename__ = "audit_trail"
    __table_args__ = (PrimaryKeyConstraint("trail", "number"),)

    trail: Mapped[int]
    number: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(Text)
    permission: Mapped[str | None] = mapped_column(Text)
    about_id: Mapped[UUID | None]
    look_id: Mapped[UUID | None]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class TrailHeadRow(Base):
    """The last number and hash of one trail."""

    __tablename__ = "audit_heads"

    trail: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


_LINES, _HEADS = table_of(TrailRow), table_of(TrailHeadRow)
_HEAD = Question(select(_HEADS.c.number, _HEADS.c.hash).where(_HEADS.c.trail == bindparam("own")).with_for_update())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What somebody did, as it is written down: ids and names of operations, nothing about health."""

    at: datetime
    actor_id: UUID
    device_id: UUID | None
    action: str
    permission: str | None = None
    about_id: UUID | None = None
    look_id: UUID | None = None


NAMES = tuple(field.name for field in fields(Line))


def trail_of(actor_id: UUID) -> int:
    """Return which trail somebody's acts are written in."""
    return actor_id.bytes[-1] % TRAILS


def line_hash(before: bytes, trail: int, number: int, line: Line) -> bytes:
    """Return the hash that binds a line to the one before it."""
    return _bound(before, trail, number, _members(line))


def _members(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in NAMES}


def _bound(before: bytes, trail: int, number: int, members: Mapping[str, Any]) -> bytes:
    """Return the hash of a line's members; orjson writes an id as `str` does."""
    at = members["at"].astimezone(UTC).isoformat(timespec="microseconds")
    told = {**members, "at": at, "trail": trail, "number": number}
    return hashlib.sha256(before + orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()


def append(db: Session, lines: Sequence[Line]) -> None:
    """Add lines of one person's acts, in this transaction; they wait for each other until it ends.

    To be called last: whoever holds a head should not wait for anything else.
    """
    trail = trail_of(lines[0].actor_id)
    connection = db.connection()
    head = _HEAD.first(db, {"own": trail})
    if head is None:
        raise NoResultFound
    number, before = head
    rows = list(_rows(trail, number, before, lines))
    if connection.dialect.name == "postgresql":
        rows = [{**row, "hash": f"\\x{row['hash'].hex()}"} for row in rows]  # they are written as JSON there
    add_rows(db, _LINES, rows)


def _rows(trail: int, number: int, before: bytes, lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    for line in lines:
        number += 1
        members = _members(line)
        before = _bound(before, trail, number, members)
        yield {**members, "trail": trail, "number": number, "hash": before}


_COPIED = "patient_id, id, at, reader_id, device_id, permission, operation"
_FROM = "NEW.about_id, NEW.look_id, NEW.at, NEW.actor_id, NEW.device_id, NEW.permission, NEW.action"


def trail_statements(dialect: str) -> list[str]:
    """Return the statements after which that database keeps the trail: see the module."""
    heads = [
        f"INSERT INTO audit_heads (trail, number, hash) VALUES ({trail}, 0, {_zero(dialect)})"  # noqa: S608
        for trail in range(TRAILS)
    ]
    return [*heads, *(_SQLITE if dialect == "sqlite" else _POSTGRESQL)]


def _zero(dialect: str) -> str:
    return "zeroblob(32)" if dialect == "sqlite" else f"'\\x{BEGINNING.hex()}'"


def drop_trail_statements(dialect: str) -> list[str]:
    """Return the statements that take back what trail_statements left beside the tables, once those are gone."""
    return [] if dialect == "sqlite" else ["DROP FUNCTION follow_trail()"]


_TURN = "SELECT 1 FROM audit_heads WHERE trail = NEW.trail AND number = NEW.number - 1"
_FOLLOW = "UPDATE audit_heads SET number = NEW.number, hash = NEW.hash WHERE trail = NEW.trail"
_SQLITE = [
    *(
        f"CREATE TRIGGER audit_trail_no_{act} BEFORE {act} ON audit_trail BEGIN SELECT RAISE(ABORT, 'append only'); END"
        for act in ("update", "delete")
    ),
    "CREATE TRIGGER audit_trail_follows AFTER INSERT ON audit_trail BEGIN "
    f"SELECT RAISE(ABORT, 'out of turn') WHERE NOT EXISTS ({_TURN}); {_FOLLOW}; "
    f"INSERT INTO access_log ({_COPIED}) SELECT {_FROM} WHERE NEW.look_id IS NOT NULL; END",
]
_POSTGRESQL = [
    "CREATE FUNCTION follow_trail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608 - our own names
    f"IF NOT EXISTS ({_TURN}) THEN RAISE EXCEPTION 'out of turn'; END IF; {_FOLLOW}; "
    f"IF NEW.look_id IS NOT NULL THEN INSERT INTO access_log ({_COPIED}) VALUES ({_FROM}); END IF; "
    "RETURN NULL; END $$",
    "CREATE TRIGGER audit_trail_follows AFTER INSERT ON audit_trail FOR EACH ROW EXECUTE FUNCTION follow_trail()",
    "CREATE TRIGGER audit_trail_kept BEFORE UPDATE OR DELETE ON audit_trail "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER audit_trail_not_emptied BEFORE TRUNCATE ON audit_trail EXECUTE FUNCTION refuse_change()",
]


@event.listens_for(Base.metadata, "after_create")
def _keep_trail(_metadata: Any, connection: Any, tables: Sequence[Table], **_: Any) -> None:
    """Let a database that the metadata has just created keep the trail; the tables it needs are there by then."""
    if _LINES in tables:
        for statement in trail_statements(connection.dialect.name):
            connection.execute(text(statement))
