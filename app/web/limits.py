"""Limits on how often: counted in the database, so that they hold across workers; closed when it fails."""

from __future__ import annotations

import hashlib
import time
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app, request
from sqlalchemy import Text, delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.kernel.errors import TrochleaError
from app.web.transaction import database


class RateWindow(Base):
    """How often one thing was tried in one window of time."""

    __tablename__ = "rate_windows"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    ends_at_s: Mapped[int]
    count: Mapped[int]


class TooMany(TrochleaError):
    """The limit for this is reached; it opens again."""

    code = "too_many_requests"
    title = "Too many tries; wait a while"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


def count_try(what: str, *who: str, most: int, per_s: int) -> None:
    """Count one try and raise TooMany beyond `most` in a window of `per_s` seconds.

    Commits on its own, before the request's transaction begins, so that a failed try counts as well.
    """
    if not current_app.config["TROCHLEA_RATE_LIMITS"]:
        return
    ends_at_s = (int(time.time()) // per_s + 1) * per_s
    if _count(_key(what, who, ends_at_s), ends_at_s) > most:
        raise TooMany(max(1, ends_at_s - int(time.time())))


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


def _key(what: str, who: tuple[str, ...], ends_at_s: int) -> str:
    """Return a key that holds no address in the clear."""
    return hashlib.sha256("\0".join((what, *who, str(ends_at_s))).encode()).hexdigest()


def _count(key: str, ends_at_s: int) -> int:
    with database().writing.begin() as db:
        maker = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
        statement = maker(RateWindow).values(key=key, ends_at_s=ends_at_s, count=1)
        counted = statement.on_conflict_do_update(
            index_elements=[RateWindow.key], set_={"count": RateWindow.count + 1}
        ).returning(RateWindow.count)
        count: int = db.execute(counted).scalar_one()
        if count == 1:
            db.execute(delete(RateWindow).where(RateWindow.ends_at_s < int(time.time())))
        return count
