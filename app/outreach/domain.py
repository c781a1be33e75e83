"""When somebody wants to be reminded, when they want quiet, how often sending is tried; and what a webhook is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.errors import Conflict

LEASE = timedelta(minutes=5)
"""So long a worker may take for what it took; then another takes it."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
MOST_TRIES = 20
"""After so many tries, nearly three days, a notice is given up."""
MOST_FAILURES = 12
"""After so many failures in a row, most of a day, a webhook is given up."""
_DAY = timedelta(days=1)
_FIRST_HOUR, _LAST_HOUR = time(17), time(21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """What one person wants: nothing, unless they say so. Times are of the clock where they live.

    The quiet hours may go over midnight; beginning and end alike are no quiet hours.
    """

    session_due: bool = False
    morning_score_missing: bool = False
    review_due: bool = False
    remind_at: time = _FIRST_HOUR
    quiet_from: time = _LAST_HOUR
    quiet_until: time = time(8)
    language: str = "en"
    revision: UUID | None = None

    @property
    def wants_any(self) -> bool:
        """Is anything wanted?"""
        return self.session_due or self.morning_score_missing or self.review_due

    def is_quiet(self, at: datetime, zone: str) -> bool:
        """Does the instant lie in the quiet hours?"""
        clock = at.astimezone(ZoneInfo(zone)).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    def end_of_quiet(self, at: datetime, zone: str) -> datetime:
        """Return the end of the quiet hours that an instant lies in."""
        today = at.astimezone(ZoneInfo(zone)).date()
        ends = (_instant(day, self.quiet_until, zone) for day in (today, today + _DAY))
        return next((end for end in ends if end > at), at + _DAY)

    def is_time(self, at: datetime, zone: str) -> bool:
        """Has the hour come at which to remind today?"""
        return at >= _instant(at.astimezone(ZoneInfo(zone)).date(), self.remind_at, zone)


def end_of_day(day: date, zone: str) -> datetime:
    """Return the instant at which a day ends where somebody lives."""
    return _instant(day + _DAY, time(), zone)


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries that failed: twice as long each time, six hours at most."""
    return min(timedelta(seconds=FIRST_PAUSE.total_seconds() * 2 ** (tries - 1)), LONGEST_PAUSE)


def _instant(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


MOST_WEBHOOKS = 5
"""So many webhooks of one person stand at once."""


class TooManyWebhooks(Conflict):
    """More webhooks than one person can mean."""

    code = "too_many_webhooks"
    title = f"At most {MOST_WEBHOOKS} webhooks; delete one that you do not need"


class WebhookIdInUse(Conflict):
    """The id belongs to another webhook."""

    code = "id_in_use"
    title = "There is a webhook with this id and other content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is told of a therapist's patients, by ids alone, and how that goes."""

    id: UUID
    account_id: UUID
    url: str
    salt: bytes
    made_at: datetime
    next_try_at: datetime
    failures: int = 0
    last_status: int | None = None
    last_error: str | None = None
    last_sent_at: datetime | None = None
    given_up_at: datetime | None = None


MOST_SUBSCRIPTIONS = 10
"""So many devices of one person are told by web push at once."""
DEVICES_FIRST = timedelta(minutes=10)
"""So long a reminder waits for a device to take it before it goes by mail."""


class TooManySubscriptions(Conflict):
    """More devices than one person can mean."""

    code = "too_many_push_subscriptions"
    title = f"At most {MOST_SUBSCRIPTIONS} devices are pushed to; delete one that you do not need"


class SubscriptionIdInUse(Conflict):
    """The id belongs to another subscription."""

    code = "id_in_use"
    title = "There is a subscription with this id and other content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Where one device is reached by web push: `public_key` is its point on P-256 (65 bytes), `auth` 16 bytes."""

    id: UUID
    account_id: UUID
    device_id: UUID
    endpoint: str
    public_key: bytes
    auth: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A patient's stream that has moved on, to which number; None: it is withdrawn."""

    patient_id: UUID
    head: int | None
