"""How to run until the knee is better: small changes that go with the decision."""

from __future__ import annotations

from app.guidance.domain.decision import Decision
from app.guidance.domain.policy import Policy

HOLD_FOR_PAIN = frozenset({"PAIN_HOLD", "AFTER_UP_HOLD", "TREND_UP"})
WALK_BREAKS = frozenset({"REPEAT_2", "AMBER_PLUS_MORNING", "GAP_REDUCE", "GAP_RESTART"})


def modifications(
    decision: Decision, fired: frozenset[str], cadence_spm: float | None, policy: Policy
) -> tuple[str, ...]:
    """Return the codes that go with a decision and the fired rules; none at all beside a red flag."""
    if decision is Decision.PAUSE_AND_REFER:
        return () if "RED_FLAG" in fired else ("stop_running", "contact_therapist")
    codes: list[str] = []
    if _is_for_pain(decision, fired):
        codes += _easier_ground(cadence_spm, policy)
    if decision in (Decision.REDUCE, Decision.REST_DAY):
        codes += _easier_running(decision, fired)
    if "LOAD_SESSION_SPIKE" in fired:
        codes.append("no_single_run_spike")
    return tuple(codes)


def _is_for_pain(decision: Decision, fired: frozenset[str]) -> bool:
    return decision > Decision.HOLD or (decision is Decision.HOLD and bool(fired & HOLD_FOR_PAIN))


def _easier_ground(cadence_spm: float | None, policy: Policy) -> list[str]:
    quick_already = cadence_spm is not None and cadence_spm > policy.cadence_ceiling
    return ["avoid_downhill", "avoid_hard_surface"] + ([] if quick_already else ["cadence_plus_5_10"])


def _easier_running(decision: Decision, fired: frozenset[str]) -> list[str]:
    codes = ["shorter_more_often", "slower_10_20"]
    if decision is Decision.REST_DAY:
        return [*codes, "walk_run", "cross_train"]
    return [*codes, "walk_run"] if fired & WALK_BREAKS else codes
