"""Who writes into a logbook, and who is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.logbook.domain import Entry

Listener = Callable[["Writing", list[Entry]], Any]
"""(who writes, entries as they were and as they are): told in the same transaction, under the stream's lock."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Whose logbook, in which zone that person lives, which device writes, when, and who is to be told."""

    db: Session
    patient_id: UUID
    zone: str
    device_id: UUID
    at: datetime
    listener: Listener
