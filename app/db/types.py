"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import DateTime, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_ID_BYTES = 16


class Id(TypeDecorator[UUID]):
    """A UUID: uuid on PostgreSQL, 16 bytes on SQLite (time-ordered ids then stay in the order of making)."""

    impl = LargeBinary(_ID_BYTES)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database at hand."""
        native: TypeEngine[Any] = Uuid() if dialect.name == "postgresql" else LargeBinary(_ID_BYTES)
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Write the UUID as the database keeps it."""
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Read it back as a UUID."""
        if value is None or isinstance(value, UUID):
            return value
        return UUID(bytes=bytes(value))


def id_bytes(found: UUID) -> bytearray:
    """Return a UUID as SQLite keeps it.

    Not as `bytes`: Python's driver takes numbers, texts and a bytearray as they are, and asks of all else whether
    anybody has said how to adapt it, which takes as long as to store it.
    """
    return bytearray(found.int.to_bytes(_ID_BYTES))


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC; a naive one is refused rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write in UTC; SQLite keeps a text of fixed width that sorts by time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read back aware and in UTC."""
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def rfc3339(instant: datetime) -> str:
    """Return an aware instant as `isoformat` writes it, with its own offset, in a third of the time."""
    return orjson.dumps(instant)[1:-1].decode()


def instant_text(instant: datetime) -> str:
    """Return an instant as SQLite keeps it: UTC, in a text of fixed width; raise ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    told = rfc3339(instant.astimezone(UTC))[: -len(_IN_UTC)].replace("T", " ")
    return told if len(told) > _TO_THE_SECOND else f"{told}.000000"


_IN_UTC = "+00:00"
_TO_THE_SECOND = len("2026-11-20 06:30:00")


class Json(TypeDecorator[Any]):
    """A JSON value: jsonb on PostgreSQL, text on SQLite; written and read with orjson."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database at hand."""
        native: TypeEngine[Any] = JSONB(none_as_null=True) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Write as JSON; None is SQL's NULL."""
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Read back as Python values."""
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.loads(value)
