"""What guidance keeps: an advice as it was given, and a pause until someone closes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.guidance.domain.policy import Policy


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


@dataclass(frozen=True, slots=True)
class DayAsked:
    """A day that is asked about, in the patient's zone, with the policy of that day."""

    on: date
    zone: str
    policy: Policy


CLOSING_WORDS = ("note", "seen_whom", "cleared_by")
"""The fields of a pause that hold a person's own words."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRevision:
    """A policy a therapist set: preset, own numbers, the whole of both resolved; from a day on, for a reason."""

    id: UUID
    preset: str
    overrides: dict[str, Any]
    policy: dict[str, Any]
    starts_on: date
    reason: str
    under_18: bool
    set_by: UUID
    set_at: datetime
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyProposal:
    """What a therapist asks for: preset, own numbers, reason; without a start it begins today."""

    preset: str
    policy_overrides: dict[str, Any]
    reason: str
    starts_on: date | None
    under_18: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a therapist wants instead of the engine's advice: another decision, caps in km or min, or both."""

    decision: str | None
    session_cap_km: float | None
    week_cap_km: float | None
    session_cap_min: float | None
    week_cap_min: float | None
    reason: str
    starts_on: date | None
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A therapist's word beside the advice, from a day to a day; it ends by itself or is withdrawn."""

    id: UUID
    decision: str | None
    session_cap_km: float | None
    week_cap_km: float | None
    session_cap_min: float | None
    week_cap_min: float | None
    reason: str
    starts_on: date
    ends_on: date
    set_by: UUID
    set_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: UUID | None = None
    withdrawn_because: str | None = None

    def stands(self, day: date, at: datetime) -> bool:
        """Is it in force on a day, by what was said up to an instant?"""
        said = self.set_at <= at and (self.withdrawn_at is None or at < self.withdrawn_at)
        return said and self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class GivenDecision:
    """What the last advice of a day said."""

    id: UUID
    decision: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HypotheticalRun:
    """A run that was never run; pain NRS 0 to 10, None is not known."""

    on: date
    distance_m: int | None
    duration_s: int | None
    pain_before: float | None
    pain_during: float | None
    pain_after_60_min: float | None
    pain_next_morning: float | None
    limp: bool
    stopped_early_for_pain: bool
    painkiller_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayQuestion:
    """Which days to look at again, under which policy (None: the patient's own), with which runs added."""

    since: date
    until: date
    preset: str | None
    policy_overrides: dict[str, Any]
    runs: tuple[HypotheticalRun, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What of a patient is open to whoever asks: how the plan is followed, the findings, the questionnaires."""

    following: bool = True
    findings: bool = True
    scores: bool = True
