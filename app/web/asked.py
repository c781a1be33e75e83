"""The request itself: Flask's `request` looks it up anew at each word, which costs a request of a millisecond a lot."""

from __future__ import annotations

from flask import Request, request


def asked() -> Request:
    """Return the request that is being answered."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found
