"""Limits on how often: counted in the database, so that they hold across workers; closed when it fails."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app, request
from sqlalchemy import Text, case, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db.base import Base
from app.db.meeting import inserting
from app.kernel.errors import TrochleaError
from app.web.transaction import database


class RateWindow(Base):
    """How often one thing was tried in one window of time."""

    __tablename__ = "rate_windows"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    ends_at_s: Mapped[int]
    count: Mapped[int]


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something may be tried by somebody: `most` times in a window of `per_s` seconds.

    With `in_a_row` there is no window: tries count until one succeeds (`forget_tries`), or `per_s` seconds pass
    without any.
    """

    what: str
    who: tuple[str, ...]
    most: int
    per_s: int
    in_a_row: bool = False

    def ends_at_s(self, at_s: int) -> int:
        """Return when what is counted now is forgotten, in seconds since 1970."""
        return at_s + self.per_s if self.in_a_row else (at_s // self.per_s + 1) * self.per_s

    def key(self, at_s: int) -> str:
        """Return the key that it is counted under; it holds no address in the clear."""
        window = "" if self.in_a_row else str(self.ends_at_s(at_s))
        return hashlib.sha256("\0".join((self.what, *self.who, window)).encode()).hexdigest()


class TooMany(TrochleaError):
    """The limit for this is reached; it opens again."""

    code = "too_many_requests"
    title = "Too many tries; wait a while"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class TooManyInARow(TooMany):
    """So many wrong ones in a row that guessing is over; another proof is asked for."""

    code = "reset_needed"
    title = "Too many wrong passwords in a row; reset the password, or log in with a device that is known"


def count_try(what: str, *who: str, most: int, per_s: int) -> None:
    """Count one try and raise TooMany beyond `most` in a window of `per_s` seconds."""
    count_tries(Limit(what, who, most, per_s))


def count_tries(*limits: Limit) -> None:
    """Count one try under each limit, in turn, and raise TooMany at the first that is passed.

    Commits on its own, before the request's transaction begins, so that a failed try counts as well. A database that
    cannot count raises: nobody gets in uncounted.
    """
    if not current_app.config["TROCHLEA_RATE_LIMITS"]:
        return
    at_s = int(time.time())
    with database().writing.begin() as db:
        passed = next((limit for limit in limits if _count(db, limit, at_s) > limit.most), None)
    if passed is not None:
        wait_s = max(1, passed.ends_at_s(at_s) - at_s)
        raise TooManyInARow(wait_s) if passed.in_a_row else TooMany(wait_s)


def forget_tries(db: Session, limit: Limit) -> None:
    """Begin to count anew what counts in a row, within the caller's transaction: a try has succeeded."""
    db.execute(delete(RateWindow).where(RateWindow.key == limit.key(int(time.time()))))


def network() -> str:
    """Return the network the request comes from: /24 of IPv4, /64 of IPv6; what is no address, as it stands."""
    peer = request.remote_addr or "127.0.0.1"
    try:
        address = ip_address(peer.split("%")[0])
    except ValueError:
        return peer
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ip_network(f"{address}/{24 if address.version == 4 else 64}", strict=False))


def _count(db: Session, limit: Limit, at_s: int) -> int:
    ends_at_s = limit.ends_at_s(at_s)
    statement = inserting(db, RateWindow).values(key=limit.key(at_s), ends_at_s=ends_at_s, count=1)
    counted = statement.on_conflict_do_update(
        index_elements=[RateWindow.key],
        set_={"count": case((RateWindow.ends_at_s <= at_s, 1), else_=RateWindow.count + 1), "ends_at_s": ends_at_s},
    ).returning(RateWindow.count)
    count: int = db.execute(counted).scalar_one()
    if count == 1:
        db.execute(delete(RateWindow).where(RateWindow.ends_at_s < at_s))
    return count
