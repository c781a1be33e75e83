"""When: the times of the three formats as aware instants in UTC between 1900 and 2100."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.interop.runfiles.refusals import RunFileTimeImpossible
from app.kernel.clock import EARLIEST, LATEST, offset_minutes

FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
FIT_FIRST_DATE = 0x10000000
"""Smaller FIT times count seconds since the watch was switched on, which is no date (FIT profile, date_time)."""

_QUARTER_S = 15 * 60
_SLACK_S = 60
_WEST_MIN, _EAST_MIN = -12 * 60, 14 * 60


def written_instant(text: str | None) -> datetime | None:
    """Return the instant of an ISO 8601 text, with the offset it is written in, or None if it is not one.

    A time without a zone is UTC, as GPX and TCX prescribe; RunFileTimeImpossible outside 1900..2100.
    """
    try:
        instant = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return _possible(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def fit_instant(seconds: float | None) -> datetime | None:
    """Return the instant of a FIT date_time in seconds, or None if it is not a date."""
    if seconds is None or seconds < FIT_FIRST_DATE:
        return None
    try:
        return _possible(FIT_EPOCH + timedelta(seconds=seconds))
    except OverflowError:
        raise RunFileTimeImpossible from None


def written_offset(instant: datetime) -> int | None:
    """Return the offset in minutes that an instant is written with; UTC itself says nothing about the place."""
    return _on_earth(offset_minutes(instant)) or None


def fit_offset(utc_s: float | None, local_s: float | None) -> int | None:
    """Return the offset in minutes between FIT's timestamp and local_timestamp, or None if it is no zone's.

    Zones differ from UTC by whole quarters of an hour; the two clocks may be read up to a minute apart.
    """
    if utc_s is None or local_s is None or abs(local_s - utc_s) > 86_400:
        return None
    quarters = round((local_s - utc_s) / _QUARTER_S)
    exact = abs(local_s - utc_s - quarters * _QUARTER_S) <= _SLACK_S
    return _on_earth(quarters * 15) if exact else None


def _on_earth(offset_min: int) -> int | None:
    return offset_min if _WEST_MIN <= offset_min <= _EAST_MIN else None


def _possible(instant: datetime) -> datetime:
    if not EARLIEST <= instant <= LATEST:
        raise RunFileTimeImpossible
    return instant
