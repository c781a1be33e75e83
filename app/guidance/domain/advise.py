"""The advice: all fired rules, the one that leads, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.guidance.domain.caps import Caps, cap, planned_fits
from app.guidance.domain.decision import Decision, Referral
from app.guidance.domain.facts import Facts, gather
from app.guidance.domain.finding import Finding, finding
from app.guidance.domain.history import RunnerHistory, parse_history
from app.guidance.domain.modifications import modifications
from app.guidance.domain.policy import Policy
from app.guidance.domain.rules import PAUSING_RULES, fired_rules
from app.guidance.domain.rules.progress import clean
from app.guidance.domain.ruleset import ORDER, RULESET_VERSION
from app.guidance.domain.timeline import Timeline
from app.guidance.domain.volume import KM, MIN

PAUSING = frozenset({"PAIN_PAUSE", "REPEAT_4"})
_STANDS_IN = {"PAIN_PAUSE": "PAIN_RED", "REPEAT_4": "REPEAT_3"}
_NOTHING_BESIDE = RunnerHistory()
LOAD_ERRORS = frozenset({"LOAD_SESSION_SPIKE", "LOAD_WEEK_SPIKE"})


@dataclass(frozen=True, slots=True)
class LoadAdvice:
    """What to do with the load, and why; caps are km or min, None is not known."""

    decision: Decision
    rule: str
    change_percent: float
    min_rest_days: int
    refer: Referral
    session_cap_km: float | None
    week_cap_km: float | None
    session_cap_min: float | None
    week_cap_min: float | None
    load_unit: str | None
    planned_ok: bool | None
    provisional: bool
    modifications: tuple[str, ...]
    flags: tuple[str, ...]
    rules_all: tuple[str, ...]
    trace: tuple[Finding, ...]
    gaps: tuple[str, ...]
    ruleset_version: str = RULESET_VERSION


def advise(
    history: RunnerHistory,
    policy: Policy,
    as_of: date,
    closed: frozenset[str] = frozenset(),
    timeline: Timeline | None = None,
) -> LoadAdvice:
    """Advise on the load of one knee on one day; the same values always give the same advice.

    A pause is not remembered: the caller keeps it open until a person closes it (1.3). `closed` names the
    pausing rules that a person has closed for the last run: the next weaker rule stands in for each.
    `timeline` is the history by day, for a caller who asks about many days.
    """
    facts = gather(history, policy, as_of, timeline)
    findings = tuple(_after_closing(found, policy, closed) for found in _findings(facts, policy))
    leading = min(findings, key=_strictest_first)
    return _advice(leading, findings, facts, cap(leading, facts, policy), policy)


def pausing_rules(timeline: Timeline, policy: Policy) -> frozenset[str]:
    """Return which of the rules that open a pause because of a run fire on a day; they read nothing but the runs."""
    facts = Facts(_NOTHING_BESIDE, policy, timeline)
    return frozenset(found.rule for rule in PAUSING_RULES if (found := rule(facts, policy)) is not None)


def evaluate(given: object) -> dict[str, Any]:
    """Answer one question from its JSON object with a JSON object; keep nothing.

    Raises InputError or PolicyError, and nothing else whatever the object holds.
    """
    question = parse_history(given)
    return as_json(advise(question.history, question.policy, question.as_of))


def stricter(one: LoadAdvice, other: LoadAdvice) -> LoadAdvice:
    """Return the more cautious of two advices, the first if they are equal; for two sore knees."""
    return max(one, other, key=_caution)


def as_json(advice: LoadAdvice) -> dict[str, Any]:
    """Write an advice as JSON values."""
    answer: dict[str, Any] = {name: getattr(advice, name) for name in LoadAdvice.__slots__}
    for name in ("modifications", "flags", "rules_all", "gaps"):
        answer[name] = list(answer[name])
    answer["decision"] = advice.decision.value
    answer["refer"] = advice.refer.value
    answer["trace"] = [trace_item(found) for found in advice.trace]
    return answer


def trace_item(found: Finding) -> dict[str, Any]:
    """Write one fired rule with what it saw and what it was measured by."""
    return {
        "rule": found.rule,
        "decision": found.decision.value,
        "change_percent": found.change_percent,
        "facts": {name: list(fact) if isinstance(fact, tuple) else fact for name, fact in found.facts.items()},
        "thresholds": dict(found.thresholds),
        "sources": list(found.sources),
    }


def _findings(facts: Facts, policy: Policy) -> tuple[Finding, ...]:
    """Return all fired rules; where none speaks against it progress, and where nothing is said hold."""
    fired = fired_rules(facts, policy)
    return fired or (clean(facts, policy) or finding("NOT_ENOUGH_CLEAN", policy, {}),)


def _after_closing(found: Finding, policy: Policy, closed: frozenset[str]) -> Finding:
    """Let a closed pause go on as the rule below it: whoever closed it did not make the run a calm one (E)."""
    if found.rule not in closed or found.rule not in _STANDS_IN:
        return found
    return finding(_STANDS_IN[found.rule], policy, found.facts, found.thresholds)


def _strictest_first(found: Finding) -> tuple[int, float, int]:
    """Order by decision, size, row: the order of the table, also where a policy resizes a cut."""
    return (-found.decision.caution, found.change_percent, ORDER[found.rule])


def _advice(leading: Finding, findings: tuple[Finding, ...], facts: Facts, caps: Caps, policy: Policy) -> LoadAdvice:
    rules_all = tuple(found.rule for found in findings)
    fired = frozenset(rules_all)
    session_km, week_km = caps.in_unit(KM)
    session_min, week_min = caps.in_unit(MIN)
    return LoadAdvice(
        decision=leading.decision,
        rule=leading.rule,
        change_percent=leading.change_percent,
        min_rest_days=leading.rest_days,
        refer=max(found.refer for found in findings),
        session_cap_km=session_km,
        week_cap_km=week_km,
        session_cap_min=session_min,
        week_cap_min=week_min,
        load_unit=caps.unit,
        planned_ok=planned_fits(caps, facts.history),
        provisional="PENDING_MORNING" in fired,
        modifications=modifications(leading.decision, fired, facts.history.cadence_spm, policy),
        flags=_flags(facts, fired),
        rules_all=rules_all,
        trace=findings,
        gaps=tuple(dict.fromkeys(name for found in findings for name in found.missing)),
    )


def _flags(facts: Facts, fired: frozenset[str]) -> tuple[str, ...]:
    cycle = {"suspected": "rest_resume_hurt_suspected", "confirmed": "rest_resume_hurt_confirmed"}
    found = cycle.get(facts.cycles.status)
    load = "load_error_suspected" if fired & LOAD_ERRORS else None
    return tuple(name for name in (found, load) if name is not None)


def _caution(advice: LoadAdvice) -> tuple[Any, ...]:
    """Order advices by decision, size of the cut, rest, referral, row, doubt, and lower caps."""
    caps = (advice.session_cap_km, advice.week_cap_km, advice.session_cap_min, advice.week_cap_min)
    return (
        advice.decision,
        -advice.change_percent,
        advice.min_rest_days,
        advice.refer,
        -ORDER[advice.rule],
        advice.provisional,
        *(-cap if cap is not None else float("-inf") for cap in caps),
    )
