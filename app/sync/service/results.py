"""What the client is told of one operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.kernel.value import value
from app.sync.domain import Status, Version
from app.sync.service.pull import shown


@value()
class Result:
    """What the client is told of one operation."""

    op_id: Any
    status: Status
    seq: int | None = None
    ver: UUID | None = None
    record: Version | None = None
    fields: tuple[str, ...] = ()
    problem: Mapping[str, Any] | None = None
    duplicate: bool = False
    superseded: bool = False


def told_of(result: Result, schema_version: int) -> dict[str, Any]:
    """Return what a client of this schema version is told of one operation."""
    told: dict[str, Any] = {"op_id": result.op_id, "status": str(result.status), "seq": result.seq, "ver": result.ver}
    if result.record is not None:
        told["record"] = shown(result.record, schema_version)
    if result.fields:
        told["fields"] = list(result.fields)
    if result.problem is not None:
        told["problem"] = result.problem
    if result.duplicate:
        told |= {"duplicate": True, "superseded": result.superseded}
    return told
