"""Rules on days without running: a knee that rested starts lower."""

from __future__ import annotations

from app.guidance.domain.facts import Facts
from app.guidance.domain.finding import Finding, finding, limits
from app.guidance.domain.policy import Policy


def gap_restart(facts: Facts, policy: Policy) -> Finding | None:
    """Was the break so long that the ladder starts anew?"""
    if facts.gap_days is None or facts.gap_days < policy.gap_restart_days:
        return None
    return _gap("GAP_RESTART", facts, policy)


def gap_reduce(facts: Facts, policy: Policy) -> Finding | None:
    """Was the break so long that the load must start lower?"""
    if facts.gap_days is None or not policy.gap_reduce_days <= facts.gap_days < policy.gap_restart_days:
        return None
    return _gap("GAP_REDUCE", facts, policy)


def gap_hold(facts: Facts, policy: Policy) -> Finding | None:
    """Was the break so long that no load is added yet?"""
    if facts.gap_days is None or not policy.gap_hold_days <= facts.gap_days < policy.gap_reduce_days:
        return None
    return _gap("GAP_HOLD", facts, policy)


def _gap(rule: str, facts: Facts, policy: Policy) -> Finding:
    named = limits(policy, "gap_hold_days", "gap_reduce_days", "gap_restart_days")
    return finding(rule, policy, {"gap_days": facts.gap_days}, named)
