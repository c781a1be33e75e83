"""The fields that every schema is made of; each refuses what one of the two databases could not keep."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from app.kernel.clock import EARLIEST, LATEST, is_zone
from app.kernel.ids import parse_id

MAX_NAME = 200
MAX_NOTE = 4000
PAIN_STEP = 10
"""Pain is kept in tenths: 3.1 is a score, 3.14 is not."""
PAIN_STEP_TOLERANCE = 1e-9
"""How far a score may lie from a tenth: what the writing of a decimal in binary makes."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EARLIEST_OFFSET_MIN, _LATEST_OFFSET_MIN = -12 * 60, 14 * 60


class Text(fields.String):
    """Text without control characters (tab and line feed may stay), 1 to `longest` characters."""

    def __init__(self, *, longest: int = MAX_NAME, shortest: int = 1, **kwargs: Any) -> None:
        given = kwargs.pop("validate", [])
        super().__init__(validate=[validate.Length(min=shortest, max=longest), *given], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if type(value) is str and value.isprintable():
            return value
        text = super()._deserialize(value, attr, data, **kwargs)
        if _CONTROL.search(text):
            raise ValidationError("Control characters are not allowed.")
        if any(unicodedata.category(letter) == "Cs" for letter in text if letter > "\ud7ff"):
            raise ValidationError("Not valid Unicode text.")
        return text


def Note(**kwargs: Any) -> Text:  # noqa: N802 - used like a field class
    """Return a field for free text of a person."""
    return Text(longest=MAX_NOTE, allow_none=True, **kwargs)


class Id(fields.Field[UUID]):
    """A UUID in lower-case text of 36 characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        parsed = parse_id(value) if isinstance(value, str) else None
        if parsed is None:
            raise ValidationError("Not a UUID in lower-case text.")
        return parsed

    def _serialize(self, value: UUID | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class Instant(fields.Field[datetime]):
    """An RFC 3339 date-time with its offset from UTC (-12:00 to +14:00), of the years 1900 to 2100."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise ValidationError("Not a date-time with offset, like 2026-11-20T06:30:00+01:00.")
        try:
            instant = datetime.fromisoformat(value.upper().replace("Z", "+00:00"))
        except ValueError:
            raise ValidationError("Not a real date and time.") from None
        return _in_range(instant)

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()


def _in_range(instant: datetime) -> datetime:
    offset = instant.utcoffset()
    minutes = offset.total_seconds() / 60 if offset is not None else None
    if minutes is None or not _EARLIEST_OFFSET_MIN <= minutes <= _LATEST_OFFSET_MIN:
        raise ValidationError("The offset must lie between -12:00 and +14:00.")
    # Years first: subtracting an offset from year 1 or 9999 would overflow.
    if not EARLIEST.year < instant.year < LATEST.year and not EARLIEST <= instant <= LATEST:
        raise ValidationError("The year must lie between 1900 and 2100.")
    return instant


class Day(fields.Field[date]):
    """A calendar day, YYYY-MM-DD, of the years 1900 to 2100."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValidationError("Not a day, like 2026-11-20.")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise ValidationError("Not a real day.") from None
        if not EARLIEST.year <= day.year <= LATEST.year:
            raise ValidationError("The year must lie between 1900 and 2100.")
        return day

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()


class Zone(fields.String):
    """The name of an IANA time zone, like Europe/Berlin."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name: str = value if type(value) is str else super()._deserialize(value, attr, data, **kwargs)
        if not is_zone(name):
            raise ValidationError("Not an IANA time zone, like Europe/Berlin.")
        return name


class Whole(fields.Integer):
    """A whole number in JSON; 3.0 is 3, but neither text nor true is a number."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(validate=[validate.Range(min=least, max=most)], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if type(value) is int:
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise ValidationError("Not a whole number.")
        return int(value)


class Count(fields.Integer):
    """A whole number in a query, in ASCII digits and nothing else."""

    def __init__(self, *, least: int, most: int, digits: int = 9, **kwargs: Any) -> None:
        self.digits = digits
        super().__init__(validate=[validate.Range(min=least, max=most)], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(rf"[0-9]{{1,{self.digits}}}", value, re.ASCII):
            raise ValidationError("Not a whole number.")
        return int(value)


class Number(fields.Float):
    """A finite JSON number; neither text nor true is a number."""

    def __init__(self, *, least: float, most: float, **kwargs: Any) -> None:
        given = kwargs.pop("validate", [])
        super().__init__(validate=[validate.Range(min=least, max=most), *given], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("Not a number.")
        return float(value)


class QueryNumber(fields.Float):
    """A number in a query, in ASCII digits with a point where it needs one."""

    def __init__(self, *, least: float, most: float, **kwargs: Any) -> None:
        super().__init__(validate=[validate.Range(min=least, max=most)], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value, re.ASCII):
            raise ValidationError("Not a number.")
        return float(value)


class QueryFlag(fields.Boolean):
    """true or false in a query, in those words."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError("Not true or false.")
        return bool(value == "true")


class Pain(Number):
    """A pain score from 0 to 10 in steps of 0.1; 0 is a score, and null is none."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {})["multipleOf"] = 0.1
        super().__init__(least=0, most=10, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        score = super()._deserialize(value, attr, data, **kwargs)
        tenths = round(score * PAIN_STEP)
        if abs(score * PAIN_STEP - tenths) > PAIN_STEP_TOLERANCE:
            raise ValidationError("Pain is scored in steps of 0.1.")
        return tenths / PAIN_STEP


class Flag(fields.Boolean):
    """true or false in JSON; neither text nor 1 will do. Null, where it is allowed, is the same as leaving it out."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        """Return the flag that was sent, or the default where nothing was said."""
        loaded = super().deserialize(value, attr, data, **kwargs)
        return self.load_default if value is None else loaded

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Not true or false.")
        return value


class Part(fields.Nested):
    """An object within another; it is always whole, also where only some members of the other are named."""

    def _load(self, value: Any, partial: Any = None) -> Any:
        return super()._load(value, partial=False)


class Choice(fields.String):
    """One of a closed list of words; of an enumeration it loads the member."""

    def __init__(self, words: Any, **kwargs: Any) -> None:
        super().__init__(validate=[validate.OneOf([str(word) for word in words])], **kwargs)
        self.members: dict[str, str] = {str(word): word for word in words}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        word: str = value if type(value) is str else super()._deserialize(value, attr, data, **kwargs)
        return self.members.get(word, word)
