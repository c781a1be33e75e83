"""The wire forms of reminders, of webhooks, and of subscriptions to web push."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from datetime import time
from typing import Any

from marshmallow import Schema, ValidationError, fields

from app.outreach.addresses import LONGEST_URL
from app.outreach.pushing import AUTH_BYTES, POINT_BYTES
from app.web.fields import Choice, Flag, Id, Part, Text
from app.web.languages import LANGUAGES

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


class ClockTime(fields.Field[time]):
    """A time of the clock where the person lives, HH:MM."""

    def _serialize(self, value: time | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value.strftime("%H:%M") if value is not None else None

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        if not isinstance(value, str) or not _CLOCK.fullmatch(value):
            raise ValidationError("Not a time like 17:30.")
        return time.fromisoformat(value)


_OF_THE_CLOCK = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


class RemindersSchema(Schema):
    """What a person wants to be reminded of, when, and when not; all of it, in the place of what stood."""

    session_due = Flag(required=True, metadata={"description": "patients: something of today is still to be done"})
    morning_score_missing = Flag(
        required=True, metadata={"description": "patients: a run yesterday, and no score of this morning"}
    )
    review_due = Flag(required=True, metadata={"description": "therapists: the review of a patient is due"})
    remind_at = ClockTime(required=True, metadata=_OF_THE_CLOCK)
    quiet_from = ClockTime(required=True, metadata=_OF_THE_CLOCK)
    quiet_until = ClockTime(required=True, metadata=_OF_THE_CLOCK)
    language = Choice(list(LANGUAGES), required=True)


SHOWN = tuple(RemindersSchema().fields)


class WebhookOrderSchema(Schema):
    """A webhook as it is registered; the id is made by who sends it."""

    id = Id(required=True)
    url = Text(required=True, longest=LONGEST_URL, metadata={"description": "https, and a public host"})


class WebhookSchema(Schema):
    """A webhook and how it goes; `secret` is shown once, when it is made, and null ever after."""

    id = fields.UUID(required=True)
    url = fields.String(required=True)
    made_at = fields.DateTime(required=True)
    state = Choice(
        ["open", "failing", "given_up"],
        required=True,
        metadata={"description": "given_up: after 12 failures in a row, or a 410; delete it and register anew"},
    )
    failures = fields.Integer(required=True, metadata={"description": "in a row"})
    last_status = fields.Integer(required=True, allow_none=True)
    last_error = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "refused, redirect, timeout, tls, no_connection, no_such_host, not_public, no_http or "
            "webhook_address"
        },
    )
    last_sent_at = fields.DateTime(required=True, allow_none=True)
    next_try_at = fields.DateTime(required=True)
    secret = fields.String(required=True, allow_none=True)


class WebhookListSchema(Schema):
    """A person's webhooks, oldest first."""

    items = fields.List(fields.Nested(WebhookSchema), required=True)


class Octets(fields.Field[bytes]):
    """So many bytes in base64url without padding, as browsers tell the keys of a subscription."""

    def __init__(self, count: int, **kwargs: Any) -> None:
        self.count = count
        length = -(-count * 4 // 3)
        told = {"type": "string", "pattern": f"^[A-Za-z0-9_-]{{{length}}}$"}
        super().__init__(metadata={**told, **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        if isinstance(value, str) and _BASE64URL.fullmatch(value) and len(value) % 4 != 1:
            octets = urlsafe_b64decode(value + "=" * (-len(value) % 4))
            if len(octets) == self.count:
                return octets
        raise ValidationError(f"Not {self.count} bytes in base64url without padding.")


class PushKeysSchema(Schema):
    """The keys of a subscription, as the browser's PushSubscription.toJSON() tells them."""

    p256dh = Octets(POINT_BYTES, required=True)
    auth = Octets(AUTH_BYTES, required=True)


class PushOrderSchema(Schema):
    """Where this device is reached; the id is made by the device."""

    id = Id(required=True)
    endpoint = Text(required=True, longest=LONGEST_URL, metadata={"description": "https, and a public host"})
    keys = Part(PushKeysSchema, required=True)


class PushSubscriptionSchema(Schema):
    """That a device is pushed to; neither its address nor its keys are shown again."""

    id = fields.UUID(required=True)
    device_id = fields.UUID(required=True)
    service = fields.String(required=True, metadata={"description": "the host of the push service"})
    made_at = fields.DateTime(required=True)


class PushSubscriptionListSchema(Schema):
    """The devices of a person that are pushed to, oldest first."""

    items = fields.List(fields.Nested(PushSubscriptionSchema), required=True)


class PushKeySchema(Schema):
    """What a browser subscribes with (applicationServerKey)."""

    public_key = fields.String(required=True, metadata={"description": "65 bytes in base64url without padding"})


class CalendarSchema(Schema):
    """Whether a patient's calendar can be read by its address."""

    opened_at = fields.DateTime(required=True, allow_none=True, metadata={"description": "null: it has no address"})


class CalendarAddressSchema(Schema):
    """The secret address of a patient's calendar; whoever has it reads the days, so it is shown once."""

    url = fields.String(required=True)
    opened_at = fields.DateTime(required=True)
