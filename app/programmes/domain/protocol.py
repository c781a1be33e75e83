"""A reusable plan: three stages and what comes after, each with goals and criteria, none with a length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from app.kernel.sides import Side
from app.library.domain.words import ReviewStatus
from app.programmes.domain.plan import Claim, Dosage, Phase, Plan, PrescribedExercise, Retraining, Words
from app.programmes.domain.words import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolExercise:
    """One exercise of a protocol: for each sore side alone, or for both legs at once."""

    exercise: str
    each_side: bool
    dosage: Dosage


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolPhase:
    """One stage of a protocol."""

    stage: Stage
    goals: tuple[Claim, ...]
    criteria: tuple[Claim, ...]
    exercises: tuple[ProtocolExercise, ...]
    retraining: tuple[Retraining, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A reusable plan with its sources."""

    slug: str
    title: Words
    summary: Claim
    phases: tuple[ProtocolPhase, ...]
    review_status: ReviewStatus
    retired_at: datetime | None = None


def plan_of(
    protocol: Protocol, programme_id: UUID, sides: Sequence[Side], target_week_distance_m: int | None = None
) -> Plan:
    """Return the plan that a protocol makes for these sides; the same programme's exercises always get the same ids."""
    exercises = [
        _prescribed(phase.stage, exercise, side, programme_id)
        for phase in protocol.phases
        for exercise in phase.exercises
        for side in (sorted(set(sides)) if exercise.each_side else [None])
    ]
    return Plan(
        phases=tuple(Phase(stage=one.stage, goals=one.goals, criteria=one.criteria) for one in protocol.phases),
        exercises=tuple(exercises),
        retraining=tuple(one for phase in protocol.phases for one in phase.retraining),
        target_week_distance_m=target_week_distance_m,
    )


def _prescribed(stage: Stage, exercise: ProtocolExercise, side: Side | None, programme_id: UUID) -> PrescribedExercise:
    return PrescribedExercise(
        id=uuid5(programme_id, f"{stage} {exercise.exercise} {side}"),
        stage=stage,
        exercise=exercise.exercise,
        side=side,
        dosage=exercise.dosage,
    )
