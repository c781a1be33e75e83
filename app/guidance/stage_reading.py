"""What a stage asks, and how much of it is read.

A stage asks only some of what may be known. The facts at hand come first: what needs the plan as it was followed,
check-ins or tests is read only where that can still change the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from app.guidance.domain.stage_facts import StageFacts
from app.guidance.domain.stages import Move, StageVerdict
from app.guidance.stage_day import StageDay, StageKnown
from app.programmes.domain.programme import ProgrammeRevision
from app.programmes.domain.words import Stage

AT_HAND: Mapping[Stage, tuple[str, ...]] = {
    Stage.RELIEVE: (
        "days_in_stage",
        "worst_median_7_days",
        "stairs_pain",
        "walking_pain",
        "quiet_mornings",
        "red_flag",
    ),
    Stage.RESTORE: (
        "days_in_stage",
        "worst_median_7_days",
        "clean_long_runs",
        "clean_long_runs_span_days",
        "rules",
        "rest_day_decisions_14_days",
        "bad_days_of_3",
        "irritability",
    ),
    Stage.ELEVATE: ("weeks_at_target", "over_runs_28_days", "over_runs_7_days", "rules"),
    Stage.SELF_MANAGED: (),
}
"""What each stage asks of runs, scores, check-ins and pauses, besides what stops it."""
FOLLOWED: Mapping[Stage, tuple[str, ...]] = {
    Stage.RELIEVE: ("effusion", "adherence_14_days"),
    Stage.RESTORE: ("adherence_28_days",),
    Stage.ELEVATE: ("maintenance_percent",),
    Stage.SELF_MANAGED: (),
}
"""What each stage asks of the plan as it was followed, and of swelling."""
_NOT_AT_HAND = frozenset(name for names in FOLLOWED.values() for name in names)


def could_step_up(verdict: StageVerdict) -> bool:
    """Could what was not read yet make a step up of a verdict by the facts at hand?

    A step up needs every must met. So one that the facts at hand leave unmet or unknown settles it, and only
    where all of those are met can adherence, swelling or tests tell anything. Stops and steps down ask
    nothing but the facts at hand.
    """
    asked = [one for one in verdict.must if one.code not in _NOT_AT_HAND]
    return verdict.move is Move.STAY and bool(verdict.must) and all(one.is_met for one in asked)


def at_hand(known: StageKnown, revision: ProgrammeRevision, as_of: date) -> StageFacts:
    """Return what the facts at hand tell of a programme's stage on a day; the rest is unknown."""
    return StageFacts(**_told(known, AT_HAND[revision.stage], revision, as_of))


def all_facts(known: StageKnown, revision: ProgrammeRevision, as_of: date) -> StageFacts:
    """Return all that is known on a day of what a programme's stage asks."""
    names = (*AT_HAND[revision.stage], *FOLLOWED[revision.stage])
    return StageFacts(**asdict(known.followed.clinic), **_told(known, names, revision, as_of))


def _told(known: StageKnown, names: Sequence[str], revision: ProgrammeRevision, as_of: date) -> dict[str, Any]:
    day = StageDay(known, revision, as_of)
    return {name: getattr(day, name)() for name in ("stopping", *names)}
