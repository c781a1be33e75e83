"""What an exercise and a reference are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.library.domain.texts import Language, Register, Translation
from app.library.domain.words import (
    Basis,
    Chain,
    Grade,
    Group,
    LoadBasis,
    PfjLoad,
    ReviewStatus,
    Stage,
    Target,
    WeightBearing,
)


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
    """One entry of the catalogue; never two for left and right.

    `note` speaks to clinicians and `instruction` to patients, both in English; `german` says the same.
    """

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
    author_id: UUID | None = None
    instruction: str | None = None
    german: Translation | None = None

    def told(self, language: Language, register: Register) -> tuple[str, str | None]:
        """Return name and note for one reader; what was never translated is told in English."""
        said = self.german if language is Language.DE and self.german is not None else self
        to_patients = register is Register.PATIENT and said.instruction is not None
        return said.name, said.instruction if to_patients else said.note


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
    name_de: str | None
    pfj_load: PfjLoad

    def told(self, language: Language) -> str:
        """Return its name in a language; one that was never translated keeps its own."""
        return self.name_de or self.name if language is Language.DE else self.name


@dataclass(frozen=True, slots=True)
class ExerciseInFull:
    """An exercise with what it leads to, what it comes from, and what it rests on."""

    exercise: Exercise
    progressions: tuple[ExerciseCard, ...]
    regressions: tuple[ExerciseCard, ...]
    evidence: tuple[Reference, ...]
