"""Rules on runs in a row: over again and again, or clean often enough."""

from __future__ import annotations

from app.guidance.domain.facts import Facts
from app.guidance.domain.finding import Finding, finding, limits
from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset.numbers import PAUSE_AFTER_OVER, REDUCE_AFTER_OVER, REST_AFTER_OVER


def repeat_4(facts: Facts, policy: Policy) -> Finding | None:
    """Were four or more runs in a row over, so that cutting load is not the answer?"""
    count = _over(facts)
    return _repeated("REPEAT_4", count, policy) if count >= PAUSE_AFTER_OVER else None


def repeat_3(facts: Facts, policy: Policy) -> Finding | None:
    """Were the last three runs over?"""
    count = _over(facts)
    return _repeated("REPEAT_3", count, policy) if REST_AFTER_OVER <= count < PAUSE_AFTER_OVER else None


def repeat_2(facts: Facts, policy: Policy) -> Finding | None:
    """Were the last two runs over?"""
    count = _over(facts)
    return _repeated("REPEAT_2", count, policy) if REDUCE_AFTER_OVER <= count < REST_AFTER_OVER else None


def not_enough_clean(facts: Facts, policy: Policy) -> Finding | None:
    """Are there too few clean runs in a row to add load?"""
    if facts.run is None or facts.run.clean_in_a_row >= policy.progress_after_clean:
        return None
    seen = {"clean_in_a_row": facts.run.clean_in_a_row}
    return finding("NOT_ENOUGH_CLEAN", policy, seen, limits(policy, "progress_after_clean", "repeat_window_days"))


def _over(facts: Facts) -> int:
    return facts.run.over_in_a_row if facts.run else 0


def _repeated(rule: str, count: int, policy: Policy) -> Finding:
    return finding(rule, policy, {"over_in_a_row": count}, limits(policy, "repeat_window_days"))
