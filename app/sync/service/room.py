"""Room for parked operations: bounded, so that no device can fill the disk with what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.kernel.errors import Conflict
from app.sync import repository

MOST_WAITING = 1_000
"""Operations of one patient that wait for somebody to deal with them."""
MOST_SETTLED = 5_000
"""Operations that were dealt with, or changed nothing: kept for whoever sends them again."""
MOST_TEXT = 16 * 1024 * 1024
"""Characters of those that wait, and as many of those that were settled."""


class ParkedFull(Conflict):
    """Too much waits for attention: the push is undone as a whole, and the device keeps what it sent."""

    code = "parked_full"
    title = "Too much needs attention; settle some of it first, and keep what waits to be sent"


def make_room(db: Session, patient_id: UUID, parked: Sequence[Mapping[str, Any]]) -> None:
    """Make sure that these operations can be parked; raise ParkedFull where too much would wait for attention.

    What waits is never forgotten for the sake of something else. Of what was settled the older half goes.
    """
    if not parked:
        return
    held = repository.size_of_parked(db, patient_id)
    waiting = [len(row["op"]) for row in parked if row["settled_at"] is None]
    if waiting and _is_too_much(held.get(True, (0, 0)), waiting, MOST_WAITING):
        raise ParkedFull(extra={"limits": {"parked": MOST_WAITING, "parked_text": MOST_TEXT}})
    settled = [len(row["op"]) for row in parked if row["settled_at"] is not None]
    if _is_too_much(held.get(False, (0, 0)), settled, MOST_SETTLED):
        repository.forget_settled(db, patient_id, keep=held[False][0] // 2)


def _is_too_much(held: tuple[int, int], more: Sequence[int], most: int) -> bool:
    count, text = held
    return count + len(more) > most or text + sum(more) > MOST_TEXT
