"""The one place that reads the time; instants are aware and in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 12, 31, tzinfo=UTC)
MINUTES_A_DAY = 24 * 60
CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far a device's clock may run ahead before its entries are suspect (SECURITY, decisions)."""


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return the IANA zone names known to this machine or to the tzdata package."""
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Is this the name of an IANA zone?"""
    return name in zone_names()


def day_in_zone(instant: datetime, zone: str) -> date:
    """Return the calendar day that the instant falls on where the person is."""
    return instant.astimezone(ZoneInfo(zone)).date()


def with_offset(instant: datetime, offset_min: int) -> datetime:
    """Return the same instant written with the offset from UTC, in minutes, that its sender used."""
    return instant.astimezone(_offset(offset_min))


@lru_cache(maxsize=256)
def _offset(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


def offset_minutes(instant: datetime) -> int:
    """Return the offset from UTC, in whole minutes, that an aware instant is written with."""
    offset = instant.utcoffset()
    if offset is None:
        raise ValueError("an instant needs an offset")
    return offset.days * MINUTES_A_DAY + offset.seconds // 60
