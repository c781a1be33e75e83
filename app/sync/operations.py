"""What a push consists of: operations that can be read, and refusals of those that cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.kernel.value import value
from app.logbook.domain import Entry
from app.sync.domain import Action
from app.sync.registry import SyncedCollection
from app.web.problems import MAX_POINTER, problem_body


@value()
class Base:
    """The version an edit began from: its id, or its number, or nothing for a new record."""

    ver: UUID | None = None
    seq: int | None = None


@value()
class Operation:
    """One operation that can be read; `data` as it was sent."""

    op_id: UUID
    collection: SyncedCollection
    id: UUID
    action: Action
    base: Base
    data: Mapping[str, Any]


class OperationRefused(Exception):
    """An operation cannot be read; carries the problem that the client is told."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["code"])
        self.problem = problem


def refuse(code: str, title: str, *faults: Mapping[str, str]) -> OperationRefused:
    """Return a refusal with the problem that names what is wrong."""
    return OperationRefused(problem_body(422, code, title, faults=[_storable(fault) for fault in faults]))


def pointer(*steps: str) -> str:
    """Return the JSON pointer to a member."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)[:MAX_POINTER]


def _storable(fault: Mapping[str, str]) -> dict[str, str]:
    """Return the fault without NUL, which no text of PostgreSQL can hold; names of members are the client's."""
    return {name: said.replace("\0", "\ufffd") for name, said in fault.items()}


@value()
class Sent:
    """One item of a push: as it was sent, its id and hash, and what it says or why it cannot be read.

    `base_ver` is the version it began from, also where the rest cannot be read.
    """

    raw: Any
    op_id: UUID
    op_hash: str
    said: Operation | OperationRefused
    base_ver: UUID | None = None

    @property
    def op(self) -> Operation | None:
        """Return the operation, or None where it could not be read."""
        return self.said if isinstance(self.said, Operation) else None


@value()
class Record:
    """A whole record: the entry it stands for, that entry as columns, and as it goes over the wire."""

    entry: Entry
    columns: Mapping[str, Any]
    data: dict[str, Any]


@value()
class Wanted:
    """The fields that an edit names, in the form they are stored in; of a put also the record they make."""

    data: dict[str, Any]
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """How records are checked: what an edit names, and what a whole record stands for."""

    wanted: Callable[[Operation, int, Mapping[str, Any] | None], Wanted]
    record: Callable[[SyncedCollection, UUID, Mapping[str, Any]], Record]
