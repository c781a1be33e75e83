"""Rules on what is not known: missing data never cut and never add load."""

from __future__ import annotations

from app.guidance.domain.facts import Facts
from app.guidance.domain.finding import Finding, finding, limits
from app.guidance.domain.policy import Policy


def no_history(facts: Facts, policy: Policy) -> Finding | None:
    """Is there no run to judge?"""
    if facts.gap_days is not None:
        return None
    return finding("NO_HISTORY", policy, {"runs": 0}, missing=("runs",))


def future_dated(facts: Facts, policy: Policy) -> Finding | None:
    """Is an entry dated after today, so that some date must be wrong?"""
    if not facts.future_dated:
        return None
    return finding("FUTURE_DATED", policy, {"future_dated": facts.future_dated})


def missing_during(facts: Facts, policy: Policy) -> Finding | None:
    """Is pain during the last run not known?"""
    if facts.run is None or facts.pain is not None:
        return None
    return finding("MISSING_DURING", policy, {"pain_during": None}, missing=("pain_during",))


def missing_load(facts: Facts, policy: Policy) -> Finding | None:
    """Is the load of the last 30 days neither all in km nor all in minutes?"""
    if facts.gap_days is None or facts.volume.unit is not None:
        return None
    return finding("MISSING_LOAD", policy, {"load_unit": None}, missing=("load",))


def pending_morning(facts: Facts, policy: Policy) -> Finding | None:
    """Was the last run today, so that its next morning has not come?"""
    if facts.run is None or not facts.run.reading.ran_today:
        return None
    return finding("PENDING_MORNING", policy, {"gap_days": 0}, missing=("pain_next_morning",))


def missing_morning(facts: Facts, policy: Policy) -> Finding | None:
    """Is the morning after the last run not known although it has come?"""
    if facts.run is None or facts.run.reading.ran_today or facts.run.reading.morning is not None:
        return None
    return finding("MISSING_MORNING", policy, {"morning": None}, missing=("pain_next_morning",))


def baseline_unknown(facts: Facts, policy: Policy) -> Finding | None:
    """Could the morning after the last run be a rise, with nothing to measure it from?"""
    if facts.run is None or not facts.run.reading.baseline_missing:
        return None
    seen = {"morning": facts.run.reading.morning, "baseline": None}
    named = limits(policy, "progress_max", "morning_tolerance")
    return finding("BASELINE_UNKNOWN", policy, seen, named, missing=("baseline_pain",))


def missing_after(facts: Facts, policy: Policy) -> Finding | None:
    """Is pain an hour after the last run needed and not known, or not comparable?"""
    if facts.run is None or not facts.run.reading.after_missing:
        return None
    entry = facts.run.reading.entry
    missing = ("pain_after_60",) if entry.pain_after_60 is None else ("pain_pre",)
    seen = {"pain_after_60": entry.pain_after_60, "pain_pre": entry.pain_pre}
    named = limits(policy, "after_required", "after_tolerance")
    return finding("MISSING_AFTER", policy, seen, named, missing=missing)
