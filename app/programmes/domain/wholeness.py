"""What cannot be true of a plan or of a protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from app.kernel.errors import FieldFault, Invalid
from app.programmes.domain.plan import Claim, Dosage, Plan, Retraining
from app.programmes.domain.protocol import Protocol
from app.programmes.domain.words import STAGES

MOST_SETS, MOST_TIMES, MOST_SECONDS, MOST_KG = 20, 200, 3600, 500
MOST_RETRAINING, MOST_MINUTES = 40, 180


class BrokenPlan(Invalid):
    """A plan that contradicts itself, or prescribes what is not in the library."""

    code = "broken_plan"
    title = "The plan is not whole"


class BrokenProtocol(ValueError):
    """A protocol of the seeds that cannot be meant; names the protocol and the fault."""


def check_plan(plan: Plan, known: Collection[str]) -> None:
    """Raise BrokenPlan, with a pointer to each fault; `known` are the exercises that can be prescribed."""
    faults = [*_exercise_faults(plan, known), *_retraining_faults(plan), *_word_faults(plan)]
    if faults:
        raise BrokenPlan(faults=faults)


def _exercise_faults(plan: Plan, known: Collection[str]) -> Iterator[FieldFault]:
    ids = Counter(exercise.id for exercise in plan.exercises)
    asked = Counter((exercise.stage, exercise.exercise, exercise.side) for exercise in plan.exercises)
    for place, exercise in enumerate(plan.exercises):
        at = f"/plan/exercises/{place}"
        if exercise.exercise not in known:
            yield FieldFault(f"{at}/exercise", "unknown", "The library has no such exercise.")
        if ids[exercise.id] > 1:
            yield FieldFault(f"{at}/id", "twice", "Each prescribed exercise has an id of its own.")
        if asked[exercise.stage, exercise.exercise, exercise.side] > 1:
            yield FieldFault(f"{at}/exercise", "twice", "Once in a stage for each side.")
        if exercise.side is not None and (exercise.stage, exercise.exercise, None) in asked:
            yield FieldFault(f"{at}/side", "twice", "For one side and for both at once contradict each other.")


def _retraining_faults(plan: Plan) -> Iterator[FieldFault]:
    prescribed = {(exercise.stage, exercise.exercise) for exercise in plan.exercises}
    for place, retraining in enumerate(plan.retraining):
        at = f"/plan/retraining/{place}"
        if (retraining.stage, retraining.exercise) not in prescribed:
            yield FieldFault(f"{at}/exercise", "unknown", "Prescribe the exercise in the same stage as well.")
        if retraining.last_minutes < retraining.first_minutes:
            yield FieldFault(f"{at}/last_minutes", "order", "Sessions do not become shorter.")


def _word_faults(plan: Plan) -> Iterator[FieldFault]:
    for place, phase in enumerate(plan.phases):
        for name, claims in (("goals", phase.goals), ("criteria", phase.criteria)):
            for number, claim in enumerate(claims):
                if claim.text.en is None and claim.text.de is None:
                    yield FieldFault(f"/plan/phases/{place}/{name}/{number}/text", "required", "Say it in a language.")
    stages = [phase.stage for phase in plan.phases]
    if len(set(stages)) < len(stages):
        yield FieldFault("/plan/phases", "twice", "Each stage stands once.")


def check_protocol(protocol: Protocol, exercises: Collection[str], references: Collection[str]) -> None:
    """Raise BrokenProtocol for a missing stage or language, an unknown exercise or reference, a dosage out of range."""
    for fault in _protocol_faults(protocol, exercises, references):
        raise BrokenProtocol(f"{protocol.slug}: {fault}")


def _protocol_faults(protocol: Protocol, exercises: Collection[str], references: Collection[str]) -> Iterator[str]:
    if tuple(phase.stage for phase in protocol.phases) != STAGES:
        yield f"the phases are not {', '.join(STAGES)}"
    if not protocol.title.en or not protocol.title.de:
        yield "the title lacks a language"
    yield from _claim_faults(protocol.summary, references)
    for phase in protocol.phases:
        for claim in (*phase.goals, *phase.criteria):
            yield from _claim_faults(claim, references)
        slugs = [exercise.exercise for exercise in phase.exercises]
        yield from (f"{phase.stage}: there is no exercise {slug}" for slug in slugs if slug not in exercises)
        yield from (f"{phase.stage}: {slug} stands twice" for slug, times in Counter(slugs).items() if times > 1)
        for exercise in phase.exercises:
            yield from (f"{exercise.exercise}: {fault}" for fault in dosage_faults(exercise.dosage))
        yield from _seeded_retraining_faults(phase.retraining, slugs, references)


def _claim_faults(claim: Claim, references: Collection[str]) -> Iterator[str]:
    if not claim.text.en or not claim.text.de:
        yield f"a claim lacks a language: {claim.text.en or claim.text.de}"
    if not claim.evidence:
        yield f"a claim has no source: {claim.text.en}"
    yield from (f"there is no reference {key}" for key in claim.evidence if key not in references and key != "E")


def _seeded_retraining_faults(
    retraining: Collection[Retraining], slugs: list[str], references: Collection[str]
) -> Iterator[str]:
    for one in retraining:
        if one.exercise not in slugs:
            yield f"retraining with {one.exercise}, which is not among the exercises"
        yield from (f"there is no reference {key}" for key in one.evidence if key not in references)


def dosage_faults(dosage: Dosage) -> Iterator[str]:
    """Yield each number of a dosage that cannot be meant."""
    for name, least, most in [
        ("sets", 1, MOST_SETS),
        ("repetitions", 1, MOST_TIMES),
        ("hold_seconds", 0, MOST_SECONDS),
        ("rest_seconds", 0, MOST_SECONDS),
        ("days_per_week", 1, 7),
    ]:
        if not least <= getattr(dosage, name) <= most:
            yield f"{name} does not lie between {least} and {most}"
