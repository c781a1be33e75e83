"""What a plan consists of: phases with goals, exercises with a dosage for each side, movement retraining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from app.kernel.sides import Side
from app.programmes.domain.words import Cue, RetrainingSetting, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A sentence in English, German or both."""

    en: str | None = None
    de: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence, and the keys of the references that it rests on."""

    text: Words
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosage:
    """How much: load in kg where there is one, tempo as lower-pause-raise, rest between sets."""

    sets: int
    repetitions: int
    hold_seconds: int
    load_kg: float | None
    tempo: str | None
    rest_seconds: int
    days_per_week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescribedExercise:
    """One exercise of one stage for one side (None: both legs at once), at this dosage since a day."""

    id: UUID
    stage: Stage
    exercise: str
    side: Side | None
    dosage: Dosage
    instruction: str | None = None
    since_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """Movement retraining with one of the exercises: sessions that grow, with feedback that fades."""

    stage: Stage
    exercise: str
    setting: RetrainingSetting
    cues: tuple[Cue, ...]
    sessions: int
    first_minutes: int
    last_minutes: int
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What one stage is for, and what it takes to leave it."""

    stage: Stage
    goals: tuple[Claim, ...]
    criteria: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is prescribed; `hip_first` None leaves the hip-first rule to decide."""

    phases: tuple[Phase, ...]
    exercises: tuple[PrescribedExercise, ...]
    retraining: tuple[Retraining, ...]
    hip_first: bool | None = None
    target_week_distance_m: int | None = None


def dosage_from(raw: Mapping[str, Any]) -> Dosage:
    """Return a dosage of its plain members."""
    return Dosage(**raw)


def claim_from(raw: Mapping[str, Any]) -> Claim:
    """Return a claim of its plain members."""
    return Claim(text=Words(**raw["text"]), evidence=tuple(raw["evidence"]))


def exercise_from(raw: Mapping[str, Any]) -> PrescribedExercise:
    """Return a prescribed exercise of its plain members."""
    since_on = raw.get("since_on")
    return PrescribedExercise(
        id=raw["id"] if isinstance(raw["id"], UUID) else UUID(raw["id"]),
        stage=Stage(raw["stage"]),
        exercise=raw["exercise"],
        side=Side(raw["side"]) if raw["side"] else None,
        dosage=dosage_from(raw["dosage"]),
        instruction=raw["instruction"],
        since_on=date.fromisoformat(since_on) if isinstance(since_on, str) else since_on,
    )


def retraining_from(raw: Mapping[str, Any]) -> Retraining:
    """Return movement retraining of its plain members."""
    words = {
        "stage": Stage(raw["stage"]),
        "setting": RetrainingSetting(raw["setting"]),
        "cues": tuple(Cue(cue) for cue in raw["cues"]),
        "evidence": tuple(raw["evidence"]),
    }
    return Retraining(**{**raw, **words})


def phase_from(raw: Mapping[str, Any]) -> Phase:
    """Return a phase of its plain members."""
    goals, criteria = (tuple(claim_from(claim) for claim in raw[name]) for name in ("goals", "criteria"))
    return Phase(stage=Stage(raw["stage"]), goals=goals, criteria=criteria)


def plan_from(raw: Mapping[str, Any]) -> Plan:
    """Return a plan of its plain members, as `as_plain` writes them or a request brings them."""
    return Plan(
        phases=tuple(phase_from(phase) for phase in raw["phases"]),
        exercises=tuple(exercise_from(exercise) for exercise in raw["exercises"]),
        retraining=tuple(retraining_from(one) for one in raw["retraining"]),
        hip_first=raw["hip_first"],
        target_week_distance_m=raw["target_week_distance_m"],
    )


def as_plain(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON values."""
    return {
        **_members(plan),
        "phases": [_phase_as_plain(phase) for phase in plan.phases],
        "exercises": [exercise_as_plain(exercise) for exercise in plan.exercises],
        "retraining": [
            {**_members(one), "cues": list(one.cues), "evidence": list(one.evidence)} for one in plan.retraining
        ],
    }


def exercise_as_plain(exercise: PrescribedExercise) -> dict[str, Any]:
    """Return a prescribed exercise as JSON values."""
    plain = {**_members(exercise), "id": str(exercise.id), "dosage": _members(exercise.dosage)}
    return {**plain, "since_on": exercise.since_on.isoformat() if exercise.since_on else None}


def _phase_as_plain(phase: Phase) -> dict[str, Any]:
    goals, criteria = ([_claim_as_plain(claim) for claim in claims] for claims in (phase.goals, phase.criteria))
    return {"stage": phase.stage, "goals": goals, "criteria": criteria}


def _claim_as_plain(claim: Claim) -> dict[str, Any]:
    return {"text": _members(claim.text), "evidence": list(claim.evidence)}


def _members(part: Plan | PrescribedExercise | Dosage | Retraining | Words) -> dict[str, Any]:
    """Return the members as they are, in their order; dataclasses.asdict copies each of them deeply."""
    return {name: getattr(part, name) for name in part.__slots__}


def dated(plan: Plan, before: Plan | None, on: date) -> Plan:
    """Return the plan with each exercise's day: kept where exercise, side and dosage are as before, else `on`."""
    known = {exercise.id: exercise for exercise in before.exercises} if before is not None else {}
    return replace(plan, exercises=tuple(_dated(exercise, known.get(exercise.id), on) for exercise in plan.exercises))


def _dated(exercise: PrescribedExercise, before: PrescribedExercise | None, on: date) -> PrescribedExercise:
    same = before is not None and _asks(before) == _asks(exercise)
    return replace(exercise, since_on=before.since_on if before is not None and same else on)


def _asks(exercise: PrescribedExercise) -> tuple[str, Side | None, Dosage]:
    return exercise.exercise, exercise.side, exercise.dosage
