"""The outbox: what is to be said to whom, written in the transaction of what it tells of, sent later by a worker.

A fact is told once: kind and reference are unique for an account, whatever is repeated. A row stays open until it
was sent or dropped; a worker takes it for a while (a lease), and whoever comes after that takes it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, UniqueConstraint, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.base import Base, table_of
from app.kernel.ids import new_id
from app.kernel.notices import NoticeKind


class NoticeRow(Base):
    """One thing to be said to one person; `settled_as` says what became of it.

    Without an account it is about nobody: written for an address nobody has, so that this costs the same. A branch is
    the same thing told to one device by web push; it stands beside the notice that it is a branch of.
    """

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("account_id", "kind", "reference"), Index(None, "settled_at", "next_try_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    good_until: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    tries: Mapped[int]
    lease_id: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    settled_as: Mapped[str | None] = mapped_column(Text)
    branch_of: Mapped[UUID | None]
    subscription_id: Mapped[UUID | None]


Step = Callable[[], AbstractContextManager[Session]]
"""Begins one transaction of a worker's, committed at its end: a worker's work is several."""

_notices = table_of(NoticeRow)
_TAKEN = ("id", "account_id", "kind", "made_at", "good_until", "tries", "reference", "subscription_id")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that a worker has taken; its id goes along with what is sent, so that a second copy is recognised."""

    id: UUID
    account_id: UUID | None
    kind: NoticeKind
    made_at: datetime
    good_until: datetime | None
    tries: int
    reference: str
    subscription_id: UUID | None
    lease_id: UUID


def tell(
    db: Session,
    account_id: UUID | None,
    kind: NoticeKind,
    reference: str,
    at: datetime,
    good_until: datetime | None = None,
) -> None:
    """Note in the caller's transaction that somebody, or nobody, is to be told; again changes nothing."""
    _insert(db, account_id, kind, reference, at, good_until)


def branch(db: Session, notice: Notice, subscription_id: UUID, at: datetime) -> None:
    """Note that what a notice says is to be told to a device as well; again changes nothing."""
    reference = f"{notice.reference}@{subscription_id}"
    more = {"branch_of": notice.id, "subscription_id": subscription_id}
    _insert(db, notice.account_id, notice.kind, reference, at, notice.good_until, **more)


def fates_of_branches(db: Session, notice: Notice) -> list[str | None]:
    """Return what became of each branch of a notice; None: it is still open."""
    c = _notices.c
    mine = c.account_id == notice.account_id, c.kind == notice.kind.value, c.branch_of == notice.id
    return list(db.connection().execute(select(c.settled_as).where(*mine)).scalars())


def settle_branches(db: Session, notice: Notice, settled_as: str, at: datetime) -> None:
    """Close the open branches of a notice; a worker that is sending one just then closes nothing after that."""
    c = _notices.c
    mine = c.account_id == notice.account_id, c.kind == notice.kind.value, c.branch_of == notice.id
    closed = {"settled_at": at, "settled_as": settled_as, "lease_id": None}
    db.connection().execute(update(_notices).where(*mine, c.settled_at.is_(None)).values(closed))


def _insert(
    db: Session,
    account_id: UUID | None,
    kind: NoticeKind,
    reference: str,
    at: datetime,
    good_until: datetime | None,
    **more: UUID,
) -> None:
    connection = db.connection()
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {
        "id": new_id(),
        "account_id": account_id,
        "kind": kind.value,
        "reference": reference,
        "made_at": at,
        "good_until": good_until,
        "next_try_at": at,
        "tries": 0,
        **more,
    }
    connection.execute(maker(_notices).values(row).on_conflict_do_nothing())


def take(db: Session, at: datetime, lease: timedelta, most: int) -> Sequence[Notice]:
    """Take the open notices whose time has come, oldest first, for so long; the caller commits before it sends."""
    c, connection = _notices.c, db.connection()
    waiting = select(c.id).where(c.settled_at.is_(None), c.next_try_at <= at).order_by(c.next_try_at, c.id).limit(most)
    ids = connection.execute(waiting.with_for_update(skip_locked=True)).scalars().all()
    lease_id = new_id()
    taken = {"lease_id": lease_id, "next_try_at": at + lease, "tries": c.tries + 1}
    connection.execute(update(_notices).where(c.id.in_(ids)).values(taken))
    chosen = select(*(c[name] for name in _TAKEN)).where(c.lease_id == lease_id)
    rows = connection.execute(chosen.order_by(c.made_at, c.id)).mappings()
    return [Notice(**{**row, "kind": NoticeKind(row["kind"])}, lease_id=lease_id) for row in rows]


def settle(db: Session, notice: Notice, settled_as: str, at: datetime) -> None:
    """Close a notice: sent, or dropped and why. A worker whose lease was taken over by another closes nothing."""
    _change(db, notice, settled_at=at, settled_as=settled_as)


def forget(db: Session, notice: Notice) -> None:
    """Let a notice about nobody be gone."""
    db.connection().execute(delete(_notices).where(*_mine(notice)))


def put_off(db: Session, notice: Notice, until: datetime) -> None:
    """Let a notice wait until then."""
    _change(db, notice, next_try_at=until)


def _change(db: Session, notice: Notice, **values: object) -> None:
    db.connection().execute(update(_notices).where(*_mine(notice)).values(values))


def _mine(notice: Notice) -> tuple[ColumnElement[bool], ...]:
    return _notices.c.id == notice.id, _notices.c.lease_id == notice.lease_id
