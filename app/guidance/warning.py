"""Early-warning signs beside the engine: two different ones within a week hold progression (CLINICAL 5.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.guidance.domain.advise import LoadAdvice
from app.guidance.domain.caps import cap, planned_fits
from app.guidance.domain.decision import Decision, Referral
from app.guidance.domain.facts import gather
from app.guidance.domain.finding import Finding
from app.guidance.domain.history import RunnerHistory
from app.guidance.domain.notices import Notice, early_warning
from app.guidance.domain.policy import Policy
from app.guidance.domain.ruleset.numbers import EARLY_SIGNS_MIN, NO_CHANGE_PCT, WEEK_DAYS
from app.guidance.domain.volume import KM, MIN
from app.logbook.facts import Facts


def warned_on(facts: Facts, as_of: date) -> Notice | None:
    """Return the warning of a day; a sign that was taken back today still warns today (CLINICAL 1.7)."""
    signs = [(told.on, sign) for told in facts.check_ins if not told.ahead for sign in told.early_warning_signs]
    return early_warning(signs, as_of)


def held_back(
    advice: LoadAdvice, warned: Notice | None, history: RunnerHistory, policy: Policy, as_of: date
) -> LoadAdvice:
    """Hold where the engine would let somebody progress while early signs warn; everything else stays as it is."""
    if warned is None or advice.decision is not Decision.PROGRESS:
        return advice
    held = Finding(
        rule=warned.code,
        decision=Decision.HOLD,
        change_percent=NO_CHANGE_PCT,
        facts=warned.facts,
        thresholds={"different_signs": EARLY_SIGNS_MIN, "days": WEEK_DAYS},
        sources=warned.sources,
        rest_days=0,
        refer=Referral.NONE,
        missing=(),
    )
    caps = cap(held, gather(history, policy, as_of), policy)
    session_km, week_km = caps.in_unit(KM)
    session_min, week_min = caps.in_unit(MIN)
    return replace(
        advice,
        decision=held.decision,
        rule=held.rule,
        change_percent=held.change_percent,
        session_cap_km=session_km,
        week_cap_km=week_km,
        session_cap_min=session_min,
        week_cap_min=week_min,
        planned_ok=planned_fits(caps, history),
        rules_all=(held.rule, *advice.rules_all),
        trace=(held, *advice.trace),
    )
