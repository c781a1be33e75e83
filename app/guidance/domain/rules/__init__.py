"""The rules in table order: one function each, each one clinical question; first come the strictest."""

from __future__ import annotations

from collections.abc import Callable

from app.guidance.domain.facts import Facts
from app.guidance.domain.finding import Finding
from app.guidance.domain.policy import Policy
from app.guidance.domain.rules import breaks, gaps_in_data, load, pain, repeats, settling

Rule = Callable[[Facts, Policy], Finding | None]

RULES_IN_ORDER: tuple[Rule, ...] = (
    pain.red_flag,
    pain.pain_pause,
    repeats.repeat_4,
    repeats.repeat_3,
    pain.pain_red,
    pain.limp,
    settling.morning_large,
    settling.pre_run_high,
    breaks.gap_restart,
    breaks.gap_reduce,
    repeats.repeat_2,
    pain.amber_plus_morning,
    pain.pain_amber,
    settling.morning_up,
    settling.after_up_reduce,
    pain.stopped_early,
    settling.trend_large,
    gaps_in_data.no_history,
    gaps_in_data.future_dated,
    gaps_in_data.missing_during,
    gaps_in_data.missing_load,
    gaps_in_data.pending_morning,
    gaps_in_data.missing_morning,
    gaps_in_data.baseline_unknown,
    gaps_in_data.missing_after,
    settling.after_up_hold,
    pain.pain_hold,
    settling.trend_up,
    load.load_session_spike,
    load.load_week_spike,
    breaks.gap_hold,
    repeats.not_enough_clean,
)

PAUSING_RULES: tuple[Rule, ...] = (pain.pain_pause, repeats.repeat_4)
"""The rules that stop running until a person has looked; a red flag does so because of a check-in."""


def fired_rules(facts: Facts, policy: Policy) -> tuple[Finding, ...]:
    """Return every rule that fired, in table order."""
    return tuple(found for rule in RULES_IN_ORDER if (found := rule(facts, policy)) is not None)
