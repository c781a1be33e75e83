"""Rules on how the knee settles: this morning, the next morning, an hour after, week by week."""

from __future__ import annotations

from app.guidance.domain.facts import Facts
from app.guidance.domain.finding import Finding, finding, limits
from app.guidance.domain.policy import Policy
from app.guidance.domain.ratio import nrs_difference
from app.guidance.domain.ruleset.numbers import TREND_DIGITS
from app.guidance.domain.trend import Trend


def morning_large(facts: Facts, policy: Policy) -> Finding | None:
    """Did the last run end in a flare next morning?"""
    rise = facts.morning_rise
    if rise is None or rise < policy.morning_large:
        return None
    return finding("MORNING_LARGE", policy, _morning(facts), limits(policy, "morning_large"))


def pre_run_high(facts: Facts, policy: Policy) -> Finding | None:
    """Is the knee too sore this morning to run today?"""
    morning = facts.morning_today
    if morning is None or policy.within(morning, policy.acceptable_max):
        return None
    return finding("PRE_RUN_HIGH", policy, {"morning_today": morning}, limits(policy, "acceptable_max"))


def morning_up(facts: Facts, policy: Policy) -> Finding | None:
    """Was the knee not settled next morning, short of a flare?"""
    rise = facts.morning_rise
    if rise is None or rise <= policy.morning_tolerance or rise >= policy.morning_large:
        return None
    return finding("MORNING_UP", policy, _morning(facts), limits(policy, "morning_tolerance", "morning_large"))


def after_up_reduce(facts: Facts, policy: Policy) -> Finding | None:
    """Was the knee not settled an hour after the run, where the policy then cuts?"""
    return _after_up("AFTER_UP_REDUCE", facts, policy) if policy.after_action == "reduce" else None


def after_up_hold(facts: Facts, policy: Policy) -> Finding | None:
    """Was the knee not settled an hour after the run, where the policy then holds?"""
    return _after_up("AFTER_UP_HOLD", facts, policy) if policy.after_action == "hold" else None


def trend_large(facts: Facts, policy: Policy) -> Finding | None:
    """Is this week much worse than the last, and no longer in the progress band?"""
    if facts.trend is None or not _is_large(facts.trend, policy):
        return None
    return finding("TREND_LARGE", policy, _week(facts.trend), limits(policy, "trend_large", "progress_max"))


def trend_up(facts: Facts, policy: Policy) -> Finding | None:
    """Is this week somewhat worse than the last?"""
    trend = facts.trend
    if trend is None or trend.rise <= policy.trend_tolerance or _is_large(trend, policy):
        return None
    return finding("TREND_UP", policy, _week(trend), limits(policy, "trend_tolerance"))


def _after_up(rule: str, facts: Facts, policy: Policy) -> Finding | None:
    if facts.run is None or not facts.run.reading.after_broken:
        return None
    reading = facts.run.reading
    seen = {"pain_after_60": reading.entry.pain_after_60, "after_rise": reading.after_rise}
    return finding(rule, policy, seen, limits(policy, "after_tolerance", "after_abs_max"))


def _is_large(trend: Trend, policy: Policy) -> bool:
    above = not policy.within(nrs_difference(trend.now, 0), policy.progress_max)
    return trend.rise > policy.trend_large and above


def _morning(facts: Facts) -> dict[str, object]:
    if facts.run is None:
        return {}
    reading = facts.run.reading
    return {"morning": reading.morning, "baseline": reading.baseline, "morning_rise": reading.morning_rise}


def _week(trend: Trend) -> dict[str, object]:
    return {
        "mean_now": round(trend.now, TREND_DIGITS),
        "mean_before": round(trend.before, TREND_DIGITS),
        "rise": trend.rise,
    }
