"""The only way to more load: everything needed is known, and everything known is good."""

from __future__ import annotations

from app.guidance.domain.facts import Facts, LastRun
from app.guidance.domain.finding import Finding, finding, limits
from app.guidance.domain.policy import Policy


def clean(facts: Facts, policy: Policy) -> Finding | None:
    """Is every needed value known and inside its limit, so that load may be added?"""
    if facts.run is None or not (_nothing_open(facts) and _known_and_quiet(facts.run, policy)):
        return None
    seen = {"pain_during": facts.pain, "clean_in_a_row": facts.run.clean_in_a_row}
    named = limits(policy, "progress_max", "progress_after_clean", "progress_pct", "cycle_progress_pct")
    return finding("CLEAN", policy, seen, named, change_percent=_step(facts, policy))


def _nothing_open(facts: Facts) -> bool:
    """Is the load known, no red flag up, and no date in doubt?"""
    load_known = facts.volume.unit is not None and facts.volume.longest is not None
    return load_known and not facts.history.red_flags and facts.future_dated == 0


def _known_and_quiet(run: LastRun, policy: Policy) -> bool:
    """Are pain and next morning of the last run known and good, and enough runs clean?"""
    pain = run.reading.entry.pain_during
    quiet = pain is not None and policy.within(pain, policy.progress_max)
    return quiet and run.reading.morning is not None and run.clean_in_a_row >= policy.progress_after_clean


def _step(facts: Facts, policy: Policy) -> float:
    """Return the percent to add; a confirmed cycle never makes it larger."""
    if facts.cycles.status == "confirmed":
        return min(policy.cycle_progress_pct, policy.progress_pct)
    return policy.progress_pct
