"""A rule that fired: what it asks for, what it saw, and the numbers it was measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.guidance.domain.decision import Decision, Referral
from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset import RULES


@dataclass(frozen=True, slots=True)
class Finding:
    """One fired rule; `change_percent` is of the load, `missing` names required data that are not there."""

    rule: str
    decision: Decision
    change_percent: float
    facts: Mapping[str, object]
    thresholds: Mapping[str, object]
    sources: tuple[str, ...]
    rest_days: int = 0
    refer: Referral = Referral.NONE
    missing: tuple[str, ...] = ()


def finding(
    rule: str,
    policy: Policy,
    facts: Mapping[str, object],
    thresholds: Mapping[str, object] | None = None,
    *,
    refer: Referral | None = None,
    change_percent: float | None = None,
    missing: tuple[str, ...] = (),
) -> Finding:
    """Fill in a finding from its row of the decision table and the sizes of the policy."""
    row = RULES[rule]
    return Finding(
        rule,
        row.decision,
        _sized(row.size, policy) if change_percent is None else change_percent,
        facts,
        thresholds or {},
        row.sources,
        int(_sized(row.rest, policy)),
        refer or row.refer,
        missing,
    )


def limits(policy: Policy, *names: str) -> dict[str, object]:
    """Return the named numbers of the resolved policy."""
    return {name: getattr(policy, name) for name in names}


def _sized(size: str | int, policy: Policy) -> float:
    """Return a number of the table: fixed, or the policy's own."""
    found: float = getattr(policy, size) if isinstance(size, str) else size
    return found
