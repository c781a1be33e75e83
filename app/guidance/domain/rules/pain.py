"""Rules on red flags and on the last run itself: its pain, a limp, an early stop."""

from __future__ import annotations

from app.guidance.domain.facts import Facts
from app.guidance.domain.finding import Finding, finding, limits
from app.guidance.domain.policy import Policy
from app.guidance.domain.red_flags import RED_FLAGS


def red_flag(facts: Facts, policy: Policy) -> Finding | None:
    """Is there a sign that needs a clinician whatever the scores say?"""
    flags = facts.history.red_flags
    if not flags:
        return None
    return finding("RED_FLAG", policy, {"red_flags": flags}, refer=max(RED_FLAGS[code] for code in flags))


def pain_pause(facts: Facts, policy: Policy) -> Finding | None:
    """Did the last run hurt so much that running must stop?"""
    if facts.pain is None or facts.pain < policy.pause_min:
        return None
    return finding("PAIN_PAUSE", policy, {"pain_during": facts.pain}, limits(policy, "pause_min"))


def pain_red(facts: Facts, policy: Policy) -> Finding | None:
    """Did the last run hurt badly, short of a stop?"""
    pain = facts.pain
    if pain is None or policy.within(pain, policy.high_max) or pain >= policy.pause_min:
        return None
    return finding("PAIN_RED", policy, {"pain_during": pain}, limits(policy, "high_max", "pause_min"))


def limp(facts: Facts, policy: Policy) -> Finding | None:
    """Did pain change the way of running?"""
    if facts.run is None or not facts.run.reading.entry.limp:
        return None
    return finding("LIMP", policy, {"limp": True})


def amber_plus_morning(facts: Facts, policy: Policy) -> Finding | None:
    """Did the last run hurt more than is accepted, and the next morning as well?"""
    pain, rise = facts.pain, facts.morning_rise
    if not _is_amber(pain, policy) or rise is None or rise <= policy.morning_tolerance:
        return None
    seen = {"pain_during": pain, "morning_rise": rise}
    return finding(
        "AMBER_PLUS_MORNING", policy, seen, limits(policy, "acceptable_max", "high_max", "morning_tolerance")
    )


def pain_amber(facts: Facts, policy: Policy) -> Finding | None:
    """Did the last run hurt more than is accepted, but not badly?"""
    if not _is_amber(facts.pain, policy):
        return None
    return finding("PAIN_AMBER", policy, {"pain_during": facts.pain}, limits(policy, "acceptable_max", "high_max"))


def stopped_early(facts: Facts, policy: Policy) -> Finding | None:
    """Did pain end the last run?"""
    if facts.run is None or not facts.run.reading.entry.stopped_early_for_pain:
        return None
    return finding("STOPPED_EARLY", policy, {"stopped_early_for_pain": True})


def pain_hold(facts: Facts, policy: Policy) -> Finding | None:
    """Was the pain of the last run accepted, but too much to add load?"""
    pain = facts.pain
    if pain is None or policy.within(pain, policy.progress_max):
        return None
    if not policy.within(pain, policy.acceptable_max):
        return None
    return finding("PAIN_HOLD", policy, {"pain_during": pain}, limits(policy, "progress_max", "acceptable_max"))


def _is_amber(pain: float | None, policy: Policy) -> bool:
    if pain is None or policy.within(pain, policy.acceptable_max):
        return False
    return policy.within(pain, policy.high_max)
