"""What an exercise and a reference are, in which words, and when a library is whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from app.kernel.errors import Invalid

T = TypeVar("T")

LONGEST_SLUG = 64
LONGEST_NAME = 120
MOST_FLEXION_DEG = 180
"""More than any knee bends; a bound for input, not a clinical number."""
DAYS_A_WEEK = 7

_SLUG = re.compile(rf"[a-z0-9_]{{1,{LONGEST_SLUG}}}", re.ASCII)
_GRADE = re.compile(r"([A-D])\b")


class Group(StrEnum):
    """What an exercise is for, as a therapist files it."""

    VMO_QUADRICEPS = "vmo_quadriceps"
    HIP_ABDUCTOR_EXTERNAL_ROTATOR = "hip_abductor_external_rotator"
    ANKLE_MOBILITY_CALF = "ankle_mobility_calf"
    CORE = "core"
    STRETCHING = "stretching"
    GAIT_RETRAINING = "gait_retraining"
    MAINTENANCE_PLYOMETRICS = "maintenance_plyometrics"


GROUP_TITLES = {
    Group.VMO_QUADRICEPS: "VMO / quadriceps",
    Group.HIP_ABDUCTOR_EXTERNAL_ROTATOR: "Hip abductors and rotators",
    Group.ANKLE_MOBILITY_CALF: "Ankle and calf mobility",
    Group.CORE: "Trunk and core",
    Group.STRETCHING: "Stretching and foam rolling",
    Group.GAIT_RETRAINING: "Gait retraining",
    Group.MAINTENANCE_PLYOMETRICS: "Maintenance, impact and cross-training",
}


class Target(StrEnum):
    """What an exercise works on."""

    AEROBIC = "aerobic"
    ANKLE_DORSIFLEXION = "ankle_dorsiflexion"
    BALANCE = "balance"
    CALF = "calf"
    FOOT_INTRINSICS = "foot_intrinsics"
    GASTROCNEMIUS = "gastrocnemius"
    GLUTEALS = "gluteals"
    GLUTEUS_MAXIMUS = "gluteus_maximus"
    GLUTEUS_MEDIUS = "gluteus_medius"
    HAMSTRINGS = "hamstrings"
    HIP_EXTERNAL_ROTATORS = "hip_external_rotators"
    HIP_FLEXORS = "hip_flexors"
    QUADRICEPS = "quadriceps"
    RUNNING = "running"
    SOLEUS = "soleus"
    TENDON = "tendon"
    TENSOR_FASCIAE_LATAE = "tensor_fasciae_latae"
    TIBIALIS_ANTERIOR = "tibialis_anterior"
    TRUNK = "trunk"
    VASTUS_LATERALIS = "vastus_lateralis"
    WALKING = "walking"
    WHOLE_LEG = "whole_leg"


class Stage(StrEnum):
    """The three stages of rehabilitation."""

    RELIEVE = "relieve"
    RESTORE = "restore"
    ELEVATE = "elevate"


class Chain(StrEnum):
    """Is the foot fixed (closed), free (open), or is it no question (none)?"""

    OPEN = "open"
    CLOSED = "closed"
    NONE = "none"


class WeightBearing(StrEnum):
    """How much of the body the leg carries."""

    NONE = "none"
    PARTIAL = "partial"
    DOUBLE = "double"
    SINGLE = "single"


class PfjLoad(StrEnum):
    """Relative load on the patellofemoral joint, lightest first; a filter, not a measurement (CLINICAL 3)."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class LoadBasis(StrEnum):
    """What a load tier rests on: a source that was read, or an estimate by knee bend, legs and impact."""

    READ = "read"
    ESTIMATE = "estimate"


class Basis(StrEnum):
    """What a dosage or a reference rests on: a source that was read, or memory (common practice)."""

    READ = "read"
    MEMORY = "memory"


class ReviewStatus(StrEnum):
    """How far an entry has been reviewed; what is not approved may be shown and never drives a rule."""

    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"


class Grade(StrEnum):
    """Strength of evidence, A strong to D opinion."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosage:
    """How much by default; the therapist sets the real dosage."""

    sets: int
    repetitions: int
    hold_seconds: int
    rest_seconds: int
    days_per_week: int
    tempo: str
    unit_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One entry of the catalogue; never two for left and right."""

    slug: str
    name: str
    group: Group
    targets: tuple[Target, ...]
    stages: tuple[Stage, ...]
    chain: Chain
    weight_bearing: WeightBearing
    peak_knee_flexion_deg: int
    pfj_load: PfjLoad
    load_basis: LoadBasis
    dosage: Dosage
    dosage_basis: Basis
    progressions: tuple[str, ...]
    regressions: tuple[str, ...]
    equipment: tuple[str, ...]
    note: str | None
    evidence: tuple[str, ...]
    review_status: ReviewStatus
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One source, with its own grade and how far it was read."""

    key: str
    authors: str
    year: int | None
    title: str
    journal: str
    doi: str | None
    url: str | None
    evidence_grade: str
    grade: Grade | None
    basis: Basis
    claim: str
    review_status: ReviewStatus
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExerciseCard:
    """An exercise in short, where another one or a reference points to it."""

    slug: str
    name: str
    pfj_load: PfjLoad


@dataclass(frozen=True, slots=True)
class ExerciseInFull:
    """An exercise with what it leads to, what it comes from, and what it rests on."""

    exercise: Exercise
    progressions: tuple[ExerciseCard, ...]
    regressions: tuple[ExerciseCard, ...]
    evidence: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseFilter:
    """Which exercises are wanted: any of the words of one member, and every member that says something."""

    group: tuple[Group, ...] = ()
    target: tuple[Target, ...] = ()
    stage: tuple[Stage, ...] = ()
    chain: tuple[Chain, ...] = ()
    weight_bearing: tuple[WeightBearing, ...] = ()
    pfj_load: tuple[PfjLoad, ...] = ()
    load_basis: tuple[LoadBasis, ...] = ()
    dosage_basis: tuple[Basis, ...] = ()
    review_status: tuple[ReviewStatus, ...] = ()
    equipment: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    progression_of: tuple[str, ...] = ()
    regression_of: tuple[str, ...] = ()
    days_per_week: tuple[int, ...] = ()
    min_peak_knee_flexion_deg: int | None = None
    max_peak_knee_flexion_deg: int | None = None
    q: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceFilter:
    """Which references are wanted."""

    grade: tuple[Grade, ...] = ()
    basis: tuple[Basis, ...] = ()
    review_status: tuple[ReviewStatus, ...] = ()
    min_year: int | None = None
    max_year: int | None = None
    q: str | None = None


EXERCISE_ORDERS = ("name", "slug", "group", "pfj_load", "peak_knee_flexion_deg")
REFERENCE_ORDERS = ("year", "key")

Position = tuple[int | str, str]
"""Where a page ended: the value it was sorted by, and the key."""


@dataclass(frozen=True, slots=True)
class Order:
    """By what a list is sorted; equals follow by their key."""

    by: str
    descending: bool

    @classmethod
    def of(cls, word: str) -> Order:
        """Return the order that a word stands for: name ascending, -name descending."""
        return cls(word.removeprefix("-"), word.startswith("-"))


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a sorted list is wanted."""

    order: Order
    after: Position | None
    limit: int


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and where the next one begins; None when there is none."""

    items: tuple[T, ...]
    following: Position | None
