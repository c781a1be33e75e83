"""Rules on jumps in load: without pain they cut nothing, they only stop progress."""

from __future__ import annotations

from app.guidance.domain.facts import Facts
from app.guidance.domain.finding import Finding, finding, limits
from app.guidance.domain.policy import Policy
from app.guidance.domain.ratio import exceeds
from app.guidance.domain.ruleset.numbers import RATIO_DIGITS


def load_session_spike(facts: Facts, policy: Policy) -> Finding | None:
    """Was the last run much longer than the longest of the month before it?"""
    ratio = facts.volume.session_ratio() if facts.run else None
    if ratio is None or not exceeds(ratio, policy.session_spike_ratio):
        return None
    seen = {"last": facts.volume.last, "longest_before": facts.volume.longest_before_last}
    named = limits(policy, "session_spike_ratio", "lookback_days")
    return finding("LOAD_SESSION_SPIKE", policy, {**seen, "ratio": round(ratio, RATIO_DIGITS)}, named)


def load_week_spike(facts: Facts, policy: Policy) -> Finding | None:
    """Was much more run this week than the week before?"""
    # After a break both weeks are empty.
    ratio = facts.volume.week_ratio()
    if ratio is None or not exceeds(ratio, policy.week_spike_ratio):
        return None
    seen = {"week": facts.volume.week, "week_before": facts.volume.week_before}
    named = limits(policy, "week_spike_ratio")
    return finding("LOAD_WEEK_SPIKE", policy, {**seen, "ratio": round(ratio, RATIO_DIGITS)}, named)
