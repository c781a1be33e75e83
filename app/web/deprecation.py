"""How an operation says that it will end: the header Deprecation of RFC 9745, and Sunset of RFC 8594."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from flask import Response

LEAST_DAYS = 180
"""Between the two: phones are updated late, and an app that is under review cannot be helped."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since which day an operation is deprecated, from which day on it may be gone, and what to use instead.

    `instead` is the path of another operation, or of a page of the documentation.
    """

    since: date
    sunset: date
    instead: str

    def __post_init__(self) -> None:
        if (self.sunset - self.since).days < LEAST_DAYS:
            raise ValueError(f"an operation is served for {LEAST_DAYS} days after it was deprecated")

    def tell(self, response: Response) -> Response:
        """Add the headers to an answer, whatever it says."""
        response.headers["Deprecation"] = f"@{int(_midnight(self.since).timestamp())}"
        response.headers["Sunset"] = format_datetime(_midnight(self.sunset), usegmt=True)
        response.headers.add("Link", f'<{self.instead}>; rel="successor-version"')
        return response

    def as_document(self) -> dict[str, str]:
        """Return what the OpenAPI document says beside `deprecated`."""
        return {"since": self.since.isoformat(), "sunset": self.sunset.isoformat(), "instead": self.instead}

    def headers_in_document(self) -> dict[str, Any]:
        """Return the headers of every answer as the OpenAPI document describes them."""
        text = {"schema": {"type": "string"}}
        return {
            "Deprecation": {**text, "description": "since when, @ and seconds since 1970 (RFC 9745)"},
            "Sunset": {**text, "description": "from when on it may be gone (RFC 8594)"},
            "Link": {**text, "description": "what to use instead"},
        }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
