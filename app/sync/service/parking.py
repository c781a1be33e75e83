"""Operations that were refused or lost: listed whole until somebody deals with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.kernel.errors import NotVisible
from app.sync import repository

_SHOWN = ("status", "collection", "record_id", "fields", "problem", "device_id", "parked_at")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page of parked operations, and where the next one begins."""

    items: list[dict[str, Any]]
    following: tuple[Any, ...] | None


def waiting(db: Session, patient_id: UUID, position: Sequence[Any] | None, limit: int) -> Waiting:
    """Return the parked operations that nobody has dealt with, oldest first."""
    after = (datetime.fromisoformat(position[0]), UUID(position[1])) if position else None
    found = repository.list_parked(db, patient_id, after, limit + 1)
    items, more = found[:limit], len(found) > limit
    following = (items[-1]["parked_at"], items[-1]["id"]) if more else None
    return Waiting([_shown(row) for row in items], following)


def settle(db: Session, patient_id: UUID, op_id: UUID, how: str, at: datetime) -> None:
    """Mark a parked operation as dealt with; raise NotVisible when none waits with this id."""
    if not repository.settle(db, patient_id, op_id, how, at):
        raise NotVisible


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"op_id": row["id"], **{name: row[name] for name in _SHOWN}, "op": orjson.loads(row["op"])}
