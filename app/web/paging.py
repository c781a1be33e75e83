"""Cursor paging: a cursor is opaque, authenticated, and bound to the person and the question it came from."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import orjson
from flask import current_app
from marshmallow import Schema, fields

from app.kernel.errors import Invalid
from app.web.fields import Count

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
_MAC_BYTES = 16
_LONGEST_CURSOR = 1000


class BadCursor(Invalid):
    """The cursor was not made here, or for another question."""

    code = "bad_cursor"
    title = "The cursor does not belong to this request"


class HasSeq(Protocol):
    """Something with its number in a stream."""

    @property
    def seq(self) -> int:
        """Return the number."""


Numbered = TypeVar("Numbered", bound=HasSeq)


class Paged(Schema):
    """What every list takes: a page's size, and where it begins."""

    limit = Count(least=1, most=MAX_LIMIT, load_default=DEFAULT_LIMIT)
    cursor = fields.String(load_default=None)


def make_cursor(position: Sequence[Any], *bound_to: object) -> str:
    """Return the cursor for the page that begins after `position`."""
    payload = orjson.dumps(list(position))
    return base64.urlsafe_b64encode(_mac(payload, bound_to) + payload).decode().rstrip("=")


def read_cursor(cursor: str | None, *bound_to: object) -> list[Any] | None:
    """Return the position a cursor stands for, None for the first page; raise BadCursor for any other."""
    if cursor is None:
        return None
    raw = _decode(cursor)
    mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(payload, bound_to)):
        raise BadCursor
    position: list[Any] = orjson.loads(payload)
    return position


def page_by_seq(
    query: Mapping[str, Any], bound_to: Sequence[object], read: Callable[[int | None, int], Sequence[Numbered]]
) -> tuple[Sequence[Numbered], str | None]:
    """Return one page of a list that is ordered by the number in the stream, and the cursor of the next or None.

    `read` takes the number that the page begins after, and how many rows to read: one more than the page shows.
    """
    position, limit = read_cursor(query["cursor"], *bound_to), query["limit"]
    found = read(position[0] if position else None, limit + 1)
    page = found[:limit]
    return page, make_cursor([page[-1].seq], *bound_to) if len(found) > limit else None


def _decode(cursor: str) -> bytes:
    try:
        text = cursor.encode("ascii")
        if len(text) > _LONGEST_CURSOR:
            raise BadCursor
        return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise BadCursor from None


def _mac(payload: bytes, bound_to: Sequence[object]) -> bytes:
    key = current_app.config["SECRET_KEY"].encode()
    message = orjson.dumps([str(item) for item in bound_to]) + b"\0" + payload
    return hmac.new(key, b"cursor\0" + message, hashlib.sha256).digest()[:_MAC_BYTES]
