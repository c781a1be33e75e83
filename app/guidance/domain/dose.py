"""How the dose of one exercise goes on: two good sessions allow more, two that hurt ask for less (CLINICAL 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.guidance.domain.criterion import Criterion, Verdict
from app.guidance.domain.policy import Policy
from app.guidance.domain.ratio import nrs_difference
from app.guidance.domain.ruleset.numbers import (
    LOAD_DIGITS,
    LOAD_STEP_MAX_PERCENT,
    LOAD_STEP_MIN_PERCENT,
    SESSIONS_NEEDED,
    SETS_MAX,
)
from app.programmes.domain.plan import Dosage

SOURCES = ("E", "smith2017_painful")


class DoseStep(StrEnum):
    """What can be changed of one exercise."""

    NEXT_EXERCISE = "next_exercise"
    MORE_SETS = "more_sets"
    MORE_LOAD = "more_load"
    EASIER_EXERCISE = "easier_exercise"
    LESS = "less"


class Direction(StrEnum):
    """Which way the dose goes."""

    PROGRESS = "progress"
    REGRESS = "regress"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseSession:
    """One session with the exercise: was it the full dose, the worst pain in it, and the mornings around it (NRS)."""

    on: date
    is_full_dose: bool
    pain: float | None
    morning_before: float | None
    morning_after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseOption:
    """One way to go on; what it leads to, in the exercise's name, sets, or a load in kg from least to most."""

    step: DoseStep
    exercise: str | None = None
    sets: int | None = None
    load_kg: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class DoseProposal:
    """Which way the dose goes, why, and how; holding has no options."""

    direction: Direction
    reasons: tuple[Criterion, ...]
    options: tuple[DoseOption, ...]


def dose_proposal(
    sessions: Sequence[DoseSession],
    dosage: Dosage,
    policy: Policy,
    progressions: Sequence[str],
    regressions: Sequence[str],
) -> DoseProposal:
    """Say how an exercise goes on after its sessions at this dosage, the oldest first.

    Pain that was not told never leads to more; two sessions over the limit lead to less, whatever else.
    """
    last = sessions[-SESSIONS_NEEDED:]
    reasons = tuple(_reason(session, policy) for session in last)
    if len(last) == SESSIONS_NEEDED and all(is_over(session, policy) for session in last):
        return DoseProposal(Direction.REGRESS, reasons, _easier(regressions))
    if len(last) == SESSIONS_NEEDED and all(is_good(session, policy) for session in last):
        return DoseProposal(Direction.PROGRESS, reasons, _harder(dosage, progressions))
    return DoseProposal(Direction.HOLD, reasons, ())


def is_over(session: DoseSession, policy: Policy) -> bool:
    """Did it hurt more than is accepted, or was the next morning worse than is tolerated?"""
    return (session.pain is not None and not policy.within(session.pain, policy.acceptable_max)) or (
        _is_settled(session, policy) is False
    )


def is_good(session: DoseSession, policy: Policy) -> bool:
    """Was it the full dose, with known pain inside the progress band, and settled by the next morning?"""
    pain_fits = session.pain is not None and policy.within(session.pain, policy.progress_max)
    return session.is_full_dose and pain_fits and _is_settled(session, policy) is True


def _is_settled(session: DoseSession, policy: Policy) -> bool | None:
    """Was the next morning no worse than is tolerated? None where it was not told.

    It is measured from the morning of the session's day; without one, it must lie in the progress band.
    """
    if session.morning_after is None:
        return None
    if session.morning_before is None:
        return policy.within(session.morning_after, policy.progress_max) or None
    return nrs_difference(session.morning_after, session.morning_before) <= policy.morning_tolerance


def _harder(dosage: Dosage, progressions: Sequence[str]) -> tuple[DoseOption, ...]:
    options = [DoseOption(step=DoseStep.NEXT_EXERCISE, exercise=slug) for slug in progressions]
    if dosage.sets < SETS_MAX:
        options.append(DoseOption(step=DoseStep.MORE_SETS, sets=dosage.sets + 1))
    if dosage.load_kg:
        steps = (LOAD_STEP_MIN_PERCENT, LOAD_STEP_MAX_PERCENT)
        least, most = (round(dosage.load_kg * (1 + percent / 100), LOAD_DIGITS) for percent in steps)
        options.append(DoseOption(step=DoseStep.MORE_LOAD, load_kg=(least, most)))
    return tuple(options)


def _easier(regressions: Sequence[str]) -> tuple[DoseOption, ...]:
    """Return the easier exercises; where the library has none, less of this one."""
    options = tuple(DoseOption(step=DoseStep.EASIER_EXERCISE, exercise=slug) for slug in regressions)
    return options or (DoseOption(step=DoseStep.LESS),)


def _reason(session: DoseSession, policy: Policy) -> Criterion:
    if is_over(session, policy):
        code, verdict = "over", Verdict.NOT_MET
    elif is_good(session, policy):
        code, verdict = "good", Verdict.MET
    else:
        code, verdict = "neither", Verdict.UNKNOWN if session.pain is None else Verdict.NOT_MET
    facts = {
        "on": session.on.isoformat(),
        "full_dose": session.is_full_dose,
        "pain": session.pain,
        "morning_before": session.morning_before,
        "morning_after": session.morning_after,
    }
    names = ("progress_max", "acceptable_max", "morning_tolerance")
    return Criterion(code, verdict, facts, {name: getattr(policy, name) for name in names}, SOURCES)
