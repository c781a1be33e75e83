"""What guidance keeps: an advice as it was given, and a pause until someone closes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAdvice:
    """An advice as it was given; `body` is what was shown, whole. A successor is told, never stored with it."""

    id: UUID
    as_of: date
    given_at: datetime
    decision: str
    rule: str
    ruleset_version: str
    preset: str
    policy: dict[str, Any]
    body: dict[str, Any]
    input_ids: list[str]
    inputs_hash: str
    valid_until: datetime
    supersedes: UUID | None = None
    seq: int = 0
    superseded_at: datetime | None = None
    superseded_by: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause: opened by a rule on the day of what caused it, open until a person closes it."""

    id: UUID
    opened_on: date
    opened_at: datetime
    rule: str
    refer: str
    cause: str
    red_flag: str | None = None
    run_id: UUID | None = None
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    closed_by_role: str | None = None
    note: str | None = None
    seen_whom: str | None = None
    seen_on: date | None = None
    cleared_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Is it still to be closed?"""
        return self.closed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a person says who closes a pause."""

    note: str
    seen_whom: str | None
    seen_on: date | None
    cleared_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProposal:
    """A proposed step up: waiting until a therapist decides, or withdrawn when it no longer fits."""

    id: UUID
    programme_id: UUID
    from_stage: str
    to_stage: str
    proposed_at: datetime
    proposed_on: date
    criteria: list[dict[str, Any]]
    status: str = "waiting"
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    note: str | None = None

    @property
    def is_waiting(self) -> bool:
        """Is it still to be decided?"""
        return self.status == "waiting"
