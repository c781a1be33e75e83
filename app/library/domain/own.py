"""A therapist's own exercises beside the library: named apart from it, seen by the author and their patients."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from app.kernel.errors import Conflict
from app.library.domain.catalogue import Dosage, Exercise
from app.library.domain.words import (
    Basis,
    Chain,
    Group,
    LoadBasis,
    PfjLoad,
    ReviewStatus,
    Stage,
    Target,
    WeightBearing,
)

OWN_PREFIX = "own_"
"""What the slug of an own exercise begins with, and no slug of the library."""
MOST_OWN = 500
"""More exercises than one author can mean."""


class Origin(StrEnum):
    """Where an exercise comes from."""

    LIBRARY = "library"
    OWN = "own"


class OwnIdInUse(Conflict):
    """The author has another exercise with this id."""

    code = "id_in_use"
    title = "You have an exercise with this id and other content"


class TooManyOwn(Conflict):
    """More own exercises than a person can mean."""

    code = "too_many_exercises"
    title = f"At most {MOST_OWN} own exercises"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnExercise:
    """What an author says of an exercise; the rest follows."""

    name: str
    group: Group
    targets: tuple[Target, ...]
    stages: tuple[Stage, ...]
    chain: Chain
    weight_bearing: WeightBearing
    peak_knee_flexion_deg: int
    pfj_load: PfjLoad
    dosage: Dosage
    progressions: tuple[str, ...]
    regressions: tuple[str, ...]
    equipment: tuple[str, ...]
    evidence: tuple[str, ...]
    note: str | None
    instruction: str | None


def own_slug(author_id: UUID, exercise_id: UUID) -> str:
    """Return the slug of an author's exercise; the ids of two authors never meet."""
    return OWN_PREFIX + uuid5(author_id, str(exercise_id)).hex


def is_own(slug: str) -> bool:
    """Is this the slug of somebody's own exercise?"""
    return slug.startswith(OWN_PREFIX)


def exercise_of(said: OwnExercise, slug: str, author_id: UUID) -> Exercise:
    """Return the exercise that an author's words make: an estimate from memory that nobody has reviewed."""
    facts = {name: getattr(said, name) for name in OwnExercise.__dataclass_fields__}
    return Exercise(
        slug=slug,
        author_id=author_id,
        load_basis=LoadBasis.ESTIMATE,
        dosage_basis=Basis.MEMORY,
        review_status=ReviewStatus.SUBMITTED,
        **facts,
    )


def said_of(exercise: Exercise) -> OwnExercise:
    """Return what the author said of an exercise."""
    return OwnExercise(**{name: getattr(exercise, name) for name in OwnExercise.__dataclass_fields__})
