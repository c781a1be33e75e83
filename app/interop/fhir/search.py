"""What a search asks for: dates with a prefix, and codes with or without their system."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.interop.fhir.coding import Json
from app.kernel.errors import FieldFault, Invalid

_DATED = re.compile(r"(eq|ge|gt|le|lt)?(\d{4}(?:-\d{2}(?:-\d{2})?)?)(T.+)?")
_DECEMBER = 12


class BadSearch(Invalid):
    """A search value that cannot be read."""

    code = "bad_search"
    title = "A search value cannot be read"


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant up to, and without, another one; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Does an instant lie within?"""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    def within(self, other: Span) -> Span:
        """Return what both hold."""
        since = [one for one in (self.since, other.since) if one is not None]
        until = [one for one in (self.until, other.until) if one is not None]
        return Span(max(since, default=None), min(until, default=None))


def span_of(dates: Sequence[str], zone: str) -> Span:
    """Return the span that all these `date` values leave; a day is the patient's. Raises BadSearch."""
    found = Span()
    for number, told in enumerate(dates):
        found = found.within(_one(told, zone, number))
    return found


def _one(told: str, zone: str, number: int) -> Span:
    matched = _DATED.fullmatch(told)
    if matched is None:
        raise _unreadable(number)
    prefix, day, clock = matched.groups()
    try:
        first, last = _instant(told[len(prefix or "") :]) if clock else _days(day, zone)
    except (ValueError, OverflowError):
        raise _unreadable(number) from None
    return {
        "ge": Span(first, None),
        "gt": Span(last, None),
        "le": Span(None, last),
        "lt": Span(None, first),
    }.get(prefix or "eq", Span(first, last))


def _instant(text: str) -> tuple[datetime, datetime]:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs its offset")
    at = at.astimezone(UTC)
    return at, at + (timedelta(microseconds=1) if at.microsecond else timedelta(seconds=1))


def _days(text: str, zone: str) -> tuple[datetime, datetime]:
    """Return where a year, a month or a day begins, and where it is over."""
    parts = [int(part) for part in text.split("-")]
    first = date(*[*parts, 1, 1][:3])
    if len(parts) == 1:
        after = date(first.year + 1, 1, 1)
    elif len(parts) == 2:
        after = date(first.year + first.month // _DECEMBER, first.month % _DECEMBER + 1, 1)
    else:
        after = first + timedelta(days=1)
    begins, ends = (datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for day in (first, after))
    return begins, ends


def _unreadable(number: int) -> BadSearch:
    return BadSearch(faults=[FieldFault(f"/date/{number}", "date", "Write it like ge2026-11-01.")])


def codes_in(tokens: str) -> frozenset[str]:
    """Return the codes of a token search, whatever their systems; one that names a system alone gives an empty one."""
    return frozenset(token.rpartition("|")[2] for token in tokens.split(","))


def matches(resource: Json, name: str, tokens: str | None) -> bool:
    """Has the resource's `code` or `category` one of these tokens: `code`, `system|code` or `|code`, by commas?"""
    if tokens is None:
        return True
    held = resource.get(name, [])
    concepts = held if isinstance(held, list) else [held]
    codings = [coding for concept in concepts for coding in concept.get("coding", [])]
    return any(_is(coding, token) for token in tokens.split(",") for coding in codings)


def _is(coding: Json, token: str) -> bool:
    system, bar, code = token.rpartition("|")
    if not bar:
        return bool(coding["code"] == token)
    return coding.get("system", "") == system and (not code or coding["code"] == code)
